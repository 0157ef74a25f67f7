"""The rules for one leaf node (RFC 9420 section 7.3), a function per rule.

Signatures, lifetimes and the authentication of the credential are not here: the first needs the leaf's place, the
second the time, the third the application (for us, the ledger: rule C5).
"""

from collections.abc import Callable, Iterable

from cencomm.mls.cipher_suite import CipherSuite
from cencomm.mls.enumeration import ProtocolVersion
from cencomm.mls.errors import InvalidLeafNode
from cencomm.mls.extension import DEFAULT_EXTENSION_TYPES, Extension, required_capabilities
from cencomm.mls.leaf_node import LeafNode, LeafNodeSource
from cencomm.mls.proposal_type import DEFAULT_PROPOSAL_TYPES
from cencomm.primitives.x25519 import BadPublicKey, check_public_key


def leaf_extensions_are_listed(leaf: LeafNode) -> None:
    """RFC 9420 section 7.3: each extension of the leaf is among its own capabilities."""
    for extension in leaf.extensions:
        if extension.extension_type not in DEFAULT_EXTENSION_TYPES and not leaf.supports_extension(
            extension.extension_type
        ):
            raise InvalidLeafNode(f"the leaf carries extension {extension.extension_type:#06x} but does not list it")


def leaf_credential_type_is_listed(leaf: LeafNode) -> None:
    """RFC 9420 section 7.2: the type of its own credential is among its capabilities."""
    if leaf.credential.credential_type not in leaf.capabilities.credentials:
        raise InvalidLeafNode("the leaf does not list the type of its own credential")


def leaf_encryption_key_is_usable(leaf: LeafNode) -> None:
    """RFC 9180 section 7.1.4: something can be sealed to the leaf, as every Commit of somebody else has to.

    One leaf to which nothing can be sealed would end the group for everybody but its owner.
    """
    try:
        check_public_key(leaf.encryption_key)
    except BadPublicKey:
        raise InvalidLeafNode("nothing can be sealed to the encryption key of the leaf") from None


LEAF_RULES: tuple[Callable[[LeafNode], None], ...] = (
    leaf_extensions_are_listed,
    leaf_credential_type_is_listed,
    leaf_encryption_key_is_usable,
)
"""What a leaf has to satisfy by itself."""


def leaf_understands_the_suite(leaf: LeafNode, cipher_suite: CipherSuite) -> None:
    """RFC 9420 section 7.2: a leaf that says that it cannot do this version and suite is no member of such a group."""
    if ProtocolVersion.MLS10 not in leaf.capabilities.versions or cipher_suite not in leaf.capabilities.cipher_suites:
        raise InvalidLeafNode("the leaf does not list the protocol version and cipher suite of the group")


def leaf_meets_required_capabilities(leaf: LeafNode, group_extensions: Iterable[Extension]) -> None:
    """RFC 9420 section 7.3: what the group requires, the leaf lists."""
    required = required_capabilities(group_extensions)
    if required is None:
        return
    offered = leaf.capabilities
    missing = (
        set(required.extension_types) - DEFAULT_EXTENSION_TYPES - set(offered.extensions),
        set(required.proposal_types) - DEFAULT_PROPOSAL_TYPES - set(offered.proposals),
        set(required.credential_types) - set(offered.credentials),
    )
    if any(missing):
        raise InvalidLeafNode("the leaf lacks a capability that the group requires")


def leaf_supports_group_extensions(leaf: LeafNode, group_extensions: Iterable[Extension]) -> None:
    """RFC 9420 section 13.4: every extension of the GroupContext is supported by every member."""
    for extension in group_extensions:
        if extension.extension_type not in DEFAULT_EXTENSION_TYPES and not leaf.supports_extension(
            extension.extension_type
        ):
            raise InvalidLeafNode(f"the leaf does not support group extension {extension.extension_type:#06x}")


def leaf_source_is(leaf: LeafNode, source: LeafNodeSource) -> None:
    """RFC 9420 section 7.3: a leaf says how it came here, and may not be used in another way."""
    if leaf.leaf_node_source is not source:
        raise InvalidLeafNode(f"a leaf made for {leaf.leaf_node_source.name} where {source.name} belongs")


def leaf_key_is_fresh(leaf: LeafNode, replaced: LeafNode) -> None:
    """RFC 9420 sections 7.3, 12.4.2: an Update or path brings a new encryption key, else it heals nothing."""
    if leaf.encryption_key == replaced.encryption_key:
        raise InvalidLeafNode("the leaf keeps the encryption key that it is to replace")


def check_leaf(leaf: LeafNode, cipher_suite: CipherSuite, group_extensions: tuple[Extension, ...]) -> None:
    """The leaf may stand in a group with this suite and these extensions, as far as it alone can tell.

    Raises:
        InvalidLeafNode: with the rule.
    """
    for rule in LEAF_RULES:
        rule(leaf)
    leaf_understands_the_suite(leaf, cipher_suite)
    leaf_meets_required_capabilities(leaf, group_extensions)
    leaf_supports_group_extensions(leaf, group_extensions)


def members_understand_each_others_credentials(leaves: Iterable[LeafNode]) -> None:
    """RFC 9420 section 7.3: every credential type in use is listed by every member."""
    in_use: set[int] = set()
    understood: set[int] | None = None
    for leaf in leaves:
        in_use.add(leaf.credential.credential_type)
        listed = leaf.capabilities.credentials
        understood = set(listed) if understood is None else understood.intersection(listed)
    if understood is not None and not in_use <= understood:
        raise InvalidLeafNode("a credential type in use is not understood by every member")


def member_keys_are_unique(leaves: Iterable[LeafNode]) -> None:
    """RFC 9420 section 7.3: no two members share a signature key or an encryption key."""
    signature_keys: set[bytes] = set()
    encryption_keys: set[bytes] = set()
    count = 0
    for count, leaf in enumerate(leaves, start=1):  # noqa: B007 (the count is what is wanted)
        signature_keys.add(leaf.signature_key)
        encryption_keys.add(leaf.encryption_key)
    if len(signature_keys) != count or len(encryption_keys) != count:
        raise InvalidLeafNode("two members share a signature or encryption key")
