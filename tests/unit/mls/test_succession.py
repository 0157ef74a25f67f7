"""Groups made out of groups (RFC 9420 sections 11.2, 11.3)."""

from dataclasses import replace

import pytest

from cencomm.errors import MalformedError, UsageError
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 as SUITE_1
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE_3
from cencomm.mls.committing import CommitRequest, commit
from cencomm.mls.enumeration import ProtocolVersion
from cencomm.mls.errors import GroupOver, InvalidWelcome, MissingPreSharedKey
from cencomm.mls.event import EpochAdvanced
from cencomm.mls.group import Group, StagedCommit, create_group
from cencomm.mls.key_package import KeyPackageBundle
from cencomm.mls.leaf_node import Capabilities
from cencomm.mls.proposal import Add, PreSharedKey, ReInit
from cencomm.mls.psk import PreSharedKeyID, PreSharedKeys, ResumptionPsk, ResumptionPSKUsage
from cencomm.mls.succession import (
    branch,
    branch_keeps_the_parameters,
    join_successor,
    members_are_kept,
    members_come_from,
    reinitialize,
    successor_begins_at_epoch_1,
    successor_matches_the_reinit,
)
from tests.unit.mls.party import ENTROPY, device, in_agreement, party

BOTH = Capabilities(cipher_suites=(SUITE_1, SUITE_3), extensions=(0xF0CE,))
REINIT = ReInit(b"next group", ProtocolVersion.MLS10, SUITE_1, ())


def package(name: str) -> KeyPackageBundle:
    return device(name, cipher_suite=SUITE_1, capabilities=BOTH)


@pytest.fixture
def ended() -> list[Group]:
    """Alice, Bob and Carol after the Commit of a ReInit."""
    alice, bob, carol = party("alice", "bob", "carol")
    staged = alice.commit(proposals=[REINIT], entropy=ENTROPY)
    return [staged.group, bob.process(staged.message)[0], carol.process(staged.message)[0]]


def welcome_of(staged: StagedCommit) -> bytes:
    assert staged.welcome is not None
    return staged.welcome


def test_after_a_reinit_nothing_more_is_sent_in_the_old_group(ended: list[Group]) -> None:
    for group in ended:
        with pytest.raises(GroupOver):
            group.encrypt(b"text", authenticated_data=b"", entropy=ENTROPY)
        with pytest.raises(GroupOver):
            group.commit(entropy=ENTROPY)
        with pytest.raises(GroupOver):
            group.propose_update(entropy=ENTROPY)


def test_the_commit_of_a_reinit_says_so() -> None:
    alice, bob = party("alice", "bob")

    staged = alice.commit(proposals=[REINIT], entropy=ENTROPY)
    _, event = bob.process(staged.message)

    assert isinstance(event, EpochAdvanced)
    assert event.reinit == REINIT


def test_all_members_meet_again_in_the_group_that_was_announced(ended: list[Group]) -> None:
    alice, bob, carol = (package(name) for name in ("alice", "bob", "carol"))

    staged = reinitialize(ended[0], key_package=alice, adds=[bob.key_package, carol.key_package], entropy=ENTROPY)
    joined = [
        join_successor(welcome_of(staged), key_package=one, old=old).group
        for one, old in zip((bob, carol), ended[1:], strict=True)
    ]

    assert in_agreement([staged.group, *joined])
    assert (joined[0].group_id, joined[0].cipher_suite, joined[0].epoch) == (b"next group", SUITE_1, 1)


def test_members_are_kept_refuses_a_successor_that_leaves_somebody_out(ended: list[Group]) -> None:
    alice, bob = package("alice"), package("bob")
    staged = reinitialize(ended[0], key_package=alice, adds=[bob.key_package], entropy=ENTROPY)

    with pytest.raises(InvalidWelcome, match="not in the new one"):
        join_successor(welcome_of(staged), key_package=bob, old=ended[1])
    with pytest.raises(InvalidWelcome):
        members_are_kept(ended[1], staged.group, lambda one, other: one == other)


def test_members_come_from_refuses_a_branch_with_a_stranger() -> None:
    alice, bob, _ = party("alice", "bob", "carol")
    own, hers, stranger = device("alice"), device("bob"), device("eve")
    staged = branch(
        alice,
        group_id=b"side group",
        key_package=own,
        adds=[hers.key_package, stranger.key_package],
        entropy=ENTROPY,
    )

    with pytest.raises(InvalidWelcome, match="had not"):
        join_successor(welcome_of(staged), key_package=hers, old=bob)
    with pytest.raises(InvalidWelcome):
        members_come_from(bob, staged.group, lambda one, other: one == other)


def test_some_members_branch_off_and_the_old_group_goes_on() -> None:
    alice, bob, carol = party("alice", "bob", "carol")
    own, hers = device("alice"), device("bob")

    staged = branch(alice, group_id=b"side group", key_package=own, adds=[hers.key_package], entropy=ENTROPY)
    joined = join_successor(welcome_of(staged), key_package=hers, old=bob)

    assert in_agreement([staged.group, joined.group])
    after = alice.commit(entropy=ENTROPY)
    assert in_agreement([after.group, carol.process(after.message)[0]])


def test_only_a_member_of_that_epoch_of_the_old_group_can_join_the_new_one() -> None:
    alice, bob, _ = party("alice", "bob", "carol")
    own, hers = device("alice"), device("bob")
    staged = branch(alice, group_id=b"side group", key_package=own, adds=[hers.key_package], entropy=ENTROPY)
    later = bob.process(alice.commit(entropy=ENTROPY).message)[0]

    with pytest.raises(MissingPreSharedKey):
        join_successor(welcome_of(staged), key_package=hers, old=later)


def test_a_welcome_that_has_nothing_to_do_with_the_old_group_is_no_successor() -> None:
    alice, bob, _ = party("alice", "bob", "carol")
    hers = device("bob")
    elsewhere = party("x", "y")[0].commit(adds=[hers.key_package], ratchet_tree_in_welcome=True, entropy=ENTROPY)

    with pytest.raises(InvalidWelcome, match="resumption key"):
        join_successor(welcome_of(elsewhere), key_package=hers, old=bob)
    with pytest.raises(MalformedError):
        join_successor(elsewhere.message, key_package=hers, old=alice)


def made_out_of(old: Group, usage: ResumptionPSKUsage, start: Group, newcomer: KeyPackageBundle) -> bytes:
    """A Welcome to any group, with the resumption key of `old`: what a hostile member could send."""
    psk = PreSharedKeyID.fresh(ResumptionPsk(usage, old.group_id, old.epoch), ENTROPY)
    request = CommitRequest(
        proposals=(PreSharedKey(psk), Add(newcomer.key_package)),
        psks=PreSharedKeys(resumption={(old.group_id, old.epoch): old.resumption_psk}),
        psk_usages=frozenset({usage}),
        ratchet_tree_in_welcome=True,
    )
    return welcome_of(StagedCommit(commit(start.state, request, ENTROPY)))


def test_successor_begins_at_epoch_1_refuses_a_later_epoch() -> None:
    alice, bob = party("alice", "bob")
    own, his = device("alice"), device("bob")
    late = create_group(group_id=b"side group", key_package=own, entropy=ENTROPY).commit(entropy=ENTROPY).group

    with pytest.raises(InvalidWelcome, match="epoch 2"):
        join_successor(made_out_of(alice, ResumptionPSKUsage.BRANCH, late, his), key_package=his, old=bob)
    with pytest.raises(InvalidWelcome, match="epoch 2"):
        successor_begins_at_epoch_1(alice.commit(entropy=ENTROPY).group)


def test_a_successor_other_than_the_one_announced_is_not_joined(ended: list[Group]) -> None:
    own, his = package("alice"), package("bob")
    other = create_group(group_id=b"another group", key_package=own, entropy=ENTROPY)

    with pytest.raises(InvalidWelcome, match="announced"):
        join_successor(made_out_of(ended[0], ResumptionPSKUsage.REINIT, other, his), key_package=his, old=ended[1])


def test_a_branch_in_another_suite_is_not_joined() -> None:
    alice, bob = party("alice", "bob")
    own, his = package("alice"), package("bob")
    other = create_group(group_id=b"side group", key_package=own, entropy=ENTROPY)

    with pytest.raises(InvalidWelcome, match="cipher suite"):
        join_successor(made_out_of(alice, ResumptionPSKUsage.BRANCH, other, his), key_package=his, old=bob)


def test_successor_matches_the_reinit_refuses_other_parameters(ended: list[Group]) -> None:
    staged = reinitialize(ended[0], key_package=package("alice"), adds=[], entropy=ENTROPY)
    successor_matches_the_reinit(ended[0], staged.group)

    for other in (replace(REINIT, group_id=b"other"), replace(REINIT, cipher_suite=SUITE_3)):
        announced = Group(replace(ended[0].state, reinit=other))
        with pytest.raises(InvalidWelcome, match="announced"):
            successor_matches_the_reinit(announced, staged.group)
    with pytest.raises(InvalidWelcome):
        successor_matches_the_reinit(party("alice", "bob")[0], staged.group)


def test_branch_keeps_the_parameters_refuses_another_suite() -> None:
    three, one = party("alice", "bob")[0], party("alice", "bob", cipher_suite=SUITE_1)[0]

    with pytest.raises(InvalidWelcome, match="cipher suite"):
        branch_keeps_the_parameters(three, one)


def test_a_successor_is_not_made_without_cause_nor_in_another_suite(ended: list[Group]) -> None:
    alive, _ = party("alice", "bob")

    with pytest.raises(UsageError, match="no ReInit"):
        reinitialize(alive, key_package=package("alice"), adds=[], entropy=ENTROPY)
    with pytest.raises(UsageError, match="cipher suite"):
        reinitialize(ended[0], key_package=device("alice"), adds=[], entropy=ENTROPY)
