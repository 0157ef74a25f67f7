/** Taking in a Commit of another member (RFC 9420 section 12.4.2). A refused one has changed nothing. */

import type { Bytes } from "../bytes";
import { decodeCommit, type PublicCommit } from "./commit";
import {
  applyProposals,
  beginEpoch,
  checkResultingMembers,
  nextState,
  provisionalContext,
  type Applied,
} from "./epoch-change";
import { BadTag, InvalidLeafNode, RemovedFromGroup } from "./errors";
import { isFor, otherMember, type GroupState } from "./group-state";
import { checkLeafNode, LeafSource } from "./leaf-node";
import { verifyCommitSignature, verifyMembershipTag } from "./public-message";
import type { RatchetTree } from "./ratchet-tree";
import { sameTag } from "./suite";
import { mergePath, openPath, privateKeysOf, stillValid } from "./treekem";

/**
 * The state of the epoch that the Commit begins. Whether the ledger allows it, the caller judges (C3 to C6).
 *
 * @throws WrongGroup, WrongEpoch, OwnMessage not for this state to judge.
 * @throws RemovedFromGroup it removes us.
 * @throws ProtocolError refused; the error says by which rule.
 */
export function processCommit(state: GroupState, message: Bytes): GroupState {
  const commit = decodeCommit(message);
  const { content } = commit;
  isFor(state, content.groupId, content.epoch);
  verifyMembershipTag(state.secrets.membershipKey, commit, state.context);
  verifyCommitSignature(otherMember(state, content.committer).signatureKey, commit, state.context);
  const applied = applyProposals(state.tree, content);
  const merged = mergeCommit(state, commit, applied);
  if (content.removes.includes(state.ownLeaf)) {
    throw new RemovedFromGroup(content.committer);
  }
  const provisional = provisionalContext(state.context, merged);
  const reader = { leaf: state.ownLeaf, privateKeys: stillValid(state.privateKeys, state.tree, applied.tree) };
  const ladder = openPath(merged, content.committer, content.path, reader, new Set(applied.added), provisional);
  const begun = beginEpoch(state, provisional, commit, ladder.commitSecret);
  if (!sameTag(begun.confirmationTag, commit.confirmationTag)) {
    throw new BadTag("the computed confirmation tag does not match the expected one");
  }
  const kept = stillValid(reader.privateKeys, applied.tree, merged);
  return nextState(state, merged, begun, new Map([...kept, ...privateKeysOf(ladder)]));
}

/** Judge what the Commit makes of the tree. */
function mergeCommit(state: GroupState, commit: PublicCommit, applied: Applied): RatchetTree {
  const { content } = commit;
  const { leafNode } = content.path;
  if (leafNode.source !== LeafSource.commit) {
    throw new InvalidLeafNode("the leaf of the path was made for something else");
  }
  checkLeafNode(leafNode, { groupId: state.context.groupId, leafIndex: content.committer });
  const merged = mergePath(applied.tree, content.committer, content.path);
  checkResultingMembers(merged, content);
  return merged;
}
