/** Taking in a Commit: judged on ledger and resulting tree, then adopted, or the channel stalls (rules C2 to C6). */

import { equal, type Bytes } from "../bytes";
import { MalformedError, ProtocolError, Refused } from "../errors";
import { decodeAnchor } from "../ledger/anchor";
import { judgeCommit, judgeRemoval, type CommitPlace } from "../ledger/commit-rules";
import { LedgerBehind } from "../ledger/refusal";
import type { CommitView, LeafView } from "../ledger/views";
import { parseCommit, type ParsedCommit } from "../mls/commit";
import { OwnMessage, RemovedFromGroup } from "../mls/errors";
import type { Group } from "./group";
import { sha256 } from "../primitives/hashes";
import type { Place } from "./events";
import type { Received } from "./receiving";
import { Standing, type ChannelSession, type Staged } from "./session";
import { accountOf, type Witness } from "./witness";

/**
 * The session after a Commit of the log.
 *
 * @throws LedgerBehind the Commit enacts a ledger that we do not hold; nothing was changed.
 */
export async function receiveCommit(
  session: ChannelSession,
  message: Bytes,
  witness: Witness,
  place: Place,
): Promise<Received> {
  const { staged } = session;
  if (staged !== null && equal(sha256(staged.message), sha256(message))) {
    return adoptOwn(session, staged, witness, place);
  }
  try {
    return await judgeAndAdopt(session, message, witness, place);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return stall(session, message, place, error);
    }
    throw error;
  }
}

/** @throws ProtocolError nobody may follow this Commit. */
async function judgeAndAdopt(
  session: ChannelSession,
  message: Bytes,
  witness: Witness,
  place: Place,
): Promise<Received> {
  const parsed = parseCommit(message);
  const { ledgerSequence } = decodeAnchor(parsed.authenticatedData);
  if (ledgerSequence > BigInt(witness.ledger.sequence)) {
    throw new LedgerBehind(ledgerSequence, witness.ledger.sequence);
  }
  const group = await processed(session.group, message);
  const judged = {
    ledger: witness.ledger,
    channel: session.channel,
    generation: session.generation,
    before: session.group.leaves,
    sequence: place.sequence,
    epochBeganAt: session.epochBeganAt,
    epochAnchoredAt: session.epochBeganAt > 0 ? session.judgedAt : 0,
    certificates: witness.certificates,
  };
  const removed = session.group.leaves.filter((leaf) => parsed.removes.includes(leaf.index));
  const claims = { epoch: parsed.epoch, committer: parsed.committer, removed, anchor: parsed.authenticatedData };
  if (group === null) {
    return leave(session, judged, { ...claims, added: parsed.adds.map(nowhere) }, witness, place);
  }
  const commit = { ...claims, added: placesOf(parsed, group) };
  const anchor = judgeCommit(judged, commit, group.leaves);
  const committer = leafAt(group.leaves, parsed.committer);
  return {
    session: beginEpoch(session, group, Number(anchor.ledgerSequence), place),
    event: {
      kind: "epoch",
      place,
      committer: accountOf(witness, committer),
      added: commit.added.map((leaf) => accountOf(witness, leaf)),
      removed: removed.map((leaf) => accountOf(witness, leaf)),
      own: false,
    },
  };
}

/** The group after the Commit; null when it removed us, by a member whose signature and membership tag verify. */
async function processed(group: Group, message: Bytes): Promise<Group | null> {
  try {
    return await group.process(message);
  } catch (error) {
    if (error instanceof RemovedFromGroup) {
      return null;
    }
    throw error;
  }
}

function leave(
  session: ChannelSession,
  judged: CommitPlace,
  commit: CommitView,
  witness: Witness,
  place: Place,
): Received {
  judgeRemoval(judged, commit);
  const gone = { ...session, sequence: place.sequence, logHash: place.logHash, standing: Standing.removed };
  return {
    session: { ...gone, staged: null, outbox: new Map() },
    event: { kind: "removed", place, committer: accountOf(witness, leafAt(judged.before, commit.committer)) },
  };
}

/**
 * The log shows our own Commit, by hash: the staged state is the state.
 *
 * It settles D5 only if this opening made it: one that was stored may have been adopted, and sent in, before.
 */
function adoptOwn(session: ChannelSession, staged: Staged, witness: Witness, place: Place): Received {
  const [before, after] = [session.group.leaves, staged.group.leaves];
  const own = leafAt(after, staged.group.ownLeaf);
  const adopted = beginEpoch(session, staged.group, staged.ledgerSequence, place);
  return {
    session: { ...adopted, mustCommit: session.mustCommit && staged.restored },
    event: {
      kind: "epoch",
      place,
      committer: accountOf(witness, own),
      added: without(after, before).map((leaf) => accountOf(witness, leaf)),
      removed: without(before, after).map((leaf) => accountOf(witness, leaf)),
      own: true,
    },
  };
}

/** Secrets of the epoch before die here (S6); so do attempts that it did not carry: they are sent anew (S3). */
function beginEpoch(session: ChannelSession, group: Group, judgedAt: number, place: Place): ChannelSession {
  const { sequence, logHash } = place;
  return { ...session, group, sequence, logHash, epochBeganAt: sequence, judgedAt, staged: null, outbox: new Map() };
}

/** Stay before the Commit, with the evidence: what was delivered stays delivered, `restart` goes on from here. */
function stall(session: ChannelSession, message: Bytes, place: Place, error: ProtocolError): Received {
  const own = error instanceof OwnMessage;
  const rule = error instanceof Refused ? error.rule : own ? "C10" : "RFC 9420";
  return {
    session: { ...session, standing: own ? Standing.stranded : Standing.stalled, staged: null },
    event: { kind: "stalled", place, rule, detail: error.message, commitHash: sha256(message) },
  };
}

/** The leaves that the Commit added, with the index that each got: keys are unique in a tree that MLS took. */
function placesOf(parsed: ParsedCommit, group: Group): readonly LeafView[] {
  return parsed.adds.map((added) => {
    const found = group.leaves.find((leaf) => equal(leaf.encryptionKey, added.encryptionKey));
    if (found === undefined) {
      throw new MalformedError("a leaf that the Commit adds is not in the tree that it makes");
    }
    return found;
  });
}

function nowhere(added: Omit<LeafView, "index">, place: number): LeafView {
  const { credential, signatureKey, encryptionKey } = added;
  return { index: place, credential, signatureKey, encryptionKey };
}

function leafAt(leaves: readonly LeafView[], index: number): LeafView {
  const found = leaves.find((leaf) => leaf.index === index);
  if (found === undefined) {
    throw new MalformedError(`leaf ${index} is blank`);
  }
  return found;
}

function without(leaves: readonly LeafView[], others: readonly LeafView[]): readonly LeafView[] {
  return leaves.filter((leaf) => !others.some((other) => equal(leaf.credential, other.credential)));
}
