/** What a ratchet tree has to satisfy before anybody joins by it (RFC 9420 section 12.4.3.1), a function per rule. */

import { equal, hex, type Bytes } from "../bytes";
import { BadPublicKey, checkPublicKey } from "../primitives/x25519";
import { InvalidLeafNode, InvalidTree } from "./errors";
import type { GroupContext } from "./group-context";
import { checkLeafNode, type LeafNode } from "./leaf-node";
import { checkParentHashes } from "./parent-hash";
import type { RatchetTree } from "./ratchet-tree";
import { finish, SLICE_LEAVES, type Slices } from "./slices";
import { covers, nodeOf, parent } from "./tree-math";

/**
 * The tree is the group's, and members of the group made every key in it.
 *
 * Nothing is said about lifetimes, nor about who the members are: the ledger judges credentials (C5).
 *
 * @throws InvalidTree, InvalidLeafNode with the rule.
 */
export function checkTree(tree: RatchetTree, context: GroupContext): void {
  finish(checkingTree(tree, context));
}

/** As `checkTree`, leaf by leaf: their signatures take most of its time. */
export function* checkingTree(tree: RatchetTree, context: GroupContext): Slices<void> {
  treeMatchesTheContext(tree, context);
  unmergedLeavesAreMembersBelow(tree); // guards the others against leaves that are not there
  unmergedLeavesAreUnmergedAllTheWay(tree);
  encryptionKeysAppearOnce(tree);
  parentKeysAreUsable(tree);
  checkParentHashes(tree);
  const leaves = [...tree.leaves()];
  for (const [place, [leafIndex, leaf]] of leaves.entries()) {
    if (place % SLICE_LEAVES === 0) {
      yield { done: place, all: leaves.length };
    }
    checkLeafNode(leaf, { groupId: context.groupId, leafIndex });
  }
  memberKeysAreUnique(leaves.map(([, leaf]) => leaf));
}

/** The tree is the one that the group agreed on, whoever delivered it (D4 too). */
export function treeMatchesTheContext(tree: RatchetTree, context: GroupContext): void {
  if (!equal(tree.treeHash(), context.treeHash)) {
    throw new InvalidTree("the tree is not the one that the GroupContext names");
  }
}

/** No encryption key stands at two nodes: whoever holds it would read for both. */
export function encryptionKeysAppearOnce(tree: RatchetTree): void {
  if (!areUnique(tree.encryptionKeys())) {
    throw new InvalidTree("an encryption key appears at two nodes of the tree");
  }
}

/** Section 7.3: no two members share a signature key or an encryption key. */
export function memberKeysAreUnique(leaves: readonly LeafNode[]): void {
  if (!areUnique(leaves.map((one) => one.signatureKey)) || !areUnique(leaves.map((one) => one.encryptionKey))) {
    throw new InvalidLeafNode("two members share a signature or encryption key");
  }
}

/** Each entry of unmerged_leaves is an occupied leaf below the node. */
function unmergedLeavesAreMembersBelow(tree: RatchetTree): void {
  for (const [index, node] of tree.parents()) {
    const stranger = node.unmergedLeaves.find((leaf) => !covers(index, nodeOf(leaf)) || tree.leaf(leaf) === null);
    if (stranger !== undefined) {
      throw new InvalidTree(`node ${index} names leaf ${stranger} as unmerged, which is no member below it`);
    }
  }
}

/** Each node between a node and its unmerged leaf names that leaf as well. */
function unmergedLeavesAreUnmergedAllTheWay(tree: RatchetTree): void {
  for (const [index, node] of tree.parents()) {
    for (const leaf of node.unmergedLeaves) {
      for (let below = parent(nodeOf(leaf)); below !== index; below = parent(below)) {
        if (tree.parentNode(below)?.unmergedLeaves.includes(leaf) === false) {
          throw new InvalidTree(`leaf ${leaf} is unmerged at node ${index} but not at node ${below} below it`);
        }
      }
    }
  }
}

/** RFC 9180 section 7.1.4: something can be sealed to each parent; its leaves have a rule of their own. */
function parentKeysAreUsable(tree: RatchetTree): void {
  for (const [index, node] of tree.parents()) {
    try {
      checkPublicKey(node.encryptionKey);
    } catch (error) {
      if (error instanceof BadPublicKey) {
        throw new InvalidTree(`nothing can be sealed to the encryption key of node ${index}`);
      }
      throw error;
    }
  }
}

function areUnique(keys: readonly Bytes[]): boolean {
  return new Set(keys.map(hex)).size === keys.length;
}
