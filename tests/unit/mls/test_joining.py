"""Welcomes that a newcomer must refuse. Whoever adds us may be hostile: it knows the secrets of its own epoch."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from cencomm.errors import MalformedError, ProtocolError
from cencomm.mls import key_schedule
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 as SUITE_1
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE_3
from cencomm.mls.errors import (
    BadTag,
    InvalidLeafNode,
    InvalidTree,
    InvalidWelcome,
    MissingPreSharedKey,
    NotForUs,
)
from cencomm.mls.extension import Extension
from cencomm.mls.framing import decode_mls_message
from cencomm.mls.group import Group, StagedCommit, join_group
from cencomm.mls.key_package import KeyPackageBundle
from cencomm.mls.leaf_node import Capabilities
from cencomm.mls.psk import NO_KEYS, ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionPSKUsage, psk_secret
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.welcome import GroupInfo, GroupSecrets, JoinerSecret, PathSecret, Welcome, sign_group_info
from cencomm.mls.welcoming import open_group_info, open_group_secrets
from tests.unit.mls.party import ANCHOR, ENTROPY, SUITE, device, in_agreement, settled


@dataclass(frozen=True)
class Door:
    """Dave before he joins, and what Alice has sent him."""

    alice: Group
    dave: KeyPackageBundle
    staged: StagedCommit

    @property
    def welcome(self) -> Welcome:
        assert self.staged.welcome is not None
        welcome = decode_mls_message(self.staged.welcome)
        assert isinstance(welcome, Welcome)
        return welcome

    @property
    def secrets(self) -> GroupSecrets:
        return open_group_secrets(SUITE, self.welcome, self.dave.key_package, self.dave.init_private_key)

    def join(self, welcome: Welcome | bytes, *, ratchet_tree: bytes | None = None, now: int | None = None) -> Group:
        tree = self.staged.ratchet_tree if ratchet_tree is None else ratchet_tree
        return join_group(welcome, key_package=self.dave, ratchet_tree=tree, now=now).group

    def resealed(
        self,
        change_info: Callable[[GroupInfo], GroupInfo] = lambda info: info,
        change_secrets: Callable[[GroupSecrets], GroupSecrets] = lambda secrets: secrets,
    ) -> Welcome:
        """The Welcome with something changed inside, sealed again as only its sender can."""
        secret = key_schedule.welcome_secret(SUITE, self.secrets.joiner_secret, psk_secret(SUITE, (), NO_KEYS))
        info = change_info(open_group_info(SUITE, secret, self.welcome))
        key, nonce = (
            SUITE.expand_with_label(secret.expose(), label, b"", length)
            for label, length in ((b"key", 32), (b"nonce", 12))
        )
        sealed = SUITE.aead.seal(key, nonce, b"", info.encode())
        inside = change_secrets(self.secrets).encode()
        for_dave = SUITE.encrypt_with_label(self.dave.key_package.init_key, b"Welcome", sealed, inside, ENTROPY)
        return replace(
            self.welcome,
            encrypted_group_info=sealed,
            secrets=(replace(self.welcome.secrets[0], encrypted_group_secrets=for_dave),),
        )

    def signed_again(self, info: GroupInfo) -> GroupInfo:
        return sign_group_info(
            SUITE,
            self.alice.state.signing_key,
            group_context=info.group_context,
            extensions=info.extensions,
            confirmation_tag=info.confirmation_tag,
            signer=info.signer,
        )


@pytest.fixture(scope="module")
def door() -> Door:
    alice = settled("alice", "bob", "carol")[0]
    dave = device("dave", lifetime=(1000, 2000))
    return Door(alice, dave, alice.commit(adds=[dave.key_package], entropy=ENTROPY))


def test_a_welcome_as_it_should_be_leads_into_the_epoch_that_it_announces(door: Door) -> None:
    joined = door.join(door.welcome)

    assert in_agreement([joined, door.staged.group, door.join(door.resealed())])
    assert joined.own_leaf == 3


def test_a_newcomer_can_read_write_and_commit_at_once(door: Door) -> None:
    dave = door.join(door.welcome)
    staged = dave.commit(entropy=ENTROPY)

    after, _ = door.staged.group.process(staged.message)

    assert in_agreement([after, staged.group])


def test_a_welcome_for_somebody_else_is_told_apart_from_a_broken_one(door: Door) -> None:
    with pytest.raises(NotForUs):
        join_group(door.welcome, key_package=device("eve"), ratchet_tree=door.staged.ratchet_tree)
    sealed = door.welcome.secrets[0].encrypted_group_secrets
    broken = replace(sealed, ciphertext=bytes(len(sealed.ciphertext)))
    with pytest.raises(InvalidWelcome, match="does not open"):
        door.join(replace(door.welcome, secrets=(replace(door.welcome.secrets[0], encrypted_group_secrets=broken),)))


def test_a_welcome_with_another_group_info_inside_does_not_open(door: Door) -> None:
    changed = door.welcome.encrypted_group_info[:-1] + b"\x00"

    with pytest.raises(InvalidWelcome, match="does not open"):
        door.join(replace(door.welcome, encrypted_group_info=changed))


def test_something_else_is_no_welcome(door: Door) -> None:
    with pytest.raises(MalformedError, match="not a Welcome"):
        door.join(door.staged.message)


def test_without_a_tree_nobody_joins(door: Door) -> None:
    with pytest.raises(InvalidWelcome, match="no ratchet tree"):
        join_group(door.welcome, key_package=door.dave)


def test_the_tree_of_another_epoch_is_refused(door: Door) -> None:
    with pytest.raises(InvalidTree):
        door.join(door.welcome, ratchet_tree=door.staged.group.commit(entropy=ENTROPY).ratchet_tree)


def test_suites_agree_refuses_a_welcome_or_group_of_another_suite(door: Door) -> None:
    with pytest.raises(InvalidWelcome, match="cipher suite"):
        door.join(replace(door.welcome, cipher_suite=SUITE_1))
    with pytest.raises(InvalidWelcome, match="cipher suite"):
        door.join(
            door.resealed(
                lambda info: door.signed_again(
                    replace(info, group_context=replace(info.group_context, cipher_suite=SUITE_1))
                )
            )
        )


def test_a_group_info_that_its_signer_did_not_sign_is_refused(door: Door) -> None:
    with pytest.raises(InvalidWelcome, match="signature"):
        door.join(door.resealed(lambda info: replace(info, signature=bytes(64))))
    with pytest.raises(InvalidWelcome, match="signature"):
        door.join(door.resealed(lambda info: door.signed_again(replace(info, signer=LeafIndex(1)))))


@pytest.mark.parametrize("signer", [6, 1 << 31])
def test_a_group_info_signed_by_nobody_is_refused(door: Door, signer: int) -> None:
    with pytest.raises(InvalidWelcome, match="no member"):
        door.join(door.resealed(lambda info: door.signed_again(replace(info, signer=LeafIndex(signer)))))


def test_a_wrong_confirmation_tag_is_refused(door: Door) -> None:
    with pytest.raises(BadTag, match="confirmation"):
        door.join(door.resealed(lambda info: door.signed_again(replace(info, confirmation_tag=bytes(32)))))


def test_another_context_than_the_one_that_was_agreed_on_is_refused(door: Door) -> None:
    for change in ({"epoch": 77}, {"confirmed_transcript_hash": bytes(32)}):
        forged = door.resealed(
            lambda info, change=change: door.signed_again(  # type: ignore[misc]  # the default binds the loop variable
                replace(info, group_context=replace(info.group_context, **change))
            )
        )
        with pytest.raises(BadTag):
            door.join(forged)


def test_another_group_id_is_refused_because_the_leaves_are_signed_for_theirs(door: Door) -> None:
    forged = door.resealed(
        lambda info: door.signed_again(replace(info, group_context=replace(info.group_context, group_id=b"other")))
    )

    with pytest.raises(ProtocolError):
        door.join(forged)


def test_a_path_secret_that_does_not_belong_to_the_tree_is_refused(door: Door) -> None:
    with pytest.raises(InvalidTree, match="path secret"):
        door.join(door.resealed(change_secrets=lambda secrets: replace(secrets, path_secret=PathSecret(bytes(32)))))


@pytest.mark.parametrize("length", [0, 31])
def test_secrets_of_another_length_are_refused(door: Door, length: int) -> None:
    for change in ({"path_secret": PathSecret(bytes(length))}, {"joiner_secret": JoinerSecret(bytes(length))}):
        with pytest.raises(MalformedError, match="bytes where"):
            door.join(door.resealed(change_secrets=lambda secrets, change=change: replace(secrets, **change)))  # type: ignore[misc]  # the default binds the loop variable


def test_a_key_package_that_is_not_in_the_tree_does_not_join(door: Door) -> None:
    """The sender sealed the secrets for us, but gave the leaf to somebody else."""
    eve = device("eve")
    other = door.alice.commit(adds=[eve.key_package], entropy=ENTROPY)
    assert other.welcome is not None
    welcome = decode_mls_message(other.welcome)
    assert isinstance(welcome, Welcome)
    inside = open_group_secrets(SUITE, welcome, eve.key_package, eve.init_private_key)
    for_dave = SUITE.encrypt_with_label(
        door.dave.key_package.init_key, b"Welcome", welcome.encrypted_group_info, inside.encode(), ENTROPY
    )
    entry = replace(welcome.secrets[0], new_member=door.dave.key_package.ref(), encrypted_group_secrets=for_dave)

    with pytest.raises(InvalidWelcome, match="not in the tree"):
        join_group(replace(welcome, secrets=(entry,)), key_package=door.dave, ratchet_tree=other.ratchet_tree)


def test_a_group_with_an_extension_that_we_do_not_support_is_refused(door: Door) -> None:
    def extended(info: GroupInfo) -> GroupInfo:
        context = replace(info.group_context, extensions=(Extension(0xF0CF, b""),))
        return door.signed_again(replace(info, group_context=context))

    with pytest.raises(InvalidLeafNode, match="group extension"):
        door.join(door.resealed(extended))


@pytest.mark.parametrize("usage", [ResumptionPSKUsage.REINIT, ResumptionPSKUsage.BRANCH])
def test_welcome_psk_usages_fit_refuses_keys_of_other_groups(door: Door, usage: ResumptionPSKUsage) -> None:
    psk = PreSharedKeyID(ResumptionPsk(usage, b"other group", 3), bytes(32))

    with pytest.raises(InvalidWelcome, match="does not belong here"):
        door.join(door.resealed(change_secrets=lambda secrets: replace(secrets, psks=(psk,))))


def test_a_welcome_that_needs_a_key_we_do_not_have_says_so(door: Door) -> None:
    psk = PreSharedKeyID(ExternalPsk(b"key"), bytes(32))

    with pytest.raises(MissingPreSharedKey):
        door.join(door.resealed(change_secrets=lambda secrets: replace(secrets, psks=(psk,))))


@pytest.mark.parametrize("now", [999, 2001])
def test_expired_leaves_are_refused_when_the_time_is_given(door: Door, now: int) -> None:
    with pytest.raises(InvalidLeafNode, match="lifetime"):
        door.join(door.welcome, now=now)
    door.join(door.welcome, now=1500)


def test_a_tree_inside_the_welcome_wins_over_one_beside_it(door: Door) -> None:
    dave = device("dave")
    staged = door.alice.commit(adds=[dave.key_package], ratchet_tree_in_welcome=True, entropy=ENTROPY)
    assert staged.welcome is not None

    joined = join_group(staged.welcome, key_package=dave, ratchet_tree=b"nonsense")

    assert in_agreement([joined.group, staged.group])


def test_a_newcomer_whose_capabilities_do_not_fit_is_not_added(door: Door) -> None:
    unfit = device("dave", capabilities=Capabilities(cipher_suites=(SUITE_3,), extensions=(ANCHOR,), credentials=()))

    with pytest.raises(InvalidLeafNode):
        door.alice.commit(adds=[unfit.key_package], entropy=ENTROPY)
