"""Who is in a group, read from a public log: whatever a relay shows is a Commit of a member, or malformed."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cencomm.client.channel.public_roster import Roster, added_credentials, follow_commit, views
from cencomm.errors import MalformedError
from cencomm.mls.group import Group, create_group
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.tree_math import LeafIndex
from tests.unit.mls.party import ENTROPY, GROUP_ID, device

EFFORT = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ALICE = create_group(group_id=GROUP_ID, key_package=device("alice"), entropy=ENTROPY)
FIRST = ALICE.commit(adds=[device(name).key_package for name in ("bob", "carol", "dave")], entropy=ENTROPY)
SECOND = FIRST.group.commit(adds=[device("eve").key_package], removes=[LeafIndex(2)], entropy=ENTROPY)
MESSAGES = (FIRST.message, SECOND.message, FIRST.group.encrypt(b"text", authenticated_data=b"", entropy=ENTROPY)[1])


def leaves(group: Group) -> dict[int, LeafNode]:
    return dict(group.leaves())


def read(message: bytes) -> None:
    """As for somebody who is shown it: a roster of leaves that can be looked at, or one error."""
    before: Roster = leaves(FIRST.group)
    for roster in ({}, before):
        try:
            views(follow_commit(roster, message))
            added_credentials(message)
        except MalformedError:
            assert before == leaves(FIRST.group)


@EFFORT
@given(st.binary(max_size=300))
def test_any_bytes_are_a_commit_or_malformed(message: bytes) -> None:
    read(message)


@EFFORT
@given(st.sampled_from(MESSAGES), st.data())
def test_a_real_message_with_changed_bytes_is_a_commit_or_malformed(real: bytes, data: st.DataObject) -> None:
    changed = bytearray(real)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(changed)))
        end = data.draw(st.integers(start, min(len(changed), start + 8)))
        changed[start:end] = data.draw(st.binary(max_size=8))

    read(bytes(changed))


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_whatever_a_member_commits_the_roster_is_the_groups(data: st.DataObject) -> None:
    """Newcomers take the leftmost free places, in the order of their Adds (RFC 9420, 7.7 and 12.3)."""
    group: Group = ALICE
    roster: dict[int, LeafNode] = {}
    for number in range(data.draw(st.integers(1, 4))):
        others = sorted(index for index, _ in group.leaves() if index != group.own_leaf)
        gone = data.draw(st.lists(st.sampled_from(others), unique=True)) if others else []
        added = [device(f"{number}.{one}").key_package for one in range(data.draw(st.integers(0, 3)))]
        staged = group.commit(adds=added, removes=[LeafIndex(one) for one in gone], entropy=ENTROPY)
        group, roster = staged.group, dict(follow_commit(roster, staged.message))
        assert roster == leaves(group)
