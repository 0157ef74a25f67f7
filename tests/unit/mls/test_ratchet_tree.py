import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm import codec
from cencomm.errors import MalformedError
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.parent_node import ParentNode
from cencomm.mls.ratchet_tree import MAX_LEAVES, RatchetTree, decode_ratchet_tree
from cencomm.mls.tree_math import LeafIndex, NodeIndex
from tests.unit.mls.party import device

LEAVES: list[LeafNode] = [device(f"device {number}").key_package.leaf_node for number in range(24)]


def tree_of(count: int) -> RatchetTree:
    tree, _ = RatchetTree.of(LEAVES[0]).add(LEAVES[1:count])
    return tree


def populated(tree: RatchetTree) -> RatchetTree:
    """Every parent that has somebody below holds a key, as after a Commit of everybody."""
    nodes = list(tree.nodes)
    for index in [index for index in range(1, len(nodes), 2) if tree.resolution(NodeIndex(index))]:
        nodes[index] = ParentNode(index.to_bytes(32, "big"), bytes(32), ())
    return RatchetTree(nodes)


def test_adding_fills_the_leftmost_blank_leaf_and_widens_only_when_full() -> None:
    tree = tree_of(4).remove([LeafIndex(1)])

    filled, (first,) = tree.add([LEAVES[5]])
    widened, (second,) = filled.add([LEAVES[6]])

    assert (first, filled.leaf_count) == (1, 4)
    assert (second, widened.leaf_count) == (4, 8)


def test_an_added_leaf_is_unmerged_at_every_parent_above_it() -> None:
    tree = populated(tree_of(4)).remove([LeafIndex(1)])

    added, _ = tree.add([LEAVES[5]])

    assert added.parent_node(NodeIndex(1)) is None
    assert added.parent_node(NodeIndex(3)) is None  # blanked by the removal
    assert added.parent_node(NodeIndex(5)) == tree.parent_node(NodeIndex(5))
    again, _ = populated(tree_of(3)).add([LEAVES[5]])
    assert [again.parent_node(NodeIndex(index)) for index in (3, 5)] == [
        ParentNode(index.to_bytes(32, "big"), bytes(32), (LeafIndex(3),)) for index in (3, 5)
    ]


def test_removing_blanks_the_path_and_cuts_off_an_empty_half() -> None:
    tree = populated(tree_of(5))

    removed = tree.remove([LeafIndex(4)])

    assert removed.leaf_count == 4
    assert removed.parent_node(NodeIndex(3)) is not None


def test_the_resolution_leaves_out_whom_it_is_told_to() -> None:
    tree, (newcomer,) = populated(tree_of(3)).add([LEAVES[5]])

    assert tree.resolution(NodeIndex(5)) == [5, 6]
    assert tree.resolution(NodeIndex(5), excluded={newcomer}) == [5]
    assert tree_of(2).resolution(NodeIndex(1), excluded={LeafIndex(0)}) == [2]


def test_every_operation_leaves_the_old_tree_as_it_was() -> None:
    tree = populated(tree_of(6))
    before, before_hash = tree.encode(), tree.tree_hash()

    tree.add(LEAVES[6:9])
    tree.update(LeafIndex(2), LEAVES[9])
    tree.remove([LeafIndex(5), LeafIndex(4)])
    tree.merge_path(LeafIndex(0), LEAVES[10], {NodeIndex(1): ParentNode(b"k", b"", ())})

    assert tree.encode() == before
    assert tree.tree_hash() == before_hash
    assert RatchetTree(list(tree.nodes)).tree_hash() == before_hash


STEPS = st.lists(st.tuples(st.sampled_from(["add", "update", "remove", "path"]), st.integers(0, 23)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_remembered_hashes_are_those_of_a_tree_hashed_from_nothing(steps: list[tuple[str, int]]) -> None:
    tree = tree_of(3)
    for step, number in steps:
        occupied = [index for index, _ in tree.leaves()]
        leaf = occupied[number % len(occupied)]
        match step:
            case "add":
                tree, _ = tree.add([LEAVES[number]])
            case "update":
                tree = tree.update(leaf, LEAVES[number])
            case "remove" if len(occupied) > 1:
                tree = tree.remove([leaf])
            case "path":
                key = number.to_bytes(32, "big")
                parents = {step.node: ParentNode(key, b"", ()) for step in tree.filtered_direct_path(leaf)}
                tree = tree.merge_path(leaf, LEAVES[number], parents)
        tree.tree_hash()

    assert decode_ratchet_tree(tree.encode()).tree_hash() == tree.tree_hash()
    assert decode_ratchet_tree(tree.encode()) == tree


@given(st.binary(max_size=200))
def test_any_bytes_decode_to_a_tree_that_encodes_to_them_or_are_malformed(data: bytes) -> None:
    try:
        tree = decode_ratchet_tree(data)
    except MalformedError:
        return
    assert tree.encode() == data


LEAF = b"\x01\x01" + LEAVES[0].encode()
PARENT = b"\x01\x02" + ParentNode(b"key", b"", ()).encode()


@pytest.mark.parametrize(
    "nodes",
    [
        [],
        [LEAF, b"\x00"],
        [PARENT],
        [LEAF, LEAF, LEAF],
        [LEAF, b"\x01\x02" + codec.opaque(b"key") + b"\x00" + codec.vector([b"\0\0\0\1", b"\0\0\0\1"]), LEAF],
        [LEAF, b"\x01\x03", LEAF],
    ],
    ids=["empty", "blank end", "parent as leaf", "leaf as parent", "unsorted unmerged", "node type"],
)
def test_a_tree_in_a_wrong_shape_is_malformed(nodes: list[bytes]) -> None:
    with pytest.raises(MalformedError):
        decode_ratchet_tree(codec.vector(nodes))


def test_a_tree_beyond_any_operation_is_refused_before_it_is_built() -> None:
    nodes = [b"\x00"] * (2 * MAX_LEAVES)

    with pytest.raises(MalformedError, match="more than"):
        decode_ratchet_tree(codec.vector([*nodes, LEAF]))
