"""Groups that live a while, in any order of events: what has to hold after each step."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.mls.event import EpochAdvanced, MemberRemoved
from cencomm.mls.group import Group, join_group, restore_group
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.tree_validation import check_tree
from tests.unit.mls.party import ENTROPY, SUITE, device, in_agreement, party

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["update", "add", "add without path", "remove", "replace"]),
        st.integers(0, 99),
        st.integers(0, 99),
    ),
    min_size=1,
    max_size=12,
)


def holds_exactly_its_keys(group: Group) -> bool:
    """Every private key that a member holds belongs to a node above it, as the tree has it now."""
    tree, keys = group.tree, group.state.private_keys
    return all(key.public_key() == tree.public_key(node) for node, key in keys.items())


def step(groups: dict[LeafIndex, Group], kind: str, author: int, other: int) -> dict[LeafIndex, Group]:
    leaves = sorted(groups)
    committer = groups[leaves[author % len(leaves)]]
    target = leaves[other % len(leaves)]
    newcomers = [device(f"newcomer {count}") for count in range(1 + other % 2)] if kind in ("add", "replace") else []
    newcomers += [device("cheap newcomer")] if kind == "add without path" else []
    removes = [target] if kind in ("remove", "replace") and target != committer.own_leaf else []
    staged = committer.commit(
        adds=[one.key_package for one in newcomers],
        removes=removes,
        force_path=kind != "add without path",
        entropy=ENTROPY,
    )
    after = {committer.own_leaf: staged.group}
    for leaf, group in groups.items():
        if leaf == committer.own_leaf:
            continue
        moved, event = group.process(staged.message)
        if leaf in removes:
            assert isinstance(event, MemberRemoved)
            continue
        assert isinstance(event, EpochAdvanced)
        assert event == staged.event
        after[leaf] = moved
    for one in newcomers:
        assert staged.welcome is not None
        joined = join_group(staged.welcome, key_package=one, ratchet_tree=staged.ratchet_tree).group
        after[joined.own_leaf] = joined
    return after


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_after_any_commits_all_members_agree_and_hold_exactly_their_keys(steps: list[tuple[str, int, int]]) -> None:
    groups = {group.own_leaf: group for group in party("a", "b", "c", "d", "e")}
    for kind, author, other in steps:
        groups = step(groups, kind, author, other)

    assert in_agreement(list(groups.values()))
    assert all(group.tree == groups[min(groups)].tree for group in groups.values())
    for leaf, group in groups.items():
        assert group.own_leaf == leaf
        assert holds_exactly_its_keys(group)
        assert restore_group(group.encode_public(), group.encode_private(), group.state.signing_key) == group
    first = groups[min(groups)]
    check_tree(first.tree, SUITE, first.context)
    assert {leaf for leaf, _ in first.leaves()} == set(groups)
