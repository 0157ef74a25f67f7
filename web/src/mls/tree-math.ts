/**
 * Arithmetic of perfect binary trees in an array (RFC 9420 appendix C).
 *
 *   7 = root of 8 leaves          Leaves have even node indices, parents odd ones. The number of trailing one bits of
 *   3       11                    an index is its height; a node does not move when the tree doubles or halves.
 *  1  5   9   13
 * 0 2 4 6 8 10 12 14
 */

export function nodeOf(leaf: number): number {
  return 2 * leaf;
}

export function leafOf(node: number): number {
  return node >> 1;
}

export function isLeaf(node: number): boolean {
  return node % 2 === 0;
}

/** Height above the leaves. */
export function level(node: number): number {
  return 31 - Math.clz32(~node & (node + 1));
}

/** How many nodes a tree of `leafCount` = 2^d leaves has. */
export function nodeWidth(leafCount: number): number {
  return 2 * leafCount - 1;
}

export function rootOf(leafCount: number): number {
  return leafCount - 1;
}

/** The left child of a parent. */
export function left(node: number): number {
  return node ^ (1 << (level(node) - 1));
}

/** The right child of a parent. */
export function right(node: number): number {
  return node ^ (3 << (level(node) - 1));
}

/** The parent; the root of a tree has one in the tree twice as large. */
export function parent(node: number): number {
  const height = level(node);
  return (node | (1 << height)) & ~(1 << (height + 1));
}

export function sibling(node: number): number {
  const above = parent(node);
  return node < above ? right(above) : left(above);
}

/** The ancestors of a node, lowest first, the root last (section 4.1.2). */
export function directPath(node: number, leafCount: number): readonly number[] {
  const path: number[] = [];
  const top = rootOf(leafCount);
  for (let above = node; above !== top; ) {
    above = parent(above);
    path.push(above);
  }
  return path;
}

/** Whether `node` is in the subtree below `ancestor`, itself included. */
export function covers(ancestor: number, node: number): boolean {
  const reach = (1 << level(ancestor)) - 1;
  return ancestor - reach <= node && node <= ancestor + reach;
}

/** The lowest node that covers both. */
export function commonAncestor(one: number, other: number): number {
  let above = one;
  while (!covers(above, other)) {
    above = parent(above);
  }
  return above;
}
