/** Parent hashes: who put a key into the tree, and for whom (RFC 9420 section 7.9). */

import { concat, equal, type Bytes } from "../bytes";
import { opaque } from "../codec";
import { sha256 } from "../primitives/hashes";
import { InvalidTree } from "./errors";
import { LeafSource } from "./leaf-node";
import type { ParentNode } from "./parent-node";
import type { PathStep, RatchetTree } from "./ratchet-tree";
import { NOTHING } from "./suite";
import { covers, isLeaf, leafOf, left, nodeOf, right } from "./tree-math";

export interface ChainedPath {
  readonly parents: ReadonlyMap<number, ParentNode>;
  readonly leafParentHash: Bytes;
}

/**
 * The parent nodes of a new path, chained from the root down, and the parent hash of the leaf below.
 *
 * `tree` is the one before the path is merged: the subtrees beside the path are the same in both.
 */
export function chainPath(tree: RatchetTree, steps: readonly PathStep[], keys: readonly Bytes[]): ChainedPath {
  const parents = new Map<number, ParentNode>();
  let above: Bytes = NOTHING; // the root's, and of a leaf alone in its group
  for (const [place, step] of [...steps.entries()].reverse()) {
    const node = { encryptionKey: keys[place] ?? NOTHING, parentHash: above, unmergedLeaves: [] };
    parents.set(step.node, node);
    above = parentHash(node, tree.treeHash(step.copath));
  }
  return { parents, leafParentHash: above };
}

/**
 * Every parent was set by a member, together with the nodes below it (section 7.9.2).
 *
 * @throws InvalidTree a parent that not exactly one descendant vouches for: its private key may be in an outsider's
 *   hand.
 */
export function checkParentHashes(tree: RatchetTree): void {
  for (const [index, node] of tree.parents()) {
    const vouchers =
      vouchersBelow(tree, node, left(index), right(index)) + vouchersBelow(tree, node, right(index), left(index));
    if (vouchers !== 1) {
      throw new InvalidTree(`node ${index} is not parent-hash valid`);
    }
  }
}

function parentHash(node: ParentNode, originalSiblingTreeHash: Bytes): Bytes {
  return sha256(concat(opaque(node.encryptionKey), opaque(node.parentHash), opaque(originalSiblingTreeHash)));
}

/** How many nodes below `child` chain to `node`: 0 or 1. */
function vouchersBelow(tree: RatchetTree, node: ParentNode, child: number, sibling: number): number {
  const resolution = tree.resolution(child);
  const unmerged = new Set(node.unmergedLeaves.map(nodeOf).filter((leaf) => covers(child, leaf)));
  const others = resolution.filter((one) => !unmerged.has(one));
  const [voucher] = others;
  if (voucher === undefined || others.length !== 1 || resolution.length !== unmerged.size + 1) {
    return 0; // the resolution without the voucher has to be exactly the unmerged leaves
  }
  const field = parentHashField(tree, voucher);
  return field !== null && equal(field, parentHash(node, tree.treeHashWithout(sibling, node.unmergedLeaves))) ? 1 : 0;
}

function parentHashField(tree: RatchetTree, index: number): Bytes | null {
  if (!isLeaf(index)) {
    return tree.parentNode(index)?.parentHash ?? null;
  }
  const leaf = tree.leaf(leafOf(index));
  return leaf?.source === LeafSource.commit ? leaf.parentHash : null;
}
