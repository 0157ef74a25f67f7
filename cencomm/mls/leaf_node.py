"""Leaf nodes: one device's place in a tree, signed by it (RFC 9420 section 7.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cencomm import codec
from cencomm.codec import Reader
from cencomm.mls.cipher_suite import Suite
from cencomm.mls.credential import Credential, CredentialType, read_credential
from cencomm.mls.enumeration import ProtocolVersion, WireEnum
from cencomm.mls.errors import InvalidLeafNode
from cencomm.mls.extension import Extension, encode_extensions, encode_numbers, read_extensions, read_numbers
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import BadSignature, SigningKey

_LABEL = b"LeafNodeTBS"
_FOREVER = (1 << 64) - 1


class LeafNodeSource(WireEnum):
    KEY_PACKAGE = 1
    UPDATE = 2
    COMMIT = 3


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a client understands. Numbers that we do not know are kept and ignored (RFC 9420 section 13.5)."""

    versions: tuple[int, ...] = (ProtocolVersion.MLS10,)
    cipher_suites: tuple[int, ...] = ()
    extensions: tuple[int, ...] = ()
    proposals: tuple[int, ...] = ()
    credentials: tuple[int, ...] = (CredentialType.BASIC,)

    @classmethod
    def read(cls, reader: Reader) -> "Capabilities":
        return cls(
            read_numbers(reader),
            read_numbers(reader),
            read_numbers(reader),
            read_numbers(reader),
            read_numbers(reader),
        )

    def encode(self) -> bytes:
        lists: Sequence[tuple[int, ...]] = (
            self.versions,
            self.cipher_suites,
            self.extensions,
            self.proposals,
            self.credentials,
        )
        return b"".join(map(encode_numbers, lists))


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When a key package may be used, in seconds since 1970-01-01T00:00:00Z, both ends included."""

    not_before: int
    not_after: int

    @classmethod
    def read(cls, reader: Reader) -> "Lifetime":
        return cls(reader.uint(8), reader.uint(8))

    def encode(self) -> bytes:
        return codec.uint(self.not_before, 8) + codec.uint(self.not_after, 8)

    def check(self, now: int) -> None:
        """`now` is within the lifetime.

        Raises:
            InvalidLeafNode: not yet or not any more.
        """
        if not self.not_before <= now <= self.not_after:
            raise InvalidLeafNode("the lifetime of the leaf does not include the present")


UNLIMITED = Lifetime(0, _FOREVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafNode:
    """The fields of one leaf. Read from the wire it proves nothing: `verify_signature` does."""

    encryption_key: bytes
    signature_key: bytes
    credential: Credential
    capabilities: Capabilities
    leaf_node_source: LeafNodeSource
    lifetime: Lifetime | None = None  # exactly with source key_package
    parent_hash: bytes = b""  # only with source commit
    extensions: tuple[Extension, ...] = ()
    signature: bytes
    unsigned: bytes = field(repr=False, compare=False)  # the encoding of everything above the signature, as received

    @classmethod
    def read(cls, reader: Reader) -> "LeafNode":
        mark = reader.mark()
        encryption_key, signature_key = reader.opaque(), reader.opaque()
        credential, capabilities = read_credential(reader), Capabilities.read(reader)
        source = LeafNodeSource.read(reader)
        lifetime = Lifetime.read(reader) if source is LeafNodeSource.KEY_PACKAGE else None
        parent_hash = reader.opaque() if source is LeafNodeSource.COMMIT else b""
        extensions = read_extensions(reader)
        unsigned = reader.since(mark)
        return cls(
            encryption_key=encryption_key,
            signature_key=signature_key,
            credential=credential,
            capabilities=capabilities,
            leaf_node_source=source,
            lifetime=lifetime,
            parent_hash=parent_hash,
            extensions=extensions,
            signature=reader.opaque(),
            unsigned=unsigned,
        )

    def encode(self) -> bytes:
        return self.unsigned + codec.opaque(self.signature)

    def verify_signature(self, suite: Suite, *, group_id: bytes, leaf_index: LeafIndex) -> None:
        """The holder of `signature_key` made this leaf, and for this place in this group unless from a key package.

        Raises:
            InvalidLeafNode: it did not.
        """
        tbs = self.unsigned + _place(self.leaf_node_source, group_id, leaf_index)
        try:
            suite.verify_with_label(self.signature_key, _LABEL, tbs, self.signature)
        except BadSignature:
            raise InvalidLeafNode("the signature of the leaf does not verify") from None

    def supports_extension(self, extension_type: int) -> bool:
        return extension_type in self.capabilities.extensions


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafContent:
    """What a client decides about its own leaf; the rest follows from where the leaf is used."""

    credential: Credential
    capabilities: Capabilities
    extensions: tuple[Extension, ...] = ()

    @classmethod
    def of(cls, leaf: LeafNode) -> "LeafContent":
        return cls(credential=leaf.credential, capabilities=leaf.capabilities, extensions=leaf.extensions)


def sign_key_package_leaf(
    suite: Suite, key: SigningKey, content: LeafContent, *, encryption_key: bytes, lifetime: Lifetime
) -> LeafNode:
    """A leaf for whatever group will use the key package."""
    return _sign(suite, key, content, encryption_key, LeafNodeSource.KEY_PACKAGE, b"", lifetime=lifetime)


def sign_update_leaf(
    suite: Suite,
    key: SigningKey,
    content: LeafContent,
    *,
    encryption_key: bytes,
    group_id: bytes,
    leaf_index: LeafIndex,
) -> LeafNode:
    """A leaf that an Update proposal puts at `leaf_index`."""
    place = _place(LeafNodeSource.UPDATE, group_id, leaf_index)
    return _sign(suite, key, content, encryption_key, LeafNodeSource.UPDATE, place)


def sign_commit_leaf(
    suite: Suite,
    key: SigningKey,
    content: LeafContent,
    *,
    encryption_key: bytes,
    parent_hash: bytes,
    group_id: bytes,
    leaf_index: LeafIndex,
) -> LeafNode:
    """A leaf that the path of a Commit puts at `leaf_index`."""
    place = _place(LeafNodeSource.COMMIT, group_id, leaf_index)
    return _sign(suite, key, content, encryption_key, LeafNodeSource.COMMIT, place, parent_hash=parent_hash)


def _place(source: LeafNodeSource, group_id: bytes, leaf_index: LeafIndex) -> bytes:
    """The end of LeafNodeTBS; a key package's leaf cannot know where it will stand."""
    if source is LeafNodeSource.KEY_PACKAGE:
        return b""
    return codec.opaque(group_id) + codec.uint(leaf_index, 4)


def _sign(
    suite: Suite,
    key: SigningKey,
    content: LeafContent,
    encryption_key: bytes,
    source: LeafNodeSource,
    place: bytes,
    *,
    lifetime: Lifetime | None = None,
    parent_hash: bytes = b"",
) -> LeafNode:
    unsigned = b"".join(
        (
            codec.opaque(encryption_key),
            codec.opaque(key.public_key),
            content.credential.encode(),
            content.capabilities.encode(),
            source.encode(),
            lifetime.encode() if lifetime else b"",
            codec.opaque(parent_hash) if source is LeafNodeSource.COMMIT else b"",
            encode_extensions(content.extensions),
        )
    )
    return LeafNode(
        encryption_key=encryption_key,
        signature_key=key.public_key,
        credential=content.credential,
        capabilities=content.capabilities,
        leaf_node_source=source,
        lifetime=lifetime,
        parent_hash=parent_hash,
        extensions=content.extensions,
        signature=suite.sign_with_label(key, _LABEL, unsigned + place),
        unsigned=unsigned,
    )
