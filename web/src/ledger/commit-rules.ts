/**
 * Whether a Commit is valid: a function of the group, the Commit and the ledger up to its anchor (rules C1 to C6).
 *
 * Nothing newer than the anchored head enters, and no clock, so all members come to one verdict whatever they learned
 * in the meantime. What MLS itself checks (signatures, tags, that the tree after follows from the tree before) is done,
 * and so is the profile (C2): `parseCommit` gives nothing else. Same order of checks as `cencomm/ledger/commit_rules.py`.
 */

import { equal, hex, type Bytes } from "../bytes";
import type { Anchor } from "./anchor";
import { judgeAnchor } from "./anchor-rules";
import type { CertificateMemo } from "./certificate-memo";
import { LogKind, Role } from "./kinds";
import type { Ledger } from "./ledger";
import { AnchorRefused, CommitRefused, TreeRefused } from "./refusal";
import { entitledLeaf, judgeTree, UnentitledLeaf, type Judging, type LeafHolder } from "./tree-rules";
import type { CommitView, LeafView } from "./views";

/** What a Commit is judged on, beside its own bytes. */
export interface CommitPlace {
  readonly ledger: Ledger;
  readonly channel: Bytes;
  readonly generation: number;
  readonly before: readonly LeafView[]; // leaves of the epoch that the Commit ends
  readonly sequence: number; // its place in the channel's log
  readonly epochBeganAt: number; // log sequence of the Commit that began the ending epoch, 0 in epoch 0
  readonly epochAnchoredAt: number; // ledger sequence of that Commit's anchor, 0 in epoch 0
  readonly certificates: CertificateMemo;
}

/**
 * The Commit is valid, and this is the anchor that the new epoch stands on. `after` are the leaves that it makes.
 *
 * @throws CommitRefused it is not valid for anybody; `rule` says why.
 * @throws LedgerBehind a fault of ours: fetch the ledger and judge again.
 */
export function judgeCommit(place: CommitPlace, commit: CommitView, after: readonly LeafView[]): Anchor {
  const anchor = judgeBeginning(place, commit);
  const judging = judgingAt(place, anchor);
  judgeRights(judging, commit, place.before);
  judgeResult(judging, commit, after);
  judgePath(commit, place.before, after);
  return anchor;
}

/**
 * The Commit may remove us. The tree that it makes we cannot see: the others judge it.
 *
 * Errors as those of `judgeCommit`; where the added ones stand, whoever is removed does not learn, and it is not
 * looked at.
 */
export function judgeRemoval(place: CommitPlace, commit: CommitView): Anchor {
  const anchor = judgeBeginning(place, commit);
  judgeRights(judgingAt(place, anchor), commit, place.before);
  return anchor;
}

function judgingAt(place: CommitPlace, anchor: Anchor): Judging {
  const { ledger, channel, certificates } = place;
  return { ledger, channel, at: Number(anchor.ledgerSequence), certificates };
}

function judgeBeginning(place: CommitPlace, commit: CommitView): Anchor {
  if (commit.epoch === 0n && place.before.length !== 1) {
    throw new CommitRefused("L8", "a group begins with its creator alone");
  }
  const anchor = commitAnchor(place, commit);
  if (anchor.ledgerSequence < BigInt(place.epochAnchoredAt)) {
    // Else a member and a relay bring back whom the unit revoked.
    throw new CommitRefused("C4", "the Commit enacts an older ledger than the Commit before it");
  }
  return anchor;
}

function commitAnchor(place: CommitPlace, commit: CommitView): Anchor {
  try {
    return judgeAnchor(place.ledger, commit.anchor, LogKind.commit, place);
  } catch (error) {
    if (error instanceof AnchorRefused) {
      throw new CommitRefused(error.rule, error.sentence);
    }
    throw error;
  }
}

/** C6: an entitled committer; of what is entitled, members remove only what is theirs or comes back. */
function judgeRights(judging: Judging, commit: CommitView, before: readonly LeafView[]): void {
  const committer = leafAt(before, commit.committer);
  if (committer === null || commit.removed.some((leaf) => leaf.index === commit.committer)) {
    throw new CommitRefused("C6", "the committer is not in the group, or removes itself");
  }
  const { member, certificate } = enactor(judging, committer);
  if (member.role === Role.coordinator) {
    return;
  }
  const returning = new Set(commit.added.map((leaf) => deviceName(holderOf(judging, leaf))));
  for (const leaf of commit.removed) {
    const holder = holderOf(judging, leaf);
    if (
      holder !== null &&
      !equal(holder.certificate.identityKey, certificate.identityKey) &&
      !returning.has(deviceName(holder))
    ) {
      throw new CommitRefused("C6", `the committer may not remove leaf ${leaf.index}, which is entitled`);
    }
  }
}

function enactor(judging: Judging, committer: LeafView): LeafHolder {
  try {
    return entitledLeaf(judging, committer);
  } catch (error) {
    if (error instanceof TreeRefused) {
      throw new CommitRefused("C6", `the committer may not enact: ${error.sentence}`);
    }
    throw error;
  }
}

/** C4 and C5: nobody is in the new tree who has no right to be. */
function judgeResult(judging: Judging, commit: CommitView, after: readonly LeafView[]): void {
  try {
    judgeTree(judging, after);
  } catch (error) {
    if (error instanceof UnentitledLeaf) {
      const { index } = error.leaf;
      if (commit.added.some((leaf) => leaf.index === index)) {
        throw new CommitRefused("C6", `the Commit adds an outsider: ${error.sentence}`);
      }
      throw new CommitRefused("C4", `the Commit leaves somebody in: ${error.sentence}`);
    }
    if (error instanceof TreeRefused) {
      throw new CommitRefused(error.rule, error.sentence);
    }
    throw error;
  }
}

/** C5: a path renews the encryption key only; a new certificate comes by Remove and Add, where all look at it. */
function judgePath(commit: CommitView, before: readonly LeafView[], after: readonly LeafView[]): void {
  const old = leafAt(before, commit.committer);
  const renewed = leafAt(after, commit.committer);
  if (old === null || renewed === null) {
    throw new CommitRefused("C5", "the path has no leaf");
  }
  if (!equal(old.credential, renewed.credential) || !equal(old.signatureKey, renewed.signatureKey)) {
    throw new CommitRefused("C5", "the path changes the committer's credential or signature key");
  }
}

/** Who an entitled leaf is; null when anybody may remove it. */
function holderOf(judging: Judging, leaf: LeafView): LeafHolder | null {
  try {
    return entitledLeaf(judging, leaf);
  } catch (error) {
    if (error instanceof TreeRefused) {
      return null;
    }
    throw error;
  }
}

function deviceName(holder: LeafHolder | null): string {
  return holder === null ? "" : `${hex(holder.certificate.identityKey)}/${hex(holder.certificate.device)}`;
}

function leafAt(leaves: readonly LeafView[], index: number): LeafView | null {
  return leaves.find((leaf) => leaf.index === index) ?? null;
}
