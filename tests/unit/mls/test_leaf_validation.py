from dataclasses import replace

import pytest

from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE_3
from cencomm.mls.credential import CredentialType, X509Credential
from cencomm.mls.errors import InvalidLeafNode
from cencomm.mls.extension import Extension, ExtensionType, RequiredCapabilities
from cencomm.mls.leaf_node import Capabilities, LeafContent, LeafNode, LeafNodeSource, sign_update_leaf
from cencomm.mls.leaf_validation import (
    check_leaf,
    leaf_credential_type_is_listed,
    leaf_extensions_are_listed,
    leaf_key_is_fresh,
    leaf_meets_required_capabilities,
    leaf_source_is,
    leaf_supports_group_extensions,
    leaf_understands_the_suite,
    member_keys_are_unique,
    members_understand_each_others_credentials,
)
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import SigningKey
from tests.unit.mls.party import ANCHOR, ENTROPY, SUITE, device


def leaf_with(**capabilities: tuple[int, ...]) -> LeafNode:
    understood = {"cipher_suites": (SUITE_3,), "extensions": (ANCHOR,), **capabilities}
    return device("alice", capabilities=Capabilities(**understood)).key_package.leaf_node


@pytest.fixture
def leaf() -> LeafNode:
    return leaf_with()


def test_a_leaf_as_it_should_be_is_accepted(leaf: LeafNode) -> None:
    check_leaf(leaf, SUITE_3, (Extension(ANCHOR, b""), RequiredCapabilities((ANCHOR,), (1,), (1,)).extension()))


def test_leaf_extensions_are_listed_refuses_one_that_is_not(leaf: LeafNode) -> None:
    leaf_extensions_are_listed(replace(leaf, extensions=(Extension(ANCHOR, b""),)))
    leaf_extensions_are_listed(replace(leaf, extensions=(Extension(ExtensionType.APPLICATION_ID, b""),)))

    with pytest.raises(InvalidLeafNode, match="does not list"):
        leaf_extensions_are_listed(replace(leaf, extensions=(Extension(0xF0CF, b""),)))


def test_leaf_credential_type_is_listed_refuses_a_type_of_its_own_that_is_not(leaf: LeafNode) -> None:
    with pytest.raises(InvalidLeafNode, match="own credential"):
        leaf_credential_type_is_listed(replace(leaf, credential=X509Credential(())))


@pytest.mark.parametrize("lack", [{"versions": ()}, {"cipher_suites": (1,)}])
def test_leaf_understands_the_suite_refuses_a_leaf_that_says_it_does_not(lack: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(InvalidLeafNode, match="cipher suite"):
        leaf_understands_the_suite(leaf_with(**lack), SUITE_3)


@pytest.mark.parametrize(
    "required",
    [
        RequiredCapabilities((0xF0CF,), (), ()),
        RequiredCapabilities((), (0xF001,), ()),
        RequiredCapabilities((), (), (2,)),
    ],
    ids=["extension", "proposal", "credential"],
)
def test_leaf_meets_required_capabilities_refuses_a_leaf_that_lacks_one(
    leaf: LeafNode, required: RequiredCapabilities
) -> None:
    with pytest.raises(InvalidLeafNode, match="requires"):
        leaf_meets_required_capabilities(leaf, (required.extension(),))


def test_default_types_need_not_be_listed_to_be_required(leaf: LeafNode) -> None:
    leaf_meets_required_capabilities(leaf, (RequiredCapabilities((1, 2, 3, 4, 5), (1, 7), (1,)).extension(),))


def test_leaf_supports_group_extensions_refuses_a_leaf_that_does_not(leaf: LeafNode) -> None:
    with pytest.raises(InvalidLeafNode, match="group extension"):
        leaf_supports_group_extensions(leaf, (Extension(0xF0CF, b""),))


def test_leaf_source_is_refuses_a_leaf_made_for_something_else(leaf: LeafNode) -> None:
    for source in (LeafNodeSource.UPDATE, LeafNodeSource.COMMIT):
        with pytest.raises(InvalidLeafNode, match="belongs"):
            leaf_source_is(leaf, source)


def test_leaf_key_is_fresh_refuses_the_key_that_is_to_be_replaced(leaf: LeafNode) -> None:
    leaf_key_is_fresh(leaf_with(), leaf)

    with pytest.raises(InvalidLeafNode, match="keeps"):
        leaf_key_is_fresh(leaf, leaf)


@pytest.mark.parametrize(
    "key",
    [bytes(32), bytes(31) + b"\x80", b"\x01" + bytes(31), b"short", b""],
    ids=["zero", "zero with the bit that is ignored", "one", "too short", "empty"],
)
def test_leaf_encryption_key_is_usable_refuses_a_key_to_which_nothing_can_be_sealed(leaf: LeafNode, key: bytes) -> None:
    with pytest.raises(InvalidLeafNode, match="sealed"):
        check_leaf(replace(leaf, encryption_key=key), SUITE_3, ())


def test_member_keys_are_unique_refuses_a_shared_signature_or_encryption_key(leaf: LeafNode) -> None:
    other = leaf_with()
    member_keys_are_unique([leaf, other])

    for twin in (
        replace(other, signature_key=leaf.signature_key),
        replace(other, encryption_key=leaf.encryption_key),
    ):
        with pytest.raises(InvalidLeafNode, match="share"):
            member_keys_are_unique([leaf, twin])


def test_members_understand_each_others_credentials_refuses_a_type_that_one_does_not_list(leaf: LeafNode) -> None:
    both = (CredentialType.BASIC, CredentialType.X509)
    certified = replace(leaf_with(credentials=both), credential=X509Credential(()))
    members_understand_each_others_credentials([leaf_with(credentials=both), certified])

    with pytest.raises(InvalidLeafNode, match="credential type"):
        members_understand_each_others_credentials([leaf, certified])
    members_understand_each_others_credentials([])


def test_a_leaf_signed_for_one_place_is_no_leaf_of_another(leaf: LeafNode) -> None:
    key = SigningKey.generate(ENTROPY)
    placed = sign_update_leaf(
        SUITE, key, LeafContent.of(leaf), encryption_key=bytes(32), group_id=b"group", leaf_index=LeafIndex(3)
    )
    placed.verify_signature(SUITE, group_id=b"group", leaf_index=LeafIndex(3))

    for group_id, index in ((b"group", 4), (b"other", 3)):
        with pytest.raises(InvalidLeafNode, match="signature"):
            placed.verify_signature(SUITE, group_id=group_id, leaf_index=LeafIndex(index))
