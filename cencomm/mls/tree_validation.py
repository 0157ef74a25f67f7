"""The rules for a ratchet tree that somebody gave us (RFC 9420 section 12.4.3.1), a function per rule."""

from collections.abc import Callable

from cencomm.mls import tree_math
from cencomm.mls.cipher_suite import Suite
from cencomm.mls.errors import InvalidTree, NoSuchMember
from cencomm.mls.group_context import GroupContext
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.leaf_validation import (
    check_leaf,
    member_keys_are_unique,
    members_understand_each_others_credentials,
)
from cencomm.mls.parent_hash import check_parent_hashes
from cencomm.mls.parent_node import ParentNode
from cencomm.mls.ratchet_tree import RatchetTree
from cencomm.mls.tree_math import LeafIndex, NodeIndex, node_of
from cencomm.primitives.x25519 import BadPublicKey, check_public_key


def tree_matches_the_context(tree: RatchetTree, context: GroupContext) -> None:
    """The tree is the one that the group agreed on, whoever delivered it."""
    if tree.tree_hash() != context.tree_hash:
        raise InvalidTree("the tree is not the one that the GroupContext names")


def unmerged_leaves_are_members_below(tree: RatchetTree) -> None:
    """Each entry of unmerged_leaves is an occupied leaf below the node."""
    for index, node in _parents(tree):
        for leaf in node.unmerged_leaves:
            if not tree_math.covers(index, node_of(leaf)) or tree.leaf(leaf) is None:
                raise InvalidTree(f"node {index} names leaf {leaf} as unmerged, which is no member below it")


def unmerged_leaves_are_unmerged_all_the_way(tree: RatchetTree) -> None:
    """Each node between a node and its unmerged leaf names that leaf as well."""
    for index, node in _parents(tree):
        for leaf in node.unmerged_leaves:
            below = tree_math.parent(node_of(leaf))
            while below != index:
                between = tree.parent_node(below)
                if between is not None and leaf not in between.unmerged_leaves:
                    raise InvalidTree(f"leaf {leaf} is unmerged at node {index} but not at node {below} below it")
                below = tree_math.parent(below)


def encryption_keys_appear_once(tree: RatchetTree) -> None:
    """No encryption key stands at two nodes: whoever holds it would read for both."""
    keys = [node.encryption_key for node in tree.nodes if node is not None]
    if len(set(keys)) != len(keys):
        raise InvalidTree("an encryption key appears at two nodes of the tree")


def parent_keys_are_usable(tree: RatchetTree) -> None:
    """RFC 9180 section 7.1.4: something can be sealed to each parent; its leaves have a rule of their own."""
    for index, node in _parents(tree):
        try:
            check_public_key(node.encryption_key)
        except BadPublicKey:
            raise InvalidTree(f"nothing can be sealed to the encryption key of node {index}") from None


TREE_RULES: tuple[Callable[[RatchetTree], None], ...] = (
    unmerged_leaves_are_members_below,
    unmerged_leaves_are_unmerged_all_the_way,
    encryption_keys_appear_once,
    parent_keys_are_usable,
    check_parent_hashes,
)
"""What a tree has to satisfy by itself. The first guards the others against leaves that are not there."""


def check_leaves(tree: RatchetTree, suite: Suite, context: GroupContext) -> None:
    """Each leaf is valid in this group and signed for its place.

    Raises:
        InvalidLeafNode: with the rule.
    """
    leaves: list[LeafNode] = []
    for index, leaf in tree.leaves():
        check_leaf(leaf, suite.cipher_suite, context.extensions)
        leaf.verify_signature(suite, group_id=context.group_id, leaf_index=index)
        leaves.append(leaf)
    member_keys_are_unique(leaves)
    members_understand_each_others_credentials(leaves)


def check_tree(tree: RatchetTree, suite: Suite, context: GroupContext) -> None:
    """The tree is the group's, and members of the group made every key in it.

    Nothing is said about lifetimes, nor about who the members are: the application judges credentials.

    Raises:
        InvalidTree, InvalidLeafNode: with the rule.
    """
    tree_matches_the_context(tree, context)
    for rule in TREE_RULES:
        rule(tree)
    check_leaves(tree, suite, context)


def _parents(tree: RatchetTree) -> list[tuple[NodeIndex, ParentNode]]:
    return [(NodeIndex(position), node) for position, node in enumerate(tree.nodes) if isinstance(node, ParentNode)]


def occupied(tree: RatchetTree, leaf: LeafIndex) -> LeafNode:
    """The member at a leaf that a message names.

    Raises:
        NoSuchMember: nobody is there.
    """
    node = tree.leaf(leaf)
    if node is None:
        raise NoSuchMember(leaf)
    return node
