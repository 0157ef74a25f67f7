"""Joining without anybody's help (RFC 9420 section 12.4.3.2)."""

from dataclasses import replace

import pytest

from cencomm.errors import MalformedError, ProtocolError
from cencomm.mls.committing import group_info, tree_extension
from cencomm.mls.errors import InvalidLeafNode, InvalidMessage, InvalidProposal, InvalidWelcome
from cencomm.mls.event import EpochAdvanced
from cencomm.mls.external_join import ExternalCommit, join_externally
from cencomm.mls.framing import decode_mls_message, encode_mls_message
from cencomm.mls.leaf_node import LeafContent
from cencomm.mls.psk import ExternalPsk, PreSharedKeyID, PreSharedKeys
from cencomm.mls.tree_math import LeafIndex, node_of
from cencomm.mls.welcome import GroupInfo
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import Secret
from tests.unit.mls.party import ENTROPY, device, in_agreement, leaf_of, party, public_message, settled

DAVE = LeafContent.of(device("dave").key_package.leaf_node)


def join(offered: bytes, *, key: SigningKey | None = None, removes: LeafIndex | None = None) -> ExternalCommit:
    return join_externally(
        offered,
        leaf=DAVE,
        signing_key=key or SigningKey.generate(ENTROPY),
        removes=removes,
        authenticated_data=b"about",
        entropy=ENTROPY,
    )


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_newcomer_adds_itself_and_all_agree(count: int) -> None:
    members = settled(*"abcd"[:count])

    joined = join(members[0].group_info())
    after = [group.process(joined.message) for group in members]

    assert in_agreement([joined.group, *(group for group, _ in after)])
    event = after[0][1]
    assert event == joined.event
    assert isinstance(event, EpochAdvanced)
    assert (event.is_external, event.committer, event.added) == (True, count, ())
    assert event.authenticated_data == b"about"
    sent, message = joined.group.encrypt(b"hello", authenticated_data=b"", entropy=ENTROPY)
    assert sent.epoch == after[0][0].process(message)[0].epoch


def test_a_member_replaces_its_own_lost_appearance() -> None:
    members = settled("alice", "bob", "carol")
    key = members[1].state.signing_key

    joined = join(members[0].group_info(), key=key, removes=LeafIndex(1))
    after, event = members[2].process(joined.message)

    assert in_agreement([joined.group, after])
    assert isinstance(event, EpochAdvanced)
    assert event.removed == ((LeafIndex(1), leaf_of(members[0], 1)),)
    assert joined.group.own_leaf == 1


def test_a_signature_key_that_is_in_the_group_does_not_join_twice() -> None:
    alice, bob = party("alice", "bob")

    with pytest.raises(InvalidLeafNode, match="share"):
        join(alice.group_info(), key=bob.state.signing_key)


def test_a_pre_shared_key_can_be_asked_of_the_joiner() -> None:
    alice, _ = party("alice", "bob")
    keys = PreSharedKeys(external={b"code": Secret(b"tulip")})

    joined = join_externally(
        alice.group_info(),
        leaf=DAVE,
        signing_key=SigningKey.generate(ENTROPY),
        psk_ids=[PreSharedKeyID.fresh(ExternalPsk(b"code"), ENTROPY)],
        psks=keys,
        entropy=ENTROPY,
    )

    assert in_agreement([alice.process(joined.message, psks=keys)[0], joined.group])


def test_without_the_group_s_public_key_nobody_joins() -> None:
    alice, _ = party("alice", "bob")
    info = decode_mls_message(alice.group_info())
    assert isinstance(info, GroupInfo)

    with pytest.raises(InvalidWelcome, match="signature"):
        join_externally(
            replace(info, unsigned=info.unsigned[:-1] + b"\x01"),
            leaf=DAVE,
            signing_key=SigningKey.generate(ENTROPY),
            entropy=ENTROPY,
        )
    closed = encode_mls_message(group_info(alice.state, (tree_extension(alice.tree),)))
    with pytest.raises(InvalidWelcome, match="offers no key"):
        join(closed)
    with pytest.raises(InvalidWelcome, match="no ratchet tree"):
        join(alice.group_info(with_tree=False))
    with pytest.raises(MalformedError, match="not a GroupInfo"):
        join(alice.commit(entropy=ENTROPY).message)


def test_an_external_commit_that_was_changed_is_refused() -> None:
    alice, _ = party("alice", "bob")
    message = join(alice.group_info()).message

    for position in range(0, len(message), 5):
        forged = bytearray(message)
        forged[position] ^= 1 << (position % 8)
        with pytest.raises(ProtocolError):
            alice.process(bytes(forged))


def test_an_external_commit_without_path_is_refused() -> None:
    alice, _ = party("alice", "bob")
    public = public_message(join(alice.group_info()).message)
    commit = public.commit
    assert commit is not None

    content = replace(public.content, content=replace(commit, path=None))
    with pytest.raises((InvalidMessage, InvalidProposal)):
        alice.process(replace(public, content=content))


def test_a_removed_old_appearance_cannot_lend_its_key() -> None:
    """Section 12.2: the joiner's leaf is judged like an Update of the leaf that it removes."""
    members = settled("alice", "bob", "carol")
    old_key = members[1].state.private_keys[node_of(LeafIndex(1))]
    draws = iter([bytes([1]) * 32, bytes([2]) * 32, old_key.expose()])  # for ExternalInit, path and leaf

    joined = join_externally(
        members[0].group_info(),
        leaf=DAVE,
        signing_key=SigningKey.generate(ENTROPY),
        removes=LeafIndex(1),
        entropy=lambda count: next(draws, bytes(count)),
    )

    assert leaf_of(joined.group, 1).encryption_key == leaf_of(members[0], 1).encryption_key
    with pytest.raises(InvalidLeafNode, match="keeps"):
        members[0].process(joined.message)
