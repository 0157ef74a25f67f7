"""Parent hashes: who put a key into the tree, and for whom (RFC 9420 section 7.9)."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from cencomm import codec
from cencomm.mls import tree_math
from cencomm.mls.errors import InvalidTree
from cencomm.mls.leaf_node import LeafNode, LeafNodeSource
from cencomm.mls.parent_node import ParentNode
from cencomm.mls.ratchet_tree import PathStep, RatchetTree
from cencomm.mls.tree_math import NodeIndex, node_of


def parent_hash(node: ParentNode, original_sibling_tree_hash: bytes) -> bytes:
    """The hash of a ParentHashInput."""
    fields = (node.encryption_key, node.parent_hash, original_sibling_tree_hash)
    return sha256(b"".join(map(codec.opaque, fields))).digest()


def chain_path(
    tree: RatchetTree, steps: Sequence[PathStep], keys: Sequence[bytes]
) -> tuple[Mapping[NodeIndex, ParentNode], bytes]:
    """The parent nodes of a new path, chained from the root down, and the parent hash of the leaf below.

    `tree` is the one before the path is merged: the subtrees beside the path are the same in both.
    """
    nodes: dict[NodeIndex, ParentNode] = {}
    above = b""  # the root's, and of a leaf alone in its group
    for step, key in zip(reversed(steps), reversed(keys), strict=True):
        node = ParentNode(key, above, ())
        nodes[step.node] = node
        above = parent_hash(node, tree.tree_hash(step.copath))
    return nodes, above


def check_parent_hashes(tree: RatchetTree) -> None:
    """Every parent was set by a member, together with the nodes below it (RFC 9420 section 7.9.2).

    Raises:
        InvalidTree: a parent that not exactly one descendant vouches for: its private key may be in an outsider's hand.
    """
    for position in range(1, len(tree.nodes), 2):
        index = NodeIndex(position)
        node = tree.parent_node(index)
        if node is not None and sum(_vouchers(tree, index, node)) != 1:
            raise InvalidTree(f"node {index} is not parent-hash valid")


def _vouchers(tree: RatchetTree, index: NodeIndex, node: ParentNode) -> tuple[int, int]:
    """How many nodes below the left and the right child chain to `node`."""
    left, right = tree_math.left(index), tree_math.right(index)
    return _vouchers_below(tree, node, left, right), _vouchers_below(tree, node, right, left)


def _vouchers_below(tree: RatchetTree, node: ParentNode, child: NodeIndex, sibling: NodeIndex) -> int:
    resolution = tree.resolution(child)
    unmerged = {node_of(leaf) for leaf in node.unmerged_leaves if tree_math.covers(child, node_of(leaf))}
    others = [one for one in resolution if one not in unmerged]
    if len(others) != 1 or len(resolution) != len(unmerged) + 1:
        return 0  # the resolution without the voucher has to be exactly the unmerged leaves
    expected = parent_hash(node, tree.tree_hash_without(sibling, node.unmerged_leaves))
    return int(_parent_hash_field(tree, others[0]) == expected)


def _parent_hash_field(tree: RatchetTree, index: NodeIndex) -> bytes | None:
    node = tree.node(index)
    if isinstance(node, LeafNode):
        return node.parent_hash if node.leaf_node_source is LeafNodeSource.COMMIT else None
    return node.parent_hash if node else None
