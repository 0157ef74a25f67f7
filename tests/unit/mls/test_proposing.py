"""Proposals on their own: from members, from external senders, from newcomers (RFC 9420 sections 12.1, 12.1.8)."""

from dataclasses import replace

import pytest

from cencomm import codec
from cencomm.errors import CencommError, UsageError
from cencomm.mls.credential import BasicCredential
from cencomm.mls.errors import InvalidMessage, InvalidProposal
from cencomm.mls.event import EpochAdvanced, ProposalReceived
from cencomm.mls.extension import Extension, ExtensionType, ExternalSender
from cencomm.mls.framing import (
    FramedContent,
    PrivateMessage,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    decode_mls_message,
)
from cencomm.mls.group import Group, join_group
from cencomm.mls.proposal import Add, ExternalInit, GroupContextExtensions, PreSharedKey, Remove
from cencomm.mls.proposing import propose_from_outside, propose_oneself
from cencomm.mls.psk import ExternalPsk, PreSharedKeyID, PreSharedKeys
from cencomm.mls.public_message import sign_content
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import BadSignature, SigningKey
from cencomm.secret import Secret
from tests.unit.mls.party import ENTROPY, GROUP_ID, SUITE, commit_of, device, in_agreement, leaf_of, party

WATCHMAN = SigningKey(bytes(range(32)))
SENDERS = Extension(
    ExtensionType.EXTERNAL_SENDERS,
    codec.vector([ExternalSender(WATCHMAN.public_key, BasicCredential(b"watchman")).encode()]),
)


@pytest.fixture
def watched() -> list[Group]:
    return party("alice", "bob", "carol", extensions=[SENDERS])


@pytest.mark.parametrize("private", [False, True])
def test_a_proposal_takes_effect_when_somebody_commits_it(private: bool) -> None:  # noqa: FBT001 (a case of the test)
    alice, bob, carol = party("alice", "bob", "carol")
    alice, message = alice.propose(Remove(LeafIndex(2)), authenticated_data=b"idle", private=private, entropy=ENTROPY)

    bob, event = bob.process(message)
    assert isinstance(event, ProposalReceived)
    assert (event.sender, event.proposal, event.authenticated_data) == (
        Sender.member(LeafIndex(0)),
        Remove(LeafIndex(2)),
        b"idle",
    )
    staged = bob.commit(references=[event.reference], entropy=ENTROPY)
    alice, committed = alice.process(staged.message)

    assert isinstance(decode_mls_message(message), PrivateMessage) is private
    assert isinstance(committed, EpochAdvanced)
    assert committed.by_reference
    assert committed.removed == ((LeafIndex(2), leaf_of(carol, 2)),)
    assert in_agreement([alice, staged.group])
    assert not staged.group.state.proposals


def test_an_update_replaces_its_sender_s_key_when_another_commits_it() -> None:
    alice, bob, carol = party("alice", "bob", "carol")
    alice, message = alice.propose_update(entropy=ENTROPY)
    bob, received = bob.process(message)
    carol, _ = carol.process(message)
    assert isinstance(received, ProposalReceived)

    staged = bob.commit(references=[received.reference], entropy=ENTROPY)
    after, event = alice.process(staged.message)
    carol, _ = carol.process(staged.message)

    assert isinstance(event, EpochAdvanced)
    assert event.updated == ((LeafIndex(0), leaf_of(after, 0)),)
    assert leaf_of(after, 0).encryption_key != leaf_of(alice, 0).encryption_key
    assert in_agreement([after, staged.group, carol])
    again = carol.commit(entropy=ENTROPY)
    assert in_agreement([after.process(again.message)[0], again.group])


def test_an_update_is_not_proposed_with_somebody_else_s_key() -> None:
    alice, bob = party("alice", "bob")
    _, message = bob.propose_update(entropy=ENTROPY)
    alice, event = alice.process(message)
    assert isinstance(event, ProposalReceived)

    with pytest.raises(UsageError, match="propose_update"):
        alice.propose(event.proposal, entropy=ENTROPY)


def test_a_member_does_not_propose_what_only_joiners_may() -> None:
    alice, _ = party("alice", "bob")

    with pytest.raises(InvalidProposal):
        alice.propose(ExternalInit(b"kem"), entropy=ENTROPY)


def test_a_pre_shared_key_makes_another_epoch_for_those_who_hold_it() -> None:
    alice, bob = party("alice", "bob")
    psk = PreSharedKeyID.fresh(ExternalPsk(b"code of the day"), ENTROPY)
    alice, message = alice.propose(PreSharedKey(psk), entropy=ENTROPY)
    bob, event = bob.process(message)
    assert isinstance(event, ProposalReceived)
    keys = PreSharedKeys(external={b"code of the day": Secret(b"tulip")})

    staged = bob.commit(references=[event.reference], psks=keys, entropy=ENTROPY)

    assert in_agreement([alice.process(staged.message, psks=keys)[0], staged.group])
    from_guess = PreSharedKeys(external={b"code of the day": Secret(b"daffodil")})
    for wrong in (PreSharedKeys(), from_guess):
        with pytest.raises(CencommError):
            alice.process(staged.message, psks=wrong)


def test_an_external_sender_may_propose_and_is_told_from_a_member(watched: list[Group]) -> None:
    alice, bob, carol = watched
    message = propose_from_outside(
        Remove(LeafIndex(2)), suite=SUITE, key=WATCHMAN, sender_index=0, group_id=GROUP_ID, epoch=alice.epoch
    )

    alice, event = alice.process(message)
    bob, _ = bob.process(message)
    assert isinstance(event, ProposalReceived)
    staged = alice.commit(references=[event.reference], entropy=ENTROPY)

    assert event.sender == Sender(SenderType.EXTERNAL, 0)
    assert in_agreement([bob.process(staged.message)[0], staged.group])
    assert carol.own_leaf not in dict(staged.group.leaves())


def test_an_external_sender_whom_the_group_does_not_know_is_refused(watched: list[Group]) -> None:
    alice, *_ = watched
    stranger = SigningKey.generate(ENTROPY)

    with pytest.raises(BadSignature):
        alice.process(outside_removal(stranger, 0, alice.epoch))
    with pytest.raises(InvalidMessage):
        alice.process(outside_removal(WATCHMAN, 1, alice.epoch))
    with pytest.raises(InvalidMessage):
        party("alice", "bob")[0].process(outside_removal(WATCHMAN, 0, 1))


def test_an_external_sender_does_not_commit(watched: list[Group]) -> None:
    alice, bob, _ = watched
    content = FramedContent.build(
        group_id=GROUP_ID,
        epoch=alice.epoch,
        sender=Sender(SenderType.EXTERNAL, 0),
        authenticated_data=b"",
        content=commit_of(bob.commit(entropy=ENTROPY).message),
    )
    signed = sign_content(SUITE, WATCHMAN, WireFormat.MLS_PUBLIC_MESSAGE, content, None).authenticated(bytes(32))

    with pytest.raises(InvalidMessage):
        alice.process(PublicMessage(signed.content, signed.auth, None))


def outside_removal(key: SigningKey, index: int, epoch: int) -> bytes:
    return propose_from_outside(
        Remove(LeafIndex(2)), suite=SUITE, key=key, sender_index=index, group_id=GROUP_ID, epoch=epoch
    )


def test_an_outsider_does_not_propose_what_outsiders_may_not() -> None:
    with pytest.raises(InvalidProposal):
        propose_from_outside(
            ExternalInit(b"kem"), suite=SUITE, key=WATCHMAN, sender_index=0, group_id=GROUP_ID, epoch=1
        )


def test_a_newcomer_may_propose_itself_and_nobody_else() -> None:
    alice, bob = party("alice", "bob")
    dave = device("dave")
    message = propose_oneself(dave, group_id=GROUP_ID, epoch=alice.epoch)

    alice, event = alice.process(message)
    bob, _ = bob.process(message)
    assert isinstance(event, ProposalReceived)
    staged = alice.commit(references=[event.reference], ratchet_tree_in_welcome=True, entropy=ENTROPY)

    assert event.proposal == Add(dave.key_package)
    assert staged.welcome is not None
    joined = join_group(staged.welcome, key_package=dave).group
    assert in_agreement([bob.process(staged.message)[0], staged.group, joined])
    thief = replace(dave, signing_key=SigningKey.generate(ENTROPY))
    with pytest.raises(BadSignature):
        party("alice", "bob")[0].process(propose_oneself(thief, group_id=GROUP_ID, epoch=1))


def test_group_extensions_change_for_all_members() -> None:
    alice, bob = party("alice", "bob")

    staged = alice.commit(proposals=[GroupContextExtensions((SENDERS,))], entropy=ENTROPY)
    bob, _ = bob.process(staged.message)

    assert bob.context.extensions == (SENDERS,)
    assert in_agreement([bob, staged.group])
