"""The ratchet tree: who is in the group, and the public keys that reach them (RFC 9420 sections 4.1, 7.4 to 7.8).

A tree never changes: each operation returns another one that shares all nodes and all subtree hashes but those on the
paths it touched. So a Commit costs the depth of the tree, not its width, and the old tree stays good if the new one
turns out invalid.
"""

import hashlib
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError, UsageError
from cencomm.mls import tree_math
from cencomm.mls.enumeration import WireEnum
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.parent_node import ParentNode
from cencomm.mls.tree_math import LeafIndex, NodeIndex, leaf_of, node_of

MAX_LEAVES = 1 << 16  # far above the largest operation; a tree of this width is refused before it is built

NOBODY: frozenset[LeafIndex] = frozenset()


class NodeType(WireEnum):
    LEAF = 1
    PARENT = 2


Node = LeafNode | ParentNode


@dataclass(frozen=True, slots=True)
class PathStep:
    """One node of a filtered direct path, with its child off the path, to which the secrets go (section 4.1.2)."""

    node: NodeIndex
    copath: NodeIndex


class RatchetTree:
    """An immutable ratchet tree of 2^d leaves; SHA-256 hashes, as both suites have it."""

    __slots__ = ("_hashes", "_nodes")

    def __init__(self, nodes: list[Node | None], hashes: list[bytes | None] | None = None) -> None:
        self._nodes = nodes
        self._hashes = hashes or [None] * len(nodes)

    @classmethod
    def of(cls, leaf: LeafNode) -> Self:
        """The tree of a group of one."""
        return cls([leaf])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RatchetTree) and self._nodes == other._nodes

    __hash__ = None  # type: ignore[assignment]  # trees are compared, never looked up

    # --- What is there

    @property
    def leaf_count(self) -> int:
        """How many places there are, occupied or blank."""
        return (len(self._nodes) + 1) // 2

    @property
    def root(self) -> NodeIndex:
        return tree_math.root(self.leaf_count)

    @property
    def nodes(self) -> Sequence[Node | None]:
        return self._nodes

    def node(self, index: NodeIndex) -> Node | None:
        return self._nodes[index]

    def leaf(self, index: LeafIndex) -> LeafNode | None:
        """The leaf, or None for a blank one or none at all."""
        position = node_of(index)
        node = self._nodes[position] if position < len(self._nodes) else None
        assert not isinstance(node, ParentNode)  # parents have odd indices
        return node

    def parent_node(self, index: NodeIndex) -> ParentNode | None:
        node = self._nodes[index]
        assert not isinstance(node, LeafNode)  # leaves have even indices
        return node

    def leaves(self) -> Iterator[tuple[LeafIndex, LeafNode]]:
        """The occupied leaves, in order."""
        for position in self._positions():
            node = self._nodes[position]
            if isinstance(node, LeafNode):
                yield LeafIndex(position // 2), node

    def public_key(self, index: NodeIndex) -> bytes | None:
        node = self._nodes[index] if index < len(self._nodes) else None
        return node.encryption_key if node else None

    def holds_key(self, keys: Collection[bytes]) -> bool:
        """Whether one of these public keys stands anywhere in the tree."""
        return any(node is not None and node.encryption_key in keys for node in self._nodes)

    def resolution(self, index: NodeIndex, *, excluded: Collection[LeafIndex] = NOBODY) -> list[NodeIndex]:
        """The nodes that together reach everybody below `index` (section 4.1.1), but for the `excluded` leaves."""
        node = self._nodes[index]
        if isinstance(node, LeafNode):
            return [] if excluded and leaf_of(index) in excluded else [index]
        if node is not None:
            return [index, *(node_of(leaf) for leaf in node.unmerged_leaves if leaf not in excluded)]
        if tree_math.is_leaf(index):
            return []
        below = self.resolution(tree_math.left(index), excluded=excluded)
        below += self.resolution(tree_math.right(index), excluded=excluded)
        return below

    def filtered_direct_path(self, leaf: LeafIndex) -> list[PathStep]:
        """The ancestors of `leaf` that have somebody on their other side, lowest first (section 4.1.2)."""
        steps = []
        child = node_of(leaf)
        for parent in tree_math.direct_path(child, self.leaf_count):
            copath = tree_math.sibling(child)
            if not self._is_empty(copath):
                steps.append(PathStep(parent, copath))
            child = parent
        return steps

    def _is_empty(self, index: NodeIndex) -> bool:
        """Whether the resolution is empty, without building it."""
        if self._nodes[index] is not None:
            return False
        return tree_math.is_leaf(index) or (
            self._is_empty(tree_math.left(index)) and self._is_empty(tree_math.right(index))
        )

    # --- Changes

    def room(self, count: int = 1) -> tuple[Self, tuple[LeafIndex, ...]]:
        """The leftmost `count` blank places, and the tree, widened if it has too few (sections 12.1.1, 12.4.1)."""
        blank = (LeafIndex(position // 2) for position in self._positions() if self._nodes[position] is None)
        beyond = map(LeafIndex, itertools.count(self.leaf_count))
        places = tuple(itertools.islice(itertools.chain(blank, beyond), count))
        return self._widened(1 + max(places, default=0)), places

    def add(self, leaf_nodes: Sequence[LeafNode]) -> tuple[Self, tuple[LeafIndex, ...]]:
        """Put each leaf into the leftmost blank place, widening the tree as needed (section 12.1.1)."""
        tree, places = self.room(len(leaf_nodes))
        return tree.put(dict(zip(places, leaf_nodes, strict=True))), places

    def put(self, leaf_nodes: Mapping[LeafIndex, LeafNode]) -> Self:
        """Set blank leaves, unmerged at every parent above them (section 12.1.1)."""
        changes: dict[NodeIndex, Node | None] = {}
        for leaf, leaf_node in leaf_nodes.items():
            position = node_of(leaf)
            changes[position] = leaf_node
            for ancestor in tree_math.direct_path(position, self.leaf_count):
                node = changes.get(ancestor, self._nodes[ancestor])
                if isinstance(node, ParentNode):
                    changes[ancestor] = node.with_unmerged(leaf)
        return self._changed(changes)

    def update(self, leaf: LeafIndex, leaf_node: LeafNode) -> Self:
        """Replace a leaf and blank the nodes above it (section 12.1.2)."""
        return self._changed(self._blank_path(leaf) | {node_of(leaf): leaf_node})

    def remove(self, leaves: Iterable[LeafIndex]) -> Self:
        """Blank leaves and the nodes above them, and cut off an empty right half (section 12.1.3)."""
        changes: dict[NodeIndex, Node | None] = {}
        for leaf in leaves:
            changes |= self._blank_path(leaf) | {node_of(leaf): None}
        return self._changed(changes).truncated()

    def blank_path(self, leaf: LeafIndex) -> Self:
        """Blank the nodes above a leaf, as the first step of every path (section 7.5)."""
        return self._changed(self._blank_path(leaf))

    def merge_path(self, leaf: LeafIndex, leaf_node: LeafNode, parents: Mapping[NodeIndex, ParentNode]) -> Self:
        """Set the leaf and the parents that a path brings; the other nodes above the leaf are blanked (section 7.5)."""
        return self._changed({**self._blank_path(leaf), **parents, node_of(leaf): leaf_node})

    def _blank_path(self, leaf: LeafIndex) -> dict[NodeIndex, Node | None]:
        return dict.fromkeys(tree_math.direct_path(node_of(leaf), self.leaf_count))

    def truncated(self) -> Self:
        """Without the right halves in which nobody is left (section 7.7)."""
        length, top = len(self._nodes), self.root
        while length > 1 and self._is_empty(tree_math.right(top)):
            length, top = length // 2, tree_math.left(top)
        return self if length == len(self._nodes) else type(self)(self._nodes[:length], self._hashes[:length])

    def _widened(self, leaf_count: int) -> Self:
        """The same tree, doubled until it has this many places (section 7.7)."""
        width = len(self._nodes)
        while width < tree_math.node_width(leaf_count):
            width = 2 * width + 1
        more: list[None] = [None] * (width - len(self._nodes))
        return type(self)([*self._nodes, *more], [*self._hashes, *more]) if more else self

    def _changed(self, changes: Mapping[NodeIndex, Node | None]) -> Self:
        nodes, hashes = self._nodes.copy(), self._hashes.copy()
        top = self.root
        for index, node in changes.items():
            nodes[index] = node
            hashes[index] = None
            above = index
            while above != top:
                above = tree_math.parent(above)
                hashes[above] = None
        return type(self)(nodes, hashes)

    def _positions(self) -> range:
        return range(0, len(self._nodes), 2)

    # --- Hashes

    def tree_hash(self, index: NodeIndex | None = None) -> bytes:
        """The hash of a subtree, by default of the whole tree (section 7.8); computed once per subtree."""
        where = self.root if index is None else index
        known = self._hashes[where]
        if known is None:
            known = self._hash(where, NOBODY)
            self._hashes[where] = known
        return known

    def tree_hash_without(self, index: NodeIndex, leaves: Collection[LeafIndex]) -> bytes:
        """The hash of a subtree as it was before `leaves` were added: `original_sibling_tree_hash` of section 7.9."""
        below = frozenset(leaf for leaf in leaves if tree_math.covers(index, node_of(leaf)))
        return self._hash(index, below) if below else self.tree_hash(index)

    def _hash(self, index: NodeIndex, without: frozenset[LeafIndex]) -> bytes:
        node = self._nodes[index]
        if tree_math.is_leaf(index):
            blank = node is None or leaf_of(index) in without
            data = (
                NodeType.LEAF.encode()
                + codec.uint(leaf_of(index), 4)
                + codec.optional(None if blank or node is None else node.encode())
            )
        else:
            if isinstance(node, ParentNode) and without:
                unmerged = tuple(leaf for leaf in node.unmerged_leaves if leaf not in without)
                node = ParentNode(node.encryption_key, node.parent_hash, unmerged)
            data = (
                NodeType.PARENT.encode()
                + codec.optional(None if node is None else node.encode())
                + codec.opaque(self.tree_hash_without(tree_math.left(index), without))
                + codec.opaque(self.tree_hash_without(tree_math.right(index), without))
            )
        return hashlib.sha256(data).digest()

    # --- The wire

    def encode(self) -> bytes:
        """`ratchet_tree` of section 12.4.3.3: in order, without the blank nodes at the end."""
        nodes = self._nodes
        length = len(nodes)
        while nodes[length - 1] is None:
            length -= 1
        return codec.vector(map(_encode_optional_node, nodes[:length]))


def _encode_optional_node(node: Node | None) -> bytes:
    if node is None:
        return b"\x00"
    kind = NodeType.LEAF if isinstance(node, LeafNode) else NodeType.PARENT
    return b"\x01" + kind.encode() + node.encode()


def _read_node(reader: Reader) -> Node:
    match NodeType.read(reader):
        case NodeType.LEAF:
            return LeafNode.read(reader)
        case NodeType.PARENT:
            return ParentNode.read(reader)


def decode_ratchet_tree(data: bytes) -> RatchetTree:
    """The tree that `data` encodes; whether it is a good one, `tree_validation` says.

    Raises:
        MalformedError: not an encoding, nodes in the wrong places, a blank node at the end, wider than MAX_LEAVES.
    """
    nodes = list(codec.decode(data, lambda reader: reader.vector(lambda inner: inner.optional(_read_node))))
    if not nodes or nodes[-1] is None:
        raise MalformedError("a tree ends with a node that is not blank")
    if any(node is not None and isinstance(node, LeafNode) is bool(index % 2) for index, node in enumerate(nodes)):
        raise MalformedError("leaves stand at even places and parents at odd ones")
    leaf_count = 1
    while tree_math.node_width(leaf_count) < len(nodes):
        leaf_count *= 2
    if leaf_count > MAX_LEAVES:
        raise MalformedError(f"a tree of more than {MAX_LEAVES} leaves")
    nodes += [None] * (tree_math.node_width(leaf_count) - len(nodes))
    return RatchetTree(nodes)


def common_ancestor(one: LeafIndex, other: LeafIndex) -> NodeIndex:
    if one == other:
        raise UsageError("a leaf has no ancestor in common with itself")
    return tree_math.common_ancestor(node_of(one), node_of(other))
