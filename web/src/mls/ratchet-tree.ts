/**
 * The ratchet tree: who is in the group, and the public keys that reach them (RFC 9420 sections 4.1, 7.4 to 7.8).
 *
 * A tree never changes: each operation returns another one that shares all nodes and all subtree hashes but those on
 * the paths it touched. So a Commit costs the depth of the tree, not its width, and the old tree stays good if the new
 * one turns out invalid. As `cencomm/mls/ratchet_tree.py`.
 */

import type { Bytes } from "../bytes";
import { decode, optional, vector } from "../codec";
import { MalformedError } from "../errors";
import { HashedNodes } from "./hashed-nodes";
import type { LeafNode } from "./leaf-node";
import { encodeNode, isParent, readNode, type Node } from "./node";
import { withUnmerged, type ParentNode } from "./parent-node";
import { directPath, isLeaf, leafOf, left, nodeOf, nodeWidth, right, sibling } from "./tree-math";

const MAX_LEAVES = 1 << 16; // far above the largest operation; a tree of this width is refused before it is built
const NOBODY: ReadonlySet<number> = new Set();

/** One node of a filtered direct path, with its child off the path, to which the secrets go (section 4.1.2). */
export interface PathStep {
  readonly node: number;
  readonly copath: number;
}

/** An immutable ratchet tree of 2^d leaves. Leaves stand at even places and parents at odd ones, always. */
export class RatchetTree {
  readonly #nodes: HashedNodes;
  #encoded: Bytes | null = null;

  private constructor(nodes: HashedNodes) {
    this.#nodes = nodes;
  }

  /** The tree of a group of one. */
  static of(leaf: LeafNode): RatchetTree {
    return new RatchetTree(HashedNodes.of([leaf], 1));
  }

  /**
   * The tree that `data` encodes; whether it is a good one, `tree-validation` says.
   *
   * @throws MalformedError no encoding, nodes in wrong places, a blank node at the end, wider than MAX_LEAVES.
   */
  static decode(data: Bytes): RatchetTree {
    const nodes = decode(data, (reader) => reader.vector((inner) => inner.optional(readNode)));
    if ((nodes.at(-1) ?? null) === null) {
      throw new MalformedError("a tree ends with a node that is not blank");
    }
    if (nodes.some((node, index) => node !== null && isParent(node) === isLeaf(index))) {
      throw new MalformedError("leaves stand at even places and parents at odd ones");
    }
    let leafCount = 1;
    while (nodeWidth(leafCount) < nodes.length) {
      leafCount *= 2;
    }
    if (leafCount > MAX_LEAVES) {
      throw new MalformedError(`a tree of more than ${MAX_LEAVES} leaves`);
    }
    return new RatchetTree(HashedNodes.of(nodes, leafCount));
  }

  // --- What is there

  /** How many places there are, occupied or blank. */
  get leafCount(): number {
    return this.#nodes.leafCount;
  }

  /** The leaf, or null for a blank one or none at all. */
  leaf(index: number): LeafNode | null {
    const node = this.#nodes.at(nodeOf(index));
    return node === null || isParent(node) ? null : node;
  }

  /** The parent at an odd index, or null for a blank one. */
  parentNode(index: number): ParentNode | null {
    const node = this.#nodes.at(index);
    return node !== null && isParent(node) ? node : null;
  }

  /** The occupied leaves, in order. */
  *leaves(): Generator<readonly [index: number, leaf: LeafNode]> {
    for (let index = 0; index < this.leafCount; index += 1) {
      const leaf = this.leaf(index);
      if (leaf !== null) {
        yield [index, leaf];
      }
    }
  }

  /** The parents that are not blank, in order. */
  *parents(): Generator<readonly [index: number, parent: ParentNode]> {
    for (let index = 1; index < nodeWidth(this.leafCount); index += 2) {
      const node = this.parentNode(index);
      if (node !== null) {
        yield [index, node];
      }
    }
  }

  publicKey(index: number): Bytes | null {
    return this.#nodes.at(index)?.encryptionKey ?? null;
  }

  /** All encryption keys in the tree. */
  encryptionKeys(): readonly Bytes[] {
    return this.#nodes.all.flatMap((node) => (node === null ? [] : [node.encryptionKey]));
  }

  /** The nodes that together reach everybody below `index` (section 4.1.1), but for the `excluded` leaves. */
  resolution(index: number, excluded: ReadonlySet<number> = NOBODY): readonly number[] {
    const node = this.#nodes.at(index);
    if (node !== null && !isParent(node)) {
      return excluded.has(leafOf(index)) ? [] : [index];
    }
    if (node !== null) {
      return [index, ...node.unmergedLeaves.filter((leaf) => !excluded.has(leaf)).map(nodeOf)];
    }
    return isLeaf(index)
      ? []
      : [...this.resolution(left(index), excluded), ...this.resolution(right(index), excluded)];
  }

  /** The ancestors of `leaf` that have somebody on their other side, lowest first (section 4.1.2). */
  filteredDirectPath(leaf: number): readonly PathStep[] {
    const steps: PathStep[] = [];
    let child = nodeOf(leaf);
    for (const node of directPath(child, this.leafCount)) {
      const copath = sibling(child);
      if (!this.#nodes.isEmpty(copath)) {
        steps.push({ node, copath });
      }
      child = node;
    }
    return steps;
  }

  // --- Changes

  /** Put each leaf into the leftmost blank place, widening the tree as needed (section 12.1.1). */
  add(leaves: readonly LeafNode[]): { readonly tree: RatchetTree; readonly places: readonly number[] } {
    const places: number[] = [];
    for (let index = 0; places.length < leaves.length; index += 1) {
      if (this.leaf(index) === null) {
        places.push(index);
      }
    }
    const wide = this.#nodes.widened(1 + (places.at(-1) ?? 0));
    const changes = new Map<number, Node | null>();
    leaves.forEach((leafNode, order) => {
      const leaf = places[order] ?? 0; // there are as many places as leaves
      changes.set(nodeOf(leaf), leafNode);
      for (const above of directPath(nodeOf(leaf), wide.leafCount)) {
        const node = changes.get(above) ?? wide.at(above);
        if (node !== null && isParent(node)) {
          changes.set(above, withUnmerged(node, leaf));
        }
      }
    });
    return { tree: new RatchetTree(wide.changed(changes)), places };
  }

  /** Blank leaves and the nodes above them, and cut off empty right halves (sections 12.1.3, 7.7). */
  remove(leaves: readonly number[]): RatchetTree {
    const changes = new Map<number, Node | null>();
    for (const leaf of leaves) {
      changes.set(nodeOf(leaf), null);
      directPath(nodeOf(leaf), this.leafCount).forEach((above) => changes.set(above, null));
    }
    return new RatchetTree(this.#nodes.changed(changes).truncated());
  }

  /** Set the leaf and the parents that a path brings; the other nodes above the leaf are blanked (section 7.5). */
  mergePath(leaf: number, leafNode: LeafNode, parents: ReadonlyMap<number, ParentNode>): RatchetTree {
    const changes = new Map<number, Node | null>();
    directPath(nodeOf(leaf), this.leafCount).forEach((above) => changes.set(above, parents.get(above) ?? null));
    changes.set(nodeOf(leaf), leafNode);
    return new RatchetTree(this.#nodes.changed(changes));
  }

  // --- Hashes

  /** The hash of a subtree, by default of the whole tree (section 7.8); computed once per subtree. */
  treeHash(index?: number): Bytes {
    return this.#nodes.treeHash(index);
  }

  /** The hash of a subtree as it was before `leaves` were added: `original_sibling_tree_hash` of section 7.9. */
  treeHashWithout(index: number, leaves: Iterable<number>): Bytes {
    return this.#nodes.treeHashWithout(index, leaves);
  }

  // --- The wire

  /** `ratchet_tree` of section 12.4.3.3: in order, without the blank nodes at the end. Computed once per tree. */
  encode(): Bytes {
    const nodes = this.#nodes.all;
    const length = nodes.findLastIndex((node) => node !== null) + 1;
    this.#encoded ??= vector(nodes.slice(0, length).map((node) => optional(node && encodeNode(node))));
    return this.#encoded;
  }
}
