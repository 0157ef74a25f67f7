/**
 * The nodes of a ratchet tree in their array, with the hash of each subtree (RFC 9420 section 7.8).
 *
 * Never changed: a change gives another array that shares all nodes and all hashes but those above what was touched.
 */

import { concat, type Bytes } from "../bytes";
import { opaque, optional, uint } from "../codec";
import { sha256 } from "../primitives/hashes";
import { encodeLeafNode } from "./leaf-node";
import { isParent, LEAF, PARENT, type Node } from "./node";
import { encodeParentNode, withoutUnmerged } from "./parent-node";
import { covers, isLeaf, leafOf, left, nodeOf, nodeWidth, parent, right, rootOf } from "./tree-math";

const NOBODY: ReadonlySet<number> = new Set();

/** What an index gets; null blanks it. */
export type NodeChanges = ReadonlyMap<number, Node | null>;

export class HashedNodes {
  readonly #nodes: readonly (Node | null)[];
  readonly #hashes: (Bytes | null)[];

  private constructor(nodes: readonly (Node | null)[], hashes: (Bytes | null)[]) {
    this.#nodes = nodes;
    this.#hashes = hashes;
  }

  /** The nodes, with blank ones up to a tree of `leafCount` = 2^d leaves. */
  static of(nodes: readonly (Node | null)[], leafCount: number): HashedNodes {
    return new HashedNodes(padded(nodes, nodeWidth(leafCount)), padded([], nodeWidth(leafCount)));
  }

  get leafCount(): number {
    return (this.#nodes.length + 1) / 2;
  }

  get all(): readonly (Node | null)[] {
    return this.#nodes;
  }

  /** The node, or null for a blank one or none at all. */
  at(index: number): Node | null {
    return this.#nodes[index] ?? null;
  }

  /** Whether nothing in the subtree reaches anybody. */
  isEmpty(index: number): boolean {
    return this.at(index) === null && (isLeaf(index) || (this.isEmpty(left(index)) && this.isEmpty(right(index))));
  }

  changed(changes: NodeChanges): HashedNodes {
    const [nodes, hashes] = [this.#nodes.slice(), this.#hashes.slice()];
    const top = rootOf(this.leafCount);
    for (const [index, node] of changes) {
      nodes[index] = node;
      hashes[index] = null;
      for (let above = index; above !== top; ) {
        above = parent(above);
        hashes[above] = null;
      }
    }
    return new HashedNodes(nodes, hashes);
  }

  /** Doubled until there are this many places for leaves (section 7.7). */
  widened(leafCount: number): HashedNodes {
    let width = this.#nodes.length;
    while (width < nodeWidth(leafCount)) {
      width = 2 * width + 1;
    }
    return width === this.#nodes.length
      ? this
      : new HashedNodes(padded(this.#nodes, width), padded(this.#hashes, width));
  }

  /** Without the right halves in which nobody is left (section 7.7). */
  truncated(): HashedNodes {
    let top = rootOf(this.leafCount);
    while (!isLeaf(top) && this.isEmpty(right(top))) {
      top = left(top);
    }
    const width = 2 * top + 1;
    return width === this.#nodes.length
      ? this
      : new HashedNodes(this.#nodes.slice(0, width), this.#hashes.slice(0, width));
  }

  /** The hash of a subtree, by default of the whole tree; computed once per subtree. */
  treeHash(index = rootOf(this.leafCount)): Bytes {
    const known = this.#hashes[index] ?? this.hash(index, NOBODY);
    this.#hashes[index] = known;
    return known;
  }

  /** The hash of a subtree as it was before `leaves` were added: `original_sibling_tree_hash` of section 7.9. */
  treeHashWithout(index: number, leaves: Iterable<number>): Bytes {
    const below = new Set([...leaves].filter((leaf) => covers(index, nodeOf(leaf))));
    return below.size === 0 ? this.treeHash(index) : this.hash(index, below);
  }

  private hash(index: number, without: ReadonlySet<number>): Bytes {
    const node = this.at(index);
    if (isLeaf(index)) {
      const leaf = node === null || isParent(node) || without.has(leafOf(index)) ? null : encodeLeafNode(node);
      return sha256(concat(uint(LEAF, 1), uint(leafOf(index), 4), optional(leaf)));
    }
    return sha256(
      concat(
        uint(PARENT, 1),
        optional(node === null || !isParent(node) ? null : encodeParentNode(withoutUnmerged(node, without))),
        opaque(this.treeHashWithout(left(index), without)),
        opaque(this.treeHashWithout(right(index), without)),
      ),
    );
  }
}

function padded<T>(items: readonly (T | null)[], length: number): (T | null)[] {
  return [...items, ...new Array<null>(length - items.length).fill(null)];
}
