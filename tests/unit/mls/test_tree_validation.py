"""Trees that somebody made up, and what refuses them. `joining` runs all of these rules on every Welcome."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from cencomm.mls.errors import InvalidLeafNode, InvalidTree, NoSuchMember
from cencomm.mls.group import Group
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.parent_hash import check_parent_hashes
from cencomm.mls.parent_node import ParentNode
from cencomm.mls.ratchet_tree import Node, RatchetTree
from cencomm.mls.tree_math import LeafIndex, NodeIndex, node_of
from cencomm.mls.tree_validation import (
    check_tree,
    encryption_keys_appear_once,
    occupied,
    parent_keys_are_usable,
    tree_matches_the_context,
    unmerged_leaves_are_members_below,
    unmerged_leaves_are_unmerged_all_the_way,
)
from tests.unit.mls.party import ENTROPY, SUITE, device, leaf_of, settled


@pytest.fixture(scope="module")
def group() -> Group:
    """Seven members, every node populated, but one who came later and is unmerged above."""
    first = settled("a", "b", "c", "d", "e", "f", "g")[0]
    return first.commit(adds=[device("h").key_package], force_path=False, entropy=ENTROPY).group


UNMERGED: list[tuple[int, ...]] = [(), (), (), (7,), (), (7,)]  # of nodes 1 3 5 7 9 11; node 13 is blank


def with_node(tree: RatchetTree, index: int, change: Callable[[Node], Node | None]) -> RatchetTree:
    nodes = list(tree.nodes)
    node = nodes[index]
    assert node is not None
    nodes[index] = change(node)
    return RatchetTree(nodes)


def with_unmerged(*leaves: int) -> Callable[[Node], Node]:
    def change(node: Node) -> Node:
        assert isinstance(node, ParentNode)
        return replace(node, unmerged_leaves=tuple(map(LeafIndex, leaves)))

    return change


def with_key(key: bytes) -> Callable[[Node], Node]:
    return lambda node: replace(node, encryption_key=key)


def test_a_tree_as_it_should_be_is_accepted(group: Group) -> None:
    check_tree(group.tree, SUITE, group.context)
    assert [node.unmerged_leaves for node in group.tree.nodes if isinstance(node, ParentNode)] == UNMERGED


def test_tree_matches_the_context_refuses_another_tree(group: Group) -> None:
    with pytest.raises(InvalidTree, match="GroupContext"):
        tree_matches_the_context(group.tree.remove([LeafIndex(3)]), group.context)


@pytest.mark.parametrize("leaf", [0, 8, 1 << 31])
def test_unmerged_leaves_are_members_below_refuses_leaves_elsewhere(group: Group, leaf: int) -> None:
    with pytest.raises(InvalidTree, match="no member below"):
        unmerged_leaves_are_members_below(with_node(group.tree, 11, with_unmerged(leaf)))


def test_unmerged_leaves_are_members_below_refuses_a_blank_leaf(group: Group) -> None:
    with pytest.raises(InvalidTree, match="no member below"):
        unmerged_leaves_are_members_below(with_node(group.tree, 14, lambda _: None))


def test_unmerged_leaves_are_unmerged_all_the_way_refuses_a_node_between_that_does_not_say_so(group: Group) -> None:
    with pytest.raises(InvalidTree, match="but not at node 11"):
        unmerged_leaves_are_unmerged_all_the_way(with_node(group.tree, 11, with_unmerged()))


@pytest.mark.parametrize(("one", "other"), [(1, 9), (1, 4), (0, 2)])
def test_encryption_keys_appear_once_refuses_one_key_at_two_nodes(group: Group, one: int, other: int) -> None:
    key = group.tree.public_key(NodeIndex(one))
    assert key is not None

    with pytest.raises(InvalidTree, match="two nodes"):
        encryption_keys_appear_once(with_node(group.tree, other, with_key(key)))


@pytest.mark.parametrize("index", [1, 7])
def test_parent_keys_are_usable_refuses_a_key_to_which_nothing_can_be_sealed(group: Group, index: int) -> None:
    with pytest.raises(InvalidTree, match=f"sealed to the encryption key of node {index}"):
        parent_keys_are_usable(with_node(group.tree, index, with_key(bytes(32))))


@pytest.mark.parametrize("index", [1, 3, 5, 7, 9, 11])
def test_check_parent_hashes_refuses_a_parent_key_that_no_member_put_there(group: Group, index: int) -> None:
    """An outsider who delivers the tree could read along if it could slip in a key of its own."""
    with pytest.raises(InvalidTree, match="parent-hash"):
        check_parent_hashes(with_node(group.tree, index, with_key(bytes(32))))


def test_check_parent_hashes_refuses_a_parent_that_was_added_where_none_was(group: Group) -> None:
    removed = group.commit(removes=[LeafIndex(3)], entropy=ENTROPY).group.tree
    assert removed.parent_node(NodeIndex(5)) is None
    nodes = list(removed.nodes)
    nodes[5] = ParentNode(bytes(32), b"", ())

    with pytest.raises(InvalidTree, match="parent-hash"):
        check_parent_hashes(RatchetTree(nodes))


def test_check_parent_hashes_refuses_a_member_hidden_among_the_unmerged(group: Group) -> None:
    """Named unmerged, a member gets no path secret, and so would lose the epoch."""
    with pytest.raises(InvalidTree, match="parent-hash"):
        check_parent_hashes(with_node(group.tree, 1, with_unmerged(0)))


def test_check_parent_hashes_refuses_a_changed_sibling(group: Group) -> None:
    with pytest.raises(InvalidTree, match="parent-hash"):
        check_parent_hashes(with_node(group.tree, 14, lambda _: None))


@pytest.mark.parametrize(
    ("index", "change", "match"),
    [
        (11, with_unmerged(0), "no member below"),
        (11, with_unmerged(), "but not at node 11"),
        (1, with_key(bytes(32)), "nothing can be sealed"),
        (1, with_key(bytes([9]) * 32), "parent-hash"),
    ],
)
def test_check_tree_asks_every_rule_of_a_tree_that_the_group_agreed_on(
    group: Group, index: int, change: Callable[[Node], Node], match: str
) -> None:
    changed = with_node(group.tree, index, change)

    with pytest.raises(InvalidTree, match=match):
        check_tree(changed, SUITE, replace(group.context, tree_hash=changed.tree_hash()))


def test_check_tree_refuses_one_key_at_two_nodes(group: Group) -> None:
    key = group.tree.public_key(NodeIndex(1))
    assert key is not None
    twice = with_node(group.tree, 14, with_key(key))

    with pytest.raises(InvalidTree, match="two nodes"):
        check_tree(twice, SUITE, replace(group.context, tree_hash=twice.tree_hash()))


def test_a_leaf_moved_to_another_place_is_refused(group: Group) -> None:
    nodes = list(group.tree.nodes)
    nodes[0], nodes[2] = nodes[2], nodes[0]
    swapped = RatchetTree(nodes)

    with pytest.raises((InvalidLeafNode, InvalidTree)):
        check_tree(swapped, SUITE, replace(group.context, tree_hash=swapped.tree_hash()))


def test_a_leaf_with_a_wrong_signature_is_refused_though_the_group_agreed_on_it(group: Group) -> None:
    broken = with_node(group.tree, 14, unsigned)

    with pytest.raises(InvalidLeafNode, match="signature of the leaf"):
        check_tree(broken, SUITE, replace(group.context, tree_hash=broken.tree_hash()))


def unsigned(node: Node) -> Node:
    assert isinstance(node, LeafNode)
    return replace(node, signature=bytes(64))


def test_a_leaf_of_another_group_is_refused(group: Group) -> None:
    other = replace(group.context, group_id=b"another group")

    with pytest.raises(InvalidLeafNode, match="signature of the leaf"):
        check_tree(group.tree, SUITE, other)


def test_a_blank_leaf_is_nobody(group: Group) -> None:
    tree = group.tree.remove([LeafIndex(3)])

    assert occupied(group.tree, LeafIndex(3)) == leaf_of(group, 3)
    for leaf in (LeafIndex(3), LeafIndex(4000)):
        with pytest.raises(NoSuchMember, match="blank"):
            occupied(tree, leaf)
    assert tree.node(node_of(LeafIndex(3))) is None
