/**
 * Turning the ledger into a Commit: who is entitled and absent is added, who is present and not entitled is removed.
 *
 * Any member can do it, and nobody is believed: the Commit names the ledger head that it enacts, and every receiver
 * judges the tree that results (rules C3 to C6).
 */

import { hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import { encodeAnchor } from "../ledger/anchor";
import type { CertificateMemo } from "../ledger/certificate-memo";
import { judgeCommit } from "../ledger/commit-rules";
import { LogKind } from "../ledger/kinds";
import type { Ledger } from "../ledger/ledger";
import { SEND_ID_BYTES } from "../ledger/sizes";
import { entitledLeaf, UnentitledLeaf } from "../ledger/tree-rules";
import type { CommitView } from "../ledger/views";
import type { Pace } from "../mls/slices";
import type { Entropy } from "../primitives/entropy";
import type { Group } from "./group";
import { anchorOf, unentitledLeaves } from "./sending";
import { Standing, type ChannelSession } from "./session";
import { ChannelNotUsable } from "./unsendable";

/** What separates a group from the ledger: accounts that are entitled and have no leaf, leaves to remove. */
export interface Difference {
  readonly absent: readonly Bytes[];
  readonly unentitled: readonly number[];
}

/** What a Commit does: bare KeyPackages that come in, leaves that go. */
export interface Change {
  readonly adds: readonly Bytes[];
  readonly removes: readonly number[];
}

/** A device that goes only as it comes (C6): its leaf, and the key package that it comes with. */
export interface Renewal {
  readonly leaf: number;
  readonly keyPackage: Bytes;
}

/** What a Commit of ours is made with. */
export interface Enacting {
  readonly ledger: Ledger;
  readonly certificates: CertificateMemo;
  readonly entropy: Entropy;
  readonly pace: Pace;
}

/** A leaf of a replaced identity or an ended device is nobody's presence: the next is added as that one goes. */
export function difference(session: ChannelSession, ledger: Ledger, certificates: CertificateMemo): Difference {
  const present = presentAccounts(session, ledger, certificates);
  const absent = [...ledger.entitledAccounts(session.channel, ledger.sequence)].filter((one) => !present.has(one));
  return {
    absent: absent.sort().map((account) => ledger.members.get(account)!.account), // entitled, so a member
    unentitled: unentitledLeaves(session, ledger, certificates),
  };
}

function presentAccounts(
  session: ChannelSession,
  ledger: Ledger,
  certificates: CertificateMemo,
): ReadonlySet<string> {
  const judging = { ledger, channel: session.channel, at: ledger.sequence, certificates };
  const present = new Set<string>();
  for (const leaf of session.group.leaves) {
    try {
      present.add(hex(entitledLeaf(judging, leaf).member.account));
    } catch (error) {
      if (!(error instanceof UnentitledLeaf)) {
        throw error;
      }
    }
  }
  return present;
}

/**
 * The session with a Commit staged: save it, then publish `staged`, then read it back from the log.
 *
 * @throws ChannelNotUsable this device is not in the channel.
 * @throws CommitRefused our own Commit would break a rule: it is never sent.
 */
export async function stage(session: ChannelSession, change: Change, enacting: Enacting): Promise<ChannelSession> {
  const { ledger, certificates, entropy, pace } = enacting;
  if (session.standing !== Standing.live) {
    throw new ChannelNotUsable(session.standing);
  }
  const anchor = encodeAnchor(anchorOf(session, ledger, LogKind.commit, null));
  const commit = await session.group.commit(change, anchor, entropy, pace);
  const before = session.group.leaves;
  judgeCommit(
    {
      ledger,
      channel: session.channel,
      generation: session.generation,
      before,
      sequence: session.sequence + 1,
      epochBeganAt: session.epochBeganAt,
      epochAnchoredAt: session.epochBeganAt === 0 ? 0 : session.judgedAt,
      certificates,
    },
    viewOf(session.group, commit.group, change, anchor),
    commit.group.leaves,
  );
  const staged = {
    sendId: entropy(SEND_ID_BYTES),
    group: commit.group,
    message: commit.message,
    welcome: commit.welcome,
    ratchetTree: commit.ratchetTree,
    ledgerSequence: ledger.sequence,
    restored: false,
  };
  return { ...session, staged };
}

/** Our own Commit as the ledger's rules look at it. */
function viewOf(before: Group, after: Group, change: Change, anchor: Bytes): CommitView {
  const gone = new Set(change.removes);
  const stayed = new Set(before.leaves.map((leaf) => leaf.index).filter((index) => !gone.has(index)));
  return {
    epoch: before.epoch,
    committer: before.ownLeaf,
    added: after.leaves.filter((leaf) => !stayed.has(leaf.index)),
    removed: before.leaves.filter((leaf) => gone.has(leaf.index)),
    anchor,
  };
}

/**
 * As `stage`, but nobody's key package holds up anybody else: null when nothing is left to commit.
 *
 * If the Commit fails with all of them, the removals go alone and first, so that those removed read nothing more; never
 * the leaf of whom `again` lets in, which no member may take away alone (C6). With nobody to remove, each of those is
 * tried by itself, then each newcomer beside those that fit.
 */
export async function stageWhatFits(
  session: ChannelSession,
  change: Change,
  enacting: Enacting,
  again: readonly Renewal[] = [],
): Promise<ChannelSession | null> {
  const renewals = again.map(({ leaf, keyPackage }) => ({ adds: [keyPackage], removes: [leaf] }));
  const whole = {
    adds: [...renewals.flatMap(({ adds }) => adds), ...change.adds],
    removes: [...change.removes, ...renewals.flatMap(({ removes }) => removes)],
  };
  const fits = await stageIfItFits(session, whole, enacting);
  if (fits !== null) {
    return fits;
  }
  if (change.removes.length > 0 || whole.adds.length === 0) {
    return stage(session, { adds: [], removes: change.removes }, enacting);
  }
  for (const renewal of renewals) {
    const staged = await stageIfItFits(session, renewal, enacting);
    if (staged !== null) {
      return staged;
    }
  }
  const fitting: Bytes[] = [];
  let newest: ChannelSession | null = null;
  for (const one of change.adds) {
    const staged = await stageIfItFits(session, { adds: [...fitting, one], removes: [] }, enacting);
    if (staged !== null) {
      newest = staged;
      fitting.push(one);
    }
  }
  return newest;
}

/** Null: somebody's key package, or a rule, forbids it. */
async function stageIfItFits(
  session: ChannelSession,
  change: Change,
  enacting: Enacting,
): Promise<ChannelSession | null> {
  try {
    return await stage(session, change, enacting);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return null;
    }
    throw error;
  }
}
