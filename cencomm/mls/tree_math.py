"""Arithmetic of perfect binary trees in an array (RFC 9420 appendix C).

  7 = root of 8 leaves          Leaves have even node indices, parents odd ones. The number of trailing one bits of
  3       11                    an index is its height; a node does not move when the tree doubles or halves.
 1  5   9   13
0 2 4 6 8 10 12 14
"""

from typing import NewType

from cencomm.errors import UsageError

LeafIndex = NewType("LeafIndex", int)
NodeIndex = NewType("NodeIndex", int)


def node_of(leaf: LeafIndex) -> NodeIndex:
    return NodeIndex(2 * leaf)


def leaf_of(node: NodeIndex) -> LeafIndex:
    return LeafIndex(node // 2)


def is_leaf(node: NodeIndex) -> bool:
    return node % 2 == 0


def level(node: NodeIndex) -> int:
    """Height above the leaves: the number of trailing one bits."""
    return (~node & (node + 1)).bit_length() - 1


def node_width(leaf_count: int) -> int:
    """How many nodes a tree of `leaf_count` = 2^d leaves has."""
    return 2 * leaf_count - 1


def root(leaf_count: int) -> NodeIndex:
    return NodeIndex(leaf_count - 1)


def left(node: NodeIndex) -> NodeIndex:
    """The left child of a parent."""
    return NodeIndex(node ^ (1 << (level(node) - 1)))


def right(node: NodeIndex) -> NodeIndex:
    """The right child of a parent."""
    return NodeIndex(node ^ (3 << (level(node) - 1)))


def parent(node: NodeIndex) -> NodeIndex:
    """The parent; the root of a tree has one in the tree twice as large."""
    height = level(node)
    return NodeIndex((node | (1 << height)) & ~(1 << (height + 1)))


def sibling(node: NodeIndex) -> NodeIndex:
    above = parent(node)
    return right(above) if node < above else left(above)


def direct_path(node: NodeIndex, leaf_count: int) -> list[NodeIndex]:
    """The ancestors of a node, lowest first, the root last (RFC 9420 section 4.1.2)."""
    path = []
    top = root(leaf_count)
    if not covers(top, node):
        raise UsageError(f"node {node} is not in a tree of {leaf_count} leaves")
    while node != top:
        node = parent(node)
        path.append(node)
    return path


def covers(ancestor: NodeIndex, node: NodeIndex) -> bool:
    """Whether `node` is in the subtree below `ancestor`, itself included."""
    reach = (1 << level(ancestor)) - 1
    return ancestor - reach <= node <= ancestor + reach


def common_ancestor(one: NodeIndex, other: NodeIndex) -> NodeIndex:
    """The lowest node that covers both."""
    while not covers(one, other):
        one = parent(one)
    return one
