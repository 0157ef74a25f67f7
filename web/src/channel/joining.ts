/** The session that a Welcome leads to, only if log and ledger bear it out (rule C9). */

import type { Bytes } from "../bytes";
import { MalformedError, ProtocolError, Refused } from "../errors";
import type { CertificateMemo } from "../ledger/certificate-memo";
import { judgeJoin, type JoinPlace } from "../ledger/join-rules";
import { LogKind } from "../ledger/kinds";
import { logHash } from "../ledger/log";
import { JoinRefused } from "../ledger/refusal";
import type { LoggedCommit } from "../ledger/views";
import { parseCommit } from "../mls/commit";
import { NotForUs } from "../mls/errors";
import { Group, type Joined as JoinedGroup } from "../mls/group";
import type { OwnKeyPackage } from "../mls/key-package";
import type { DeviceKeys } from "../mls/keys";
import type { Leaf } from "../mls/leaf";
import { SLICE_LEAVES, type Pace } from "../mls/slices";
import type { LogEntry, LogPage, WaitingWelcome } from "../relay/channel-routes";
import { Standing, type ChannelSession } from "./session";

/** A new session, right after the Commit that added us, and the key package whose private half dies with it. */
export interface Joined {
  readonly session: ChannelSession;
  readonly keyPackage: OwnKeyPackage;
}

/** What the relay gave: a Welcome, and the log from just before it on; the first entry is the Commit that added us. */
export interface Invitation {
  readonly waiting: WaitingWelcome;
  readonly page: LogPage;
}

/**
 * The session that a Welcome leads to.
 *
 * `pace` is told how far it is, of all leaves and all their certificates.
 *
 * @throws JoinRefused, ProtocolError report the Welcome as rejected; any member removes and adds us again.
 * @throws LedgerBehind fetch the ledger first.
 * @throws NotForUs it is for a key package that this device does not hold (any more).
 */
export async function join(
  operation: Bytes,
  place: JoinPlace,
  { waiting, page }: Invitation,
  stock: readonly OwnKeyPackage[],
  keys: DeviceKeys,
  pace: Pace,
): Promise<Joined> {
  const { joined, keyPackage } = await open(waiting, stock, keys, ({ done, all }) => pace({ done, all: 2 * all }));
  const { group } = joined;
  await verifyCertificates(group.leaves, place.certificates, pace);
  const entry = page.entries[0];
  if (entry === undefined || entry.sequence !== waiting.sequence || entry.kind !== LogKind.commit) {
    throw new JoinRefused("C9", "the log holds no Commit where the relay says that we were added");
  }
  const welcome = {
    groupId: group.groupId,
    epoch: group.epoch,
    signer: joined.signer,
    confirmationTag: group.confirmationTag,
    extension: joined.extension,
    tree: group.leaves,
    ownLeaf: group.ownLeaf,
    keyPackageRef: joined.ownKeyPackageRef,
  };
  const anchor = judgeJoin(place, welcome, loggedCommit(entry));
  const { channel, generation } = place;
  const session = {
    operation,
    channel,
    generation,
    group,
    sequence: entry.sequence,
    logHash: logHash(place, page.previous, entry.sequence, LogKind.commit, entry.message),
    epochBeganAt: entry.sequence,
    judgedAt: Number(anchor.ledgerSequence),
    standing: Standing.live,
    staged: null,
    outbox: new Map(),
    mustCommit: true, // a Welcome can be opened twice: its epoch's keys are not this opening's alone (D5)
  };
  return { session, keyPackage };
}

async function open(
  waiting: WaitingWelcome,
  stock: readonly OwnKeyPackage[],
  keys: DeviceKeys,
  pace: Pace,
): Promise<{ readonly joined: JoinedGroup; readonly keyPackage: OwnKeyPackage }> {
  for (const keyPackage of stock) {
    try {
      return { joined: await Group.join(waiting.welcome, waiting.ratchetTree, keyPackage, keys, pace), keyPackage };
    } catch (error) {
      if (!(error instanceof NotForUs)) {
        throw error;
      }
    }
  }
  throw new NotForUs();
}

/** Each leaf's certificate, so that what judges the tree (C5) finds them verified: they take as long as the leaves. */
async function verifyCertificates(leaves: readonly Leaf[], certificates: CertificateMemo, pace: Pace): Promise<void> {
  for (const [place, leaf] of leaves.entries()) {
    if (place % SLICE_LEAVES === 0) {
      await pace({ done: leaves.length + place, all: 2 * leaves.length });
    }
    try {
      certificates.verify(leaf.credential);
    } catch (error) {
      if (error instanceof ProtocolError) {
        return; // the judge says which leaf it is, and by which rule
      }
      throw error;
    }
  }
}

/** A log entry as a newcomer reads it, from its framing alone; null when it is no Commit of our profile. */
function loggedCommit(entry: LogEntry): LoggedCommit | null {
  try {
    const { epoch, committer, adds, confirmationTag, authenticatedData } = parseCommit(entry.message);
    const keyPackageRefs = adds.map((added) => added.keyPackageRef);
    return { sequence: entry.sequence, epoch, sender: committer, keyPackageRefs, confirmationTag, authenticatedData };
  } catch (error) {
    if (error instanceof MalformedError || error instanceof Refused) {
      return null;
    }
    throw error;
  }
}
