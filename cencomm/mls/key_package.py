"""Key packages: what a device publishes so that others can add it while it is away (RFC 9420 section 10)."""

from dataclasses import dataclass, field

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError, UsageError
from cencomm.mls.cipher_suite import CipherSuite, suite_of
from cencomm.mls.credential import BasicCredential, Credential
from cencomm.mls.enumeration import ProtocolVersion
from cencomm.mls.errors import InvalidKeyPackage, InvalidLeafNode
from cencomm.mls.extension import (
    DEFAULT_EXTENSION_TYPES,
    Extension,
    ExtensionType,
    encode_extensions,
    find_extension,
    read_extensions,
)
from cencomm.mls.leaf_node import Capabilities, LeafContent, LeafNode, LeafNodeSource, Lifetime, sign_key_package_leaf
from cencomm.mls.leaf_validation import LEAF_RULES, leaf_source_is, leaf_understands_the_suite
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.hpke import PrivateKey, generate_key_pair
from cencomm.primitives.signatures import BadSignature, SigningKey
from cencomm.primitives.x25519 import BadPublicKey, check_public_key
from cencomm.secret import Entropy

_LABEL = b"KeyPackageTBS"
_REFERENCE_LABEL = b"MLS 1.0 KeyPackage Reference"  # RFC 9420 section 5.2
_BUNDLE_VERSION = 1
_NOWHERE = LeafIndex(0)  # the leaf of a key package is signed without a place


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPackage:
    """The fields of a key package. Read from the wire it proves nothing: `verify` does."""

    version: ProtocolVersion
    cipher_suite: CipherSuite
    init_key: bytes
    leaf_node: LeafNode
    extensions: tuple[Extension, ...]
    signature: bytes
    unsigned: bytes = field(repr=False, compare=False)  # everything above the signature, as received

    @classmethod
    def read(cls, reader: Reader) -> "KeyPackage":
        mark = reader.mark()
        version, cipher_suite = ProtocolVersion.read(reader), CipherSuite(reader.uint(2))
        init_key, leaf_node, extensions = reader.opaque(), LeafNode.read(reader), read_extensions(reader)
        unsigned = reader.since(mark)
        return cls(
            version=version,
            cipher_suite=cipher_suite,
            init_key=init_key,
            leaf_node=leaf_node,
            extensions=extensions,
            signature=reader.opaque(),
            unsigned=unsigned,
        )

    def encode(self) -> bytes:
        return self.unsigned + codec.opaque(self.signature)

    def ref(self) -> bytes:
        """KeyPackageRef: what a Welcome calls this key package by (RFC 9420 section 5.2).

        Raises:
            UnsupportedError: its suite is not ours, so its hash is not either.
        """
        return suite_of(self.cipher_suite).ref_hash(_REFERENCE_LABEL, self.encode())

    @property
    def is_last_resort(self) -> bool:
        return find_extension(self.extensions, ExtensionType.LAST_RESORT) is not None

    def verify(self, now: int | None = None, *, longest_lifetime: int | None = None) -> None:
        """The holder of the leaf's signature key made this key package, and it obeys the rules of section 10.1.

        Nothing is said about who that holder is, nor whether a group would take the leaf.

        Args:
            now: seconds; None when processing what was sent some time ago (sections 7.3, 5.3.2).
            longest_lifetime: seconds from not_before to not_after that the application accepts (section 7.2).

        Raises:
            InvalidKeyPackage, InvalidLeafNode: with the rule.
            UnsupportedError: a suite that we do not have.
        """
        suite = suite_of(self.cipher_suite)
        leaf = self.leaf_node
        leaf_source_is(leaf, LeafNodeSource.KEY_PACKAGE)
        for rule in LEAF_RULES:
            rule(leaf)
        leaf_understands_the_suite(leaf, self.cipher_suite)
        key_package_extensions_are_listed(self)
        init_key_differs_from_leaf_key(self)
        init_key_is_usable(self)
        leaf.verify_signature(suite, group_id=b"", leaf_index=_NOWHERE)
        try:
            suite.verify_with_label(leaf.signature_key, _LABEL, self.unsigned, self.signature)
        except BadSignature:
            raise InvalidKeyPackage("the signature of the key package does not verify") from None
        lifetime = leaf.lifetime
        assert lifetime is not None  # section 7.2: a leaf from a key package has one, and the reader saw to it
        if now is not None:
            lifetime.check(now)
        if longest_lifetime is not None and lifetime.not_after - lifetime.not_before > longest_lifetime:
            raise InvalidLeafNode("the lifetime of the leaf is longer than the application accepts")


def key_package_extensions_are_listed(key_package: KeyPackage) -> None:
    """RFC 9420 section 10: its extensions are among the capabilities of its leaf."""
    for extension in key_package.extensions:
        number = extension.extension_type
        if number not in DEFAULT_EXTENSION_TYPES and not key_package.leaf_node.supports_extension(number):
            raise InvalidKeyPackage(f"the key package carries extension {number:#06x} but its leaf does not list it")


def init_key_differs_from_leaf_key(key_package: KeyPackage) -> None:
    """RFC 9420 section 10.1: one key for the Welcome, another for the tree, so that the first can be deleted."""
    if key_package.init_key == key_package.leaf_node.encryption_key:
        raise InvalidKeyPackage("init key and leaf key are the same")


def init_key_is_usable(key_package: KeyPackage) -> None:
    """RFC 9180 section 7.1.4: something can be sealed to the init key, else no Commit with this Add can be made."""
    try:
        check_public_key(key_package.init_key)
    except BadPublicKey:
        raise InvalidKeyPackage("nothing can be sealed to the init key") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPackageBundle:
    """A key package of our own with its private keys, which die when it was used (RFC 9420 section 16.8)."""

    key_package: KeyPackage
    init_private_key: PrivateKey
    leaf_private_key: PrivateKey
    signing_key: SigningKey

    def encode(self) -> bytes:
        """For our own store, sealed by the caller: it holds private keys."""
        return b"".join(
            (
                codec.uint(_BUNDLE_VERSION, 2),
                self.key_package.encode(),
                codec.opaque(self.init_private_key.expose()),
                codec.opaque(self.leaf_private_key.expose()),
                codec.opaque(self.signing_key.seed),
            )
        )

    @classmethod
    def decode(cls, data: bytes) -> "KeyPackageBundle":
        """What `encode` wrote.

        Raises:
            MalformedError: it did not write this.
        """
        return codec.decode(data, cls._read)

    @classmethod
    def _read(cls, reader: Reader) -> "KeyPackageBundle":
        if reader.uint(2) != _BUNDLE_VERSION:
            raise MalformedError("a key package was stored by another version of this program")
        key_package = KeyPackage.read(reader)
        try:
            return cls(
                key_package=key_package,
                init_private_key=PrivateKey(reader.opaque()),
                leaf_private_key=PrivateKey(reader.opaque()),
                signing_key=SigningKey(reader.opaque()),
            )
        except UsageError as exc:
            raise MalformedError(str(exc)) from None


def create_key_package(
    *,
    credential: Credential | bytes,
    signing_key: SigningKey,
    cipher_suite: CipherSuite,
    lifetime: Lifetime | tuple[int, int],
    capabilities: Capabilities | None = None,
    leaf_extensions: tuple[Extension, ...] = (),
    last_resort: bool = False,
    entropy: Entropy,
) -> KeyPackageBundle:
    """A key package with fresh keys.

    A `credential` of bytes is the identity of a basic credential; `lifetime` is (not_before, not_after) in seconds;
    `capabilities` are by default this suite and basic credentials. One of `last_resort` may serve more than once and
    is replaced after use (rule C8).
    """
    suite = suite_of(cipher_suite)
    init, leaf = generate_key_pair(entropy), generate_key_pair(entropy)
    extensions = (Extension(ExtensionType.LAST_RESORT, b""),) if last_resort else ()
    understood = capabilities or Capabilities(cipher_suites=(cipher_suite,))
    leaf_node = sign_key_package_leaf(
        suite,
        signing_key,
        LeafContent(
            credential=BasicCredential(credential) if isinstance(credential, bytes) else credential,
            capabilities=_with_extensions(understood, extensions),
            extensions=leaf_extensions,
        ),
        encryption_key=leaf.public_key,
        lifetime=lifetime if isinstance(lifetime, Lifetime) else Lifetime(*lifetime),
    )
    unsigned = b"".join(
        (
            ProtocolVersion.MLS10.encode(),
            codec.uint(cipher_suite, 2),
            codec.opaque(init.public_key),
            leaf_node.encode(),
            encode_extensions(extensions),
        )
    )
    key_package = KeyPackage(
        version=ProtocolVersion.MLS10,
        cipher_suite=cipher_suite,
        init_key=init.public_key,
        leaf_node=leaf_node,
        extensions=extensions,
        signature=suite.sign_with_label(signing_key, _LABEL, unsigned),
        unsigned=unsigned,
    )
    return KeyPackageBundle(
        key_package=key_package,
        init_private_key=init.private_key,
        leaf_private_key=leaf.private_key,
        signing_key=signing_key,
    )


def _with_extensions(capabilities: Capabilities, extensions: tuple[Extension, ...]) -> Capabilities:
    """The capabilities, which also list what the key package itself carries (section 10)."""
    listed = dict.fromkeys((*capabilities.extensions, *(one.extension_type for one in extensions)))
    return Capabilities(
        versions=capabilities.versions,
        cipher_suites=capabilities.cipher_suites,
        extensions=tuple(listed),
        proposals=capabilities.proposals,
        credentials=capabilities.credentials,
    )
