from dataclasses import replace

import pytest

from cencomm.errors import MalformedError
from cencomm.mls.cipher_suite import CipherSuite
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 as SUITE_1
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE_3
from cencomm.mls.credential import BasicCredential
from cencomm.mls.errors import InvalidKeyPackage, InvalidLeafNode, UnsupportedError
from cencomm.mls.extension import Extension, ExtensionType
from cencomm.mls.key_package import KeyPackageBundle, create_key_package
from cencomm.mls.leaf_node import Capabilities, LeafContent, Lifetime, sign_commit_leaf
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import SigningKey
from tests.unit.mls.party import ANCHOR, ENTROPY, SUITE, device, signed_again

DAY = 24 * 3600


@pytest.fixture
def alice() -> KeyPackageBundle:
    return device("alice", lifetime=(DAY, 3 * DAY))


def test_a_key_package_as_it_should_be_is_accepted(alice: KeyPackageBundle) -> None:
    alice.key_package.verify()
    alice.key_package.verify(2 * DAY, longest_lifetime=2 * DAY)


def test_a_stored_bundle_is_the_same_again(alice: KeyPackageBundle) -> None:
    assert KeyPackageBundle.decode(alice.encode()) == alice
    assert alice.init_private_key.public_key() == alice.key_package.init_key
    assert alice.leaf_private_key.public_key() == alice.key_package.leaf_node.encryption_key


def test_a_bundle_of_another_version_or_with_broken_keys_is_malformed(alice: KeyPackageBundle) -> None:
    stored = alice.encode()

    with pytest.raises(MalformedError, match="version"):
        KeyPackageBundle.decode(b"\x00\x02" + stored[2:])
    with pytest.raises(MalformedError):
        KeyPackageBundle.decode(stored[:-33] + b"\x1f" + stored[-31:])


def test_every_byte_of_a_key_package_is_signed(alice: KeyPackageBundle) -> None:
    key_package = alice.key_package

    with pytest.raises(InvalidKeyPackage, match="signature"):
        replace(key_package, signature=bytes(64)).verify()
    with pytest.raises(InvalidKeyPackage, match="signature"):
        replace(key_package, unsigned=key_package.unsigned[:-1] + b"\x01").verify()


def test_a_leaf_with_a_wrong_signature_is_refused_in_a_package_with_a_right_one(alice: KeyPackageBundle) -> None:
    leaf = replace(alice.key_package.leaf_node, signature=bytes(64))

    with pytest.raises(InvalidLeafNode, match="signature of the leaf"):
        signed_again(alice, leaf_node=leaf).verify()


def test_init_key_differs_from_leaf_key_refuses_one_key_for_both(alice: KeyPackageBundle) -> None:
    with pytest.raises(InvalidKeyPackage, match="same"):
        signed_again(alice, init_key=alice.key_package.leaf_node.encryption_key).verify()


def test_init_key_is_usable_refuses_a_key_to_which_no_welcome_can_be_sealed(alice: KeyPackageBundle) -> None:
    for key in (bytes(32), alice.key_package.init_key[:-1]):
        with pytest.raises(InvalidKeyPackage, match="sealed"):
            signed_again(alice, init_key=key).verify()


def test_leaf_source_is_refuses_a_leaf_that_was_made_for_a_commit(alice: KeyPackageBundle) -> None:
    leaf = sign_commit_leaf(
        SUITE,
        alice.signing_key,
        LeafContent.of(alice.key_package.leaf_node),
        encryption_key=alice.key_package.leaf_node.encryption_key,
        parent_hash=b"",
        group_id=b"",
        leaf_index=LeafIndex(0),
    )

    with pytest.raises(InvalidLeafNode, match="KEY_PACKAGE belongs"):
        signed_again(alice, leaf_node=leaf).verify()


def test_key_package_extensions_are_listed_refuses_one_that_the_leaf_does_not_list(alice: KeyPackageBundle) -> None:
    signed_again(alice, extensions=(Extension(ANCHOR, b""), Extension(ExtensionType.APPLICATION_ID, b""))).verify()

    with pytest.raises(InvalidKeyPackage, match="does not list"):
        signed_again(alice, extensions=(Extension(0xF0CF, b""),)).verify()


def test_a_leaf_that_breaks_a_rule_by_itself_is_refused_in_a_key_package() -> None:
    """`test_leaf_validation` has the rules; here is that they are asked."""
    unlisted = device("alice", leaf_extensions=(Extension(0xF0CF, b""),))

    with pytest.raises(InvalidLeafNode, match="does not list"):
        unlisted.key_package.verify()


@pytest.mark.parametrize("now", [DAY - 1, 3 * DAY + 1])
def test_a_key_package_outside_its_lifetime_is_refused_when_the_time_is_given(
    alice: KeyPackageBundle, now: int
) -> None:
    with pytest.raises(InvalidLeafNode, match="lifetime"):
        alice.key_package.verify(now)
    for edge in (DAY, 3 * DAY):
        alice.key_package.verify(edge)


def test_a_lifetime_longer_than_the_application_accepts_is_refused(alice: KeyPackageBundle) -> None:
    with pytest.raises(InvalidLeafNode, match="longer"):
        alice.key_package.verify(2 * DAY, longest_lifetime=2 * DAY - 1)


def test_a_last_resort_package_says_so_and_lists_it() -> None:
    once, last = device("alice"), device("alice", last_resort=True)

    last.key_package.verify()
    assert (once.key_package.is_last_resort, last.key_package.is_last_resort) == (False, True)
    assert ExtensionType.LAST_RESORT in last.key_package.leaf_node.capabilities.extensions


def test_the_reference_is_of_the_exact_bytes(alice: KeyPackageBundle) -> None:
    other = signed_again(alice, extensions=(Extension(ANCHOR, b""),))

    assert len(alice.key_package.ref()) == 32
    assert alice.key_package.ref() != other.ref()


def test_a_suite_that_we_do_not_have_is_refused(alice: KeyPackageBundle) -> None:
    with pytest.raises(UnsupportedError):
        signed_again(alice, cipher_suite=CipherSuite(7)).verify()
    with pytest.raises(InvalidLeafNode, match="cipher suite"):
        signed_again(alice, cipher_suite=SUITE_1).verify()


def test_without_capabilities_the_package_lists_what_it_uses() -> None:
    bundle = create_key_package(
        credential=b"alice",
        signing_key=SigningKey.generate(ENTROPY),
        cipher_suite=SUITE_3,
        lifetime=Lifetime(0, 1),
        entropy=ENTROPY,
    )

    bundle.key_package.verify()
    assert bundle.key_package.leaf_node.credential == BasicCredential(b"alice")
    assert bundle.key_package.leaf_node.capabilities == Capabilities(cipher_suites=(SUITE_3,))


def test_no_private_key_shows_in_the_representation(alice: KeyPackageBundle) -> None:
    shown = repr(alice)

    for secret in (alice.init_private_key, alice.leaf_private_key, alice.signing_key):
        assert secret.expose().hex() not in shown
        assert repr(secret.expose()) not in shown
