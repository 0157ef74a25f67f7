"""The life of a group, as its members see it."""

import pytest

from cencomm.errors import UsageError
from cencomm.mls.cipher_suite import CipherSuite
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 as SUITE_1
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE_3
from cencomm.mls.errors import InvalidLeafNode, InvalidProposal, KeyConsumed
from cencomm.mls.event import ApplicationReceived, EpochAdvanced, MemberRemoved
from cencomm.mls.extension import Extension, find_extension
from cencomm.mls.framing import PrivateMessage, decode_mls_message
from cencomm.mls.group import Group, create_group, join_group
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.welcome import Welcome
from tests.unit.mls.party import (
    ANCHOR,
    ENTROPY,
    GROUP_ID,
    device,
    in_agreement,
    leaf_of,
    party,
    public_message,
    settled,
)


@pytest.fixture
def alice_bob_carol() -> list[Group]:
    return party("alice", "bob", "carol")


@pytest.mark.parametrize("cipher_suite", [SUITE_1, SUITE_3])
def test_what_one_encrypts_the_others_read_and_know_who_wrote(cipher_suite: CipherSuite) -> None:
    alice, bob, carol = party("alice", "bob", "carol", cipher_suite=cipher_suite)

    bob, message = bob.encrypt(b"seizure", authenticated_data=b"anchor", entropy=ENTROPY)

    for reader in (alice, carol):
        _, event = reader.process(message)
        assert event == ApplicationReceived(
            sender=LeafIndex(1),
            sender_leaf=leaf_of(reader, 1),
            plaintext=b"seizure",
            authenticated_data=b"anchor",
            epoch=1,
            generation=0,
        )


def test_messages_are_not_padded_beyond_what_is_asked(alice_bob_carol: list[Group]) -> None:
    alice, bob, _ = alice_bob_carol
    lengths = []
    for padding in (0, 100):
        alice, message = alice.encrypt(b"text", authenticated_data=b"", padding=padding, entropy=ENTROPY)
        bob, event = bob.process(message)
        assert isinstance(event, ApplicationReceived)
        assert event.plaintext == b"text"
        private = decode_mls_message(message)
        assert isinstance(private, PrivateMessage)
        lengths.append(len(private.ciphertext))
    assert lengths[1] - lengths[0] == 100


def test_a_state_that_was_restored_from_a_copy_does_not_use_a_nonce_twice(alice_bob_carol: list[Group]) -> None:
    """RFC 9420 section 6.3.1: the generation repeats, the reuse guard does not."""
    alice, bob, _ = alice_bob_carol

    messages = [alice.encrypt(b"text", authenticated_data=b"", entropy=ENTROPY)[1] for _ in range(2)]

    sealed = [decode_mls_message(message) for message in messages]
    assert all(isinstance(message, PrivateMessage) for message in sealed)
    assert sealed[0] != sealed[1]  # the same key over the same bytes: only the nonce differs
    assert [type(bob.process(message)[1]) for message in messages] == [ApplicationReceived] * 2


def test_an_old_group_still_works_and_never_saw_what_the_new_one_did(alice_bob_carol: list[Group]) -> None:
    alice, bob, _ = alice_bob_carol
    _, message = alice.encrypt(b"one", authenticated_data=b"", entropy=ENTROPY)

    first, _ = bob.process(message)
    second, _ = bob.process(message)

    assert first == second
    with pytest.raises(KeyConsumed):
        first.process(message)


def test_a_gap_may_be_skipped_forward_and_what_was_skipped_is_gone(alice_bob_carol: list[Group]) -> None:
    alice, bob, _ = alice_bob_carol
    messages = []
    for text in (b"one", b"two", b"three"):
        alice, message = alice.encrypt(text, authenticated_data=b"", entropy=ENTROPY)
        messages.append(message)

    bob, event = bob.process(messages[2])

    assert isinstance(event, ApplicationReceived)
    assert (event.plaintext, event.generation) == (b"three", 2)
    with pytest.raises(KeyConsumed):
        bob.process(messages[0])


def test_a_commit_says_who_came_who_went_and_who_did_it(alice_bob_carol: list[Group]) -> None:
    alice, bob, carol = alice_bob_carol
    dave = device("dave")

    staged = alice.commit(
        adds=[dave.key_package], removes=[carol.own_leaf], authenticated_data=b"anchor", entropy=ENTROPY
    )
    bob, event = bob.process(staged.message)

    assert event == staged.event
    assert isinstance(event, EpochAdvanced)
    assert (event.committer, event.epoch, event.authenticated_data) == (0, 2, b"anchor")
    assert event.added == ((LeafIndex(2), dave.key_package.leaf_node),)
    assert event.removed == ((LeafIndex(2), leaf_of(alice, 2)),)
    assert (event.has_path, event.is_external, event.by_reference, event.reinit) == (True, False, False, None)
    assert event.committer_leaf == leaf_of(bob, 0) != leaf_of(alice, 0)
    assert event.confirmation_tag == bob.confirmation_tag == public_message(staged.message).confirmation_tag
    assert in_agreement([staged.group, bob])


def test_whoever_is_removed_learns_it_and_cannot_read_on(alice_bob_carol: list[Group]) -> None:
    alice, bob, carol = alice_bob_carol

    staged = alice.commit(removes=[carol.own_leaf], authenticated_data=b"anchor", entropy=ENTROPY)
    after, event = carol.process(staged.message)

    assert isinstance(event, MemberRemoved)
    assert (event.committer, event.epoch, event.authenticated_data) == (0, 2, b"anchor")
    assert after == carol
    assert in_agreement([staged.group, bob.process(staged.message)[0]])


def test_a_staged_commit_that_lost_leaves_the_group_that_made_it(alice_bob_carol: list[Group]) -> None:
    alice, bob, carol = alice_bob_carol
    mine, theirs = alice.commit(entropy=ENTROPY), bob.commit(entropy=ENTROPY)

    after, _ = mine.base.process(theirs.message)

    assert mine.base == alice
    assert in_agreement([after, theirs.group, carol.process(theirs.message)[0]])


def test_every_member_can_commit_whatever_the_shape_of_the_tree() -> None:
    groups = settled("a", "b", "c", "d", "e", "f", "g")
    for author in (3, 0, 6, 2):
        staged = groups[author].commit(entropy=ENTROPY)
        groups = [
            staged.group if index == author else group.process(staged.message)[0] for index, group in enumerate(groups)
        ]
        assert in_agreement(groups)
    gone = groups[1].own_leaf
    staged = groups[5].commit(removes=[gone, LeafIndex(6)], adds=[device("h").key_package], entropy=ENTROPY)
    rest = [groups[index].process(staged.message)[0] for index in (0, 2, 3, 4)]

    assert staged.welcome is not None
    assert in_agreement([staged.group, *rest])


def test_an_add_without_path_is_cheap_and_valid(alice_bob_carol: list[Group]) -> None:
    alice, bob, _ = alice_bob_carol
    dave = device("dave")

    staged = alice.commit(adds=[dave.key_package], force_path=False, ratchet_tree_in_welcome=True, entropy=ENTROPY)
    bob, event = bob.process(staged.message)

    assert isinstance(event, EpochAdvanced)
    assert not event.has_path
    assert staged.welcome is not None
    joined = join_group(staged.welcome, key_package=dave)
    assert in_agreement([staged.group, bob, joined.group])


def test_an_encrypted_commit_works_alike(alice_bob_carol: list[Group]) -> None:
    alice, bob, carol = alice_bob_carol

    staged = alice.commit(private=True, authenticated_data=b"anchor", entropy=ENTROPY)
    bob, event = bob.process(staged.message)

    assert isinstance(decode_mls_message(staged.message), PrivateMessage)
    assert event == staged.event
    assert in_agreement([staged.group, bob, carol.process(staged.message)[0]])
    assert staged.base != alice  # its handshake key is burned, whoever wins
    theirs = carol.commit(entropy=ENTROPY)
    assert in_agreement([theirs.group, staged.base.process(theirs.message)[0]])


def test_our_extension_reaches_the_newcomer_byte_for_byte(alice_bob_carol: list[Group]) -> None:
    alice, *_ = alice_bob_carol
    dave = device("dave")

    staged = alice.commit(
        adds=[dave.key_package],
        authenticated_data=b"anchor",
        group_info_extensions=[Extension(ANCHOR, b"anchor")],
        entropy=ENTROPY,
    )
    assert staged.welcome is not None
    joined = join_group(staged.welcome, key_package=dave, ratchet_tree=staged.ratchet_tree)

    assert joined.group_info.extensions == (Extension(ANCHOR, b"anchor"),)
    assert find_extension(joined.group_info.extensions, ANCHOR) == b"anchor"
    assert joined.signer == alice.own_leaf
    assert joined.group_info.confirmation_tag == staged.group.confirmation_tag


def test_a_welcome_holds_one_secret_for_each_newcomer(alice_bob_carol: list[Group]) -> None:
    alice, *_ = alice_bob_carol
    newcomers = [device(name) for name in "def"]

    staged = alice.commit(adds=[one.key_package for one in newcomers], entropy=ENTROPY)

    assert staged.welcome is not None
    welcome = decode_mls_message(staged.welcome)
    assert isinstance(welcome, Welcome)
    assert [one.new_member for one in welcome.secrets] == [one.key_package.ref() for one in newcomers]
    joined = [join_group(welcome, key_package=one, ratchet_tree=staged.ratchet_tree).group for one in newcomers]
    assert in_agreement([staged.group, *joined])
    assert [group.own_leaf for group in joined] == [3, 4, 5]


def test_members_export_the_same_secret_per_label_and_context(alice_bob_carol: list[Group]) -> None:
    alice, bob, _ = alice_bob_carol

    secret = alice.export("cencomm test", b"context", 32)

    assert secret == bob.export("cencomm test", b"context", 32)
    assert secret != alice.export("cencomm test", b"Context", 32)
    assert secret != alice.export("cencomm Test", b"context", 32)
    assert secret != alice.commit(entropy=ENTROPY).group.export("cencomm test", b"context", 32)


def test_a_group_begins_alone_at_epoch_0() -> None:
    alice = device("alice")

    group = create_group(group_id=GROUP_ID, key_package=alice, entropy=ENTROPY)

    assert (group.group_id, group.epoch, group.own_leaf, group.cipher_suite) == (GROUP_ID, 0, 0, SUITE_3)
    assert list(group.leaves()) == [(LeafIndex(0), alice.key_package.leaf_node)]
    after = group.commit(entropy=ENTROPY).group
    assert (after.epoch, after.context.extensions) == (1, ())


def test_a_creator_cannot_ask_for_extensions_that_it_does_not_support() -> None:
    with pytest.raises(InvalidLeafNode):
        create_group(
            group_id=GROUP_ID, key_package=device("alice"), extensions=[Extension(0xF0CF, b"")], entropy=ENTROPY
        )


def test_one_cannot_remove_oneself(alice_bob_carol: list[Group]) -> None:
    alice, *_ = alice_bob_carol

    with pytest.raises(InvalidProposal):
        alice.commit(removes=[alice.own_leaf], entropy=ENTROPY)


def test_no_secret_shows_in_the_representation_of_a_group(alice_bob_carol: list[Group]) -> None:
    alice, *_ = alice_bob_carol
    shown = repr(alice)

    for secret in (
        alice.state.secrets.init_secret,
        alice.epoch_authenticator,
        alice.state.signing_key,
        *alice.state.private_keys.values(),
        *alice.state.secret_tree.nodes.values(),
    ):
        assert repr(secret.expose()) not in shown


def test_the_restriction_on_sending_with_proposals_pending_is_kept(alice_bob_carol: list[Group]) -> None:
    """RFC 9420 section 12.4: whose removal was proposed shall not read what is written afterwards."""
    alice, bob, _ = alice_bob_carol
    alice, proposal = alice.propose_update(entropy=ENTROPY)
    bob, _ = bob.process(proposal)

    for group in (alice, bob):
        with pytest.raises(UsageError, match="Commit"):
            group.encrypt(b"text", authenticated_data=b"", entropy=ENTROPY)
