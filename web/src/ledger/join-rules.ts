/**
 * Whether a newcomer follows a Welcome (rule C9), with the checks of `cencomm/ledger/join_rules.py` in their order.
 *
 * A Welcome alone proves only that somebody holds our key package. These checks tie it to the ledger and to the one
 * Commit in the log that everybody else judged, so that no member and no relay can open a group beside the group.
 */

import { equal, hex, type Bytes } from "../bytes";
import type { Anchor } from "./anchor";
import { judgeAnchor } from "./anchor-rules";
import type { CertificateMemo } from "./certificate-memo";
import { restartAfter } from "./channel";
import { LogKind } from "./kinds";
import type { Ledger } from "./ledger";
import { AnchorRefused, JoinRefused, TreeRefused } from "./refusal";
import { judgeTree } from "./tree-rules";
import type { LoggedCommit, WelcomeView } from "./views";

/** What a newcomer knows before joining. */
export interface JoinPlace {
  readonly ledger: Ledger;
  readonly channel: Bytes;
  readonly generation: number; // an ended one may be joined up to its cut (ADR 0008)
  readonly pinned: number; // the ledger entry that admitted us: no anchor before it can be ours
  readonly lastEpoch: bigint | null; // the highest epoch of this group that this device was ever in
  readonly certificates: CertificateMemo;
}

/**
 * The Welcome leads into the channel's one group, at the epoch that the logged Commit began.
 *
 * Afterwards the caller deletes the init key in the write that stores the group. `commit` is the Commit of the log that
 * adds our key package, null when the log holds none.
 *
 * @throws JoinRefused do not join; send a rejection of the Welcome.
 * @throws LedgerBehind a fault of ours: fetch the ledger and judge again.
 */
export function judgeJoin(place: JoinPlace, welcome: WelcomeView, commit: LoggedCommit | null): Anchor {
  const { ledger, channel, generation, certificates } = place;
  const declared = ledger.channels.get(hex(channel));
  const begun = declared?.generations.find((one) => one.number === generation);
  if (declared === undefined || begun === undefined) {
    throw new JoinRefused("C9", "the ledger has no such channel, or another generation of it");
  }
  if (!equal(welcome.groupId, begun.groupId)) {
    throw new JoinRefused("C9", "the Welcome is for another group than the ledger names");
  }
  const logged = judgeCommitOf(welcome, commit);
  const ended = restartAfter(declared, generation);
  if (ended !== null && BigInt(logged.sequence) > ended.cutSequence) {
    throw new JoinRefused("C11", "the Commit stands behind the cut of a restart: the channel goes on without it");
  }
  const anchor = refusing(() => {
    // The epoch before is not known to a newcomer; the members judged the log view.
    const at = { channel, generation, sequence: logged.sequence, epochBeganAt: 0 };
    const found = judgeAnchor(ledger, welcome.extension, LogKind.commit, at);
    if (found.ledgerSequence < BigInt(place.pinned)) {
      throw new JoinRefused("C9", "the Welcome stands on an older ledger than our key package");
    }
    judgeTree({ ledger, channel, at: Number(found.ledgerSequence), certificates }, welcome.tree);
    return found;
  });
  if (!welcome.tree.some((leaf) => leaf.index === welcome.ownLeaf)) {
    throw new JoinRefused("C9", "our own leaf is not in the tree");
  }
  if (place.lastEpoch !== null && welcome.epoch <= place.lastEpoch) {
    throw new JoinRefused("C9", "we were in this epoch of the group, or in a later one, already");
  }
  return anchor;
}

function judgeCommitOf(welcome: WelcomeView, commit: LoggedCommit | null): LoggedCommit {
  if (commit === null || !commit.keyPackageRefs.some((ref) => equal(ref, welcome.keyPackageRef))) {
    throw new JoinRefused("C9", "the log holds no Commit that adds our key package");
  }
  if (commit.epoch + 1n !== welcome.epoch) {
    throw new JoinRefused("C9", "the Welcome is for another epoch than the Commit began");
  }
  if (!equal(commit.confirmationTag, welcome.confirmationTag)) {
    throw new JoinRefused("C9", "the Welcome is for another group state than the Commit made");
  }
  if (commit.sender !== welcome.signer) {
    throw new JoinRefused("C9", "the Welcome was signed by another member than the Commit's sender");
  }
  if (!equal(commit.authenticatedData, welcome.extension)) {
    throw new JoinRefused("C9", "the Welcome's anchor is not the Commit's");
  }
  return commit;
}

function refusing(judge: () => Anchor): Anchor {
  try {
    return judge();
  } catch (error) {
    if (error instanceof AnchorRefused || error instanceof TreeRefused) {
      throw new JoinRefused(error.rule, error.sentence);
    }
    throw error;
  }
}
