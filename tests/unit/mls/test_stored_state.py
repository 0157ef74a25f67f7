import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.errors import CencommError, MalformedError, UsageError
from cencomm.mls.errors import InvalidTree
from cencomm.mls.group import Group, create_group, join_group, restore_group
from cencomm.mls.key_package import KeyPackageBundle
from cencomm.mls.proposal import Remove
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import SigningKey
from tests.fakes.counting_entropy import CountingEntropy
from tests.unit.mls.party import ENTROPY, GROUP_ID, device, in_agreement, settled


@pytest.fixture(scope="module")
def members() -> list[Group]:
    return settled("alice", "bob", "carol", "dave", "eve")


def restored(group: Group) -> Group:
    return restore_group(group.encode_public(), group.encode_private(), group.state.signing_key)


def test_a_restored_group_is_the_same_and_goes_on(members: list[Group]) -> None:
    alice, bob, *_ = members
    alice, _ = alice.encrypt(b"one", authenticated_data=b"", entropy=ENTROPY)
    again = restored(alice)

    assert again == alice
    again, message = again.encrypt(b"two", authenticated_data=b"", entropy=ENTROPY)
    assert bob.process(message)[0] is not bob
    staged = bob.commit(entropy=ENTROPY)
    assert in_agreement([again.process(staged.message)[0], staged.group])


def test_the_public_part_changes_with_a_commit_only(members: list[Group]) -> None:
    alice, *_ = members
    sent, _ = alice.encrypt(b"one", authenticated_data=b"", entropy=ENTROPY)

    assert sent.encode_public() == alice.encode_public()
    assert sent.encode_private() != alice.encode_private()
    assert alice.commit(entropy=ENTROPY).group.encode_public() != alice.encode_public()


def test_pending_proposals_and_their_keys_survive(members: list[Group]) -> None:
    alice, bob, *_ = members
    alice, update = alice.propose_update(entropy=ENTROPY)
    bob, _ = bob.process(update)
    bob, removal = bob.propose(Remove(LeafIndex(2)), entropy=ENTROPY)
    alice, _ = alice.process(removal)

    staged = restored(bob).commit(references=list(bob.state.proposals), entropy=ENTROPY)
    after, _ = restored(alice).process(staged.message)

    assert in_agreement([after, staged.group])


def test_the_public_part_holds_no_secret_and_neither_holds_the_signing_key(members: list[Group]) -> None:
    alice, *_ = members
    public, private = alice.encode_public(), alice.encode_private()

    for secret in (
        alice.state.secrets.init_secret,
        alice.state.secrets.membership_key,
        alice.epoch_authenticator,
        *alice.state.private_keys.values(),
        *alice.state.secret_tree.nodes.values(),
    ):
        assert secret.expose() not in public
        assert secret.expose() in private
    assert alice.state.signing_key.seed not in public + private


def test_secrets_of_past_epochs_are_not_in_the_stored_bytes(members: list[Group]) -> None:
    """Rule S6: what a thief of the store finds does not open yesterday's messages."""
    alice, *_ = members
    old = alice.state
    staged = alice.commit(entropy=ENTROPY)

    stored = staged.group.encode_public() + staged.group.encode_private()

    for secret in (
        old.secrets.init_secret,
        old.secrets.sender_data_secret,
        old.secrets.exporter_secret,
        old.secrets.external_secret,
        old.secrets.membership_key,
        old.secrets.resumption_psk,
        old.secrets.epoch_authenticator,
        *old.private_keys.values(),
        *old.secret_tree.nodes.values(),
    ):
        assert secret.expose() not in stored


def test_keys_of_messages_already_read_are_not_in_the_stored_bytes(members: list[Group]) -> None:
    alice, bob, *_ = members
    roots = [secret.expose() for secret in alice.state.secret_tree.nodes.values()]
    _, message = bob.encrypt(b"one", authenticated_data=b"", entropy=ENTROPY)

    read, _ = alice.process(message)

    assert not any(root in read.encode_private() for root in roots)


def test_the_private_part_stays_small(members: list[Group]) -> None:
    assert len(members[0].encode_private()) < 1200


def test_parts_of_different_epochs_do_not_go_together(members: list[Group]) -> None:
    alice, *_ = members
    later = alice.commit(entropy=ENTROPY).group

    with pytest.raises(InvalidTree):
        restore_group(later.encode_public(), alice.encode_private(), alice.state.signing_key)


def test_a_public_part_from_somebody_else_is_good_only_if_it_is_the_same(members: list[Group]) -> None:
    """Rule D4: the relay may keep the tree, the sealed part says which one."""
    alice, bob, *_ = members

    assert restore_group(bob.encode_public(), alice.encode_private(), alice.state.signing_key) == alice
    public = bytearray(bob.encode_public())
    public[-70] ^= 1
    with pytest.raises((InvalidTree, MalformedError)):
        restore_group(bytes(public), alice.encode_private(), alice.state.signing_key)


def test_another_signing_key_is_refused(members: list[Group]) -> None:
    alice, bob, *_ = members

    with pytest.raises(UsageError, match="signing key"):
        restore_group(alice.encode_public(), alice.encode_private(), bob.state.signing_key)


def test_another_version_is_refused_not_guessed(members: list[Group]) -> None:
    alice, *_ = members
    public, private, key = alice.encode_public(), alice.encode_private(), alice.state.signing_key

    for parts in ((b"\x00\x02" + public[2:], private), (public, b"\x00\x02" + private[2:])):
        with pytest.raises(MalformedError, match="version"):
            restore_group(*parts, key)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_stored_bytes_with_a_change_restore_or_are_refused(members: list[Group], data: st.DataObject) -> None:
    alice = members[0]
    parts = [bytearray(alice.encode_public()), bytearray(alice.encode_private())]
    part = data.draw(st.sampled_from(parts))
    part[data.draw(st.integers(0, len(part) - 1))] ^= data.draw(st.integers(1, 255))

    try:
        restore_group(bytes(parts[0]), bytes(parts[1]), alice.state.signing_key)
    except CencommError:
        return


FIXTURE = Path(__file__).parents[2] / "vectors" / "mls" / "stored_group_1.json"


def stored_bob() -> dict[str, str]:
    """Bob after joining, sending, and proposing an Update: every field of the format is in use."""
    entropy = CountingEntropy("stored format")
    alice, bob = (device(name, signing_key=SigningKey.generate(entropy), entropy=entropy) for name in ("alice", "bob"))
    group = create_group(group_id=GROUP_ID, key_package=alice, entropy=entropy)
    staged = group.commit(adds=[bob.key_package], entropy=entropy)
    assert staged.welcome is not None
    joined = join_group(staged.welcome, key_package=bob, ratchet_tree=staged.ratchet_tree).group
    sent, _ = joined.encrypt(b"text", authenticated_data=b"", entropy=entropy)
    proposed, _ = sent.propose_update(entropy=entropy)
    fields = {
        "public": proposed.encode_public(),
        "private": proposed.encode_private(),
        "signing_key": bob.signing_key.seed,
        "key_package_bundle": bob.encode(),
        "epoch_authenticator": proposed.epoch_authenticator.expose(),
    }
    return {name: value.hex() for name, value in fields.items()}


def test_the_stored_format_is_the_one_of_version_1() -> None:
    """Whoever changes these bytes breaks every store: raise STATE_VERSION, and go on reading this file."""
    assert stored_bob() == json.loads(FIXTURE.read_text(encoding="utf-8"))


def test_what_version_1_stored_can_be_read() -> None:
    stored = {name: bytes.fromhex(value) for name, value in json.loads(FIXTURE.read_text(encoding="utf-8")).items()}

    group = restore_group(stored["public"], stored["private"], SigningKey(stored["signing_key"]))

    assert group.epoch_authenticator.expose() == stored["epoch_authenticator"]
    assert len(group.state.proposals) == 1
    assert KeyPackageBundle.decode(stored["key_package_bundle"]).signing_key.seed == stored["signing_key"]
