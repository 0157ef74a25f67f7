/** What a Commit makes of a group, for its maker and for everybody else (RFC 9420 sections 12.2 to 12.4). */

import { hex, type Bytes } from "../bytes";
import type { CommitContent } from "./commit";
import { InvalidProposal } from "./errors";
import type { GroupContext } from "./group-context";
import { occupied, type GroupState, type PrivateKeys } from "./group-state";
import { verifyKeyPackage, type KeyPackage } from "./key-package";
import { confirmationTag, epochFromJoiner, interimTranscriptHash, joinerSecret, type NewEpoch } from "./key-schedule";
import { confirmedTranscriptHash } from "./public-message";
import type { RatchetTree } from "./ratchet-tree";
import { SecretTree } from "./secret-tree";
import { encryptionKeysAppearOnce, memberKeysAreUnique } from "./tree-validation";

/** Who is removed and added, and by whom. */
export interface Changes {
  readonly committer: number;
  readonly adds: readonly KeyPackage[];
  readonly removes: readonly number[];
}

/** The tree after the proposals, before the path. */
export interface Applied {
  readonly tree: RatchetTree;
  readonly added: readonly number[];
}

/**
 * The proposals judged (sections 12.1, 12.2), then applied: Removes, then Adds in their order (section 12.3).
 *
 * @throws InvalidProposal, InvalidKeyPackage, InvalidLeafNode with the rule.
 */
export function applyProposals(tree: RatchetTree, changes: Changes): Applied {
  changes.adds.forEach(verifyKeyPackage);
  removedLeavesAreOccupied(tree, changes);
  committerDoesNotRemoveItself(changes);
  eachLeafChangesOnce(changes);
  addedMembersAreDifferentClients(changes);
  const removed = changes.removes.length > 0 ? tree.remove(changes.removes) : tree;
  const { tree: widened, places } = removed.add(changes.adds.map((one) => one.leafNode));
  return { tree: widened, added: places };
}

/**
 * Section 12.2, last rule: with the changes of this Commit and its path, the members still fit together.
 *
 * @throws InvalidLeafNode, InvalidTree two members share a key.
 */
export function checkResultingMembers(tree: RatchetTree, changes: Changes): void {
  memberKeysAreUnique([...tree.leaves()].map(([, leaf]) => leaf));
  if (changes.adds.length > 0) {
    encryptionKeysAppearOnce(tree);
  }
}

/** The context of the next epoch, but for the transcript: paths are encrypted under it (section 12.4.1). */
export function provisionalContext(context: GroupContext, tree: RatchetTree): GroupContext {
  return { ...context, epoch: context.epoch + 1n, treeHash: tree.treeHash() };
}

/** An epoch, and the tag that proves that its maker got there. */
export interface Begun {
  readonly context: GroupContext;
  readonly epoch: NewEpoch;
  readonly joinerSecret: Bytes;
  readonly confirmationTag: Bytes;
}

/** Take a signed Commit into the transcript, and derive the epoch that it begins. */
export function beginEpoch(
  state: GroupState,
  provisional: GroupContext,
  commit: { readonly content: CommitContent; readonly signature: Bytes },
  commitSecret: Bytes,
): Begun {
  const interim = interimTranscriptHash(state.context.confirmedTranscriptHash, state.confirmationTag);
  const confirmed = confirmedTranscriptHash(interim, commit.content, commit.signature);
  const context = { ...provisional, confirmedTranscriptHash: confirmed };
  const joiner = joinerSecret(state.secrets.initSecret, commitSecret, context);
  const epoch = epochFromJoiner(joiner, context);
  return { context, epoch, joinerSecret: joiner, confirmationTag: confirmationTag(epoch.confirmationKey, confirmed) };
}

/** The state of one that was a member before; whatever of the old epoch is not carried over is forgotten (S6). */
export function nextState(state: GroupState, tree: RatchetTree, begun: Begun, privateKeys: PrivateKeys): GroupState {
  return {
    context: begun.context,
    tree,
    ownLeaf: state.ownLeaf,
    keys: state.keys,
    privateKeys,
    secrets: begun.epoch.secrets,
    secretTree: SecretTree.create(begun.epoch.encryptionSecret, tree.leafCount),
    confirmationTag: begun.confirmationTag,
  };
}

/** Section 12.1.3. */
function removedLeavesAreOccupied(tree: RatchetTree, changes: Changes): void {
  changes.removes.forEach((leaf) => occupied(tree, leaf));
}

/** Section 12.2: whoever is gone cannot have made the new epoch. */
function committerDoesNotRemoveItself(changes: Changes): void {
  if (changes.removes.includes(changes.committer)) {
    throw new InvalidProposal("the committer removes itself");
  }
}

/** Section 12.2: no two Removes are about one leaf. */
function eachLeafChangesOnce({ removes }: Changes): void {
  if (new Set(removes).size !== removes.length) {
    throw new InvalidProposal("two proposals change the same leaf");
  }
}

/** Section 12.2: no two Adds are of one client, which here means of one signature key. */
function addedMembersAreDifferentClients({ adds }: Changes): void {
  if (new Set(adds.map((one) => hex(one.leafNode.signatureKey))).size !== adds.length) {
    throw new InvalidProposal("two Adds are of the same client");
  }
}
