import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import UsageError
from cencomm.mls import tree_math
from cencomm.mls.tree_math import LeafIndex, NodeIndex

DEPTHS = st.integers(min_value=1, max_value=10)


@given(DEPTHS, st.data())
def test_children_and_parents_are_inverse(depth: int, data: st.DataObject) -> None:
    width = tree_math.node_width(1 << depth)
    node = NodeIndex(data.draw(st.integers(0, width - 1).filter(lambda index: index % 2 == 1)))

    for child in (tree_math.left(node), tree_math.right(node)):
        assert tree_math.parent(child) == node
        assert tree_math.level(child) == tree_math.level(node) - 1
    assert tree_math.sibling(tree_math.left(node)) == tree_math.right(node)
    assert tree_math.sibling(tree_math.right(node)) == tree_math.left(node)


@given(DEPTHS, st.data())
def test_the_direct_path_is_exactly_what_covers_a_leaf(depth: int, data: st.DataObject) -> None:
    leaf_count = 1 << depth
    leaf = tree_math.node_of(LeafIndex(data.draw(st.integers(0, leaf_count - 1))))
    everywhere = map(NodeIndex, range(tree_math.node_width(leaf_count)))

    path = tree_math.direct_path(leaf, leaf_count)

    assert sorted(path) == [node for node in everywhere if node != leaf and tree_math.covers(node, leaf)]
    assert path[-1] == tree_math.root(leaf_count)


@given(DEPTHS, st.data())
def test_the_common_ancestor_is_the_lowest_node_that_covers_both(depth: int, data: st.DataObject) -> None:
    leaf_count = 1 << depth
    one, other = (tree_math.node_of(LeafIndex(data.draw(st.integers(0, leaf_count - 1)))) for _ in range(2))

    ancestor = tree_math.common_ancestor(one, other)

    covering = [node for node in [one, *tree_math.direct_path(one, leaf_count)] if tree_math.covers(node, other)]
    assert ancestor == covering[0]


@given(DEPTHS, st.data())
def test_nodes_keep_their_index_when_the_tree_doubles(depth: int, data: st.DataObject) -> None:
    leaf_count = 1 << depth
    leaf = tree_math.node_of(LeafIndex(data.draw(st.integers(0, leaf_count - 1))))

    wider = tree_math.direct_path(leaf, 2 * leaf_count)

    assert wider[:-1] == tree_math.direct_path(leaf, leaf_count)


@pytest.mark.parametrize("node", [7, 15, 1 << 40])
def test_a_node_outside_the_tree_has_no_path(node: int) -> None:
    with pytest.raises(UsageError, match="not in a tree"):
        tree_math.direct_path(NodeIndex(node), 4)
