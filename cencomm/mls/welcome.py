"""Welcome and GroupInfo: what a newcomer is told (RFC 9420 section 12.4.3).

Here are the outsides and the inside as plain fields; `joining` opens and judges them.
"""

from dataclasses import dataclass, field

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.mls.cipher_suite import HASH_BYTES, CipherSuite, HPKECiphertext, Suite
from cencomm.mls.errors import InvalidWelcome
from cencomm.mls.extension import Extension, encode_extensions, read_extensions
from cencomm.mls.group_context import GroupContext
from cencomm.mls.psk import PreSharedKeyID
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import BadSignature, SigningKey
from cencomm.secret import Secret

_LABEL = b"GroupInfoTBS"


class JoinerSecret(Secret):
    """joiner_secret: with the GroupContext, all that a newcomer needs of an epoch."""

    __slots__ = ()


class PathSecret(Secret):
    """path_secret: gives the key pairs of one tree node and of those above it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupInfo:
    """A member's signed statement of where the group stands. Read from the wire it proves nothing."""

    group_context: GroupContext
    extensions: tuple[Extension, ...]
    confirmation_tag: bytes
    signer: LeafIndex
    signature: bytes
    unsigned: bytes = field(repr=False, compare=False)  # everything above the signature, as received

    @classmethod
    def read(cls, reader: Reader) -> "GroupInfo":
        mark = reader.mark()
        group_context, extensions = GroupContext.read(reader), read_extensions(reader)
        confirmation_tag, signer = reader.opaque(), LeafIndex(reader.uint(4))
        unsigned = reader.since(mark)
        return cls(
            group_context=group_context,
            extensions=extensions,
            confirmation_tag=confirmation_tag,
            signer=signer,
            signature=reader.opaque(),
            unsigned=unsigned,
        )

    def encode(self) -> bytes:
        return self.unsigned + codec.opaque(self.signature)

    def verify_signature(self, suite: Suite, public_key: bytes) -> None:
        """The member with this signature key made the statement.

        Raises:
            InvalidWelcome: it did not.
        """
        try:
            suite.verify_with_label(public_key, _LABEL, self.unsigned, self.signature)
        except BadSignature:
            raise InvalidWelcome("the signature of the GroupInfo does not verify") from None


def sign_group_info(
    suite: Suite,
    key: SigningKey,
    *,
    group_context: GroupContext,
    extensions: tuple[Extension, ...],
    confirmation_tag: bytes,
    signer: LeafIndex,
) -> GroupInfo:
    unsigned = b"".join(
        (
            group_context.encode(),
            encode_extensions(extensions),
            codec.opaque(confirmation_tag),
            codec.uint(signer, 4),
        )
    )
    return GroupInfo(
        group_context=group_context,
        extensions=extensions,
        confirmation_tag=confirmation_tag,
        signer=signer,
        signature=suite.sign_with_label(key, _LABEL, unsigned),
        unsigned=unsigned,
    )


@dataclass(frozen=True, slots=True)
class GroupSecrets:
    """What is sealed for each newcomer."""

    joiner_secret: JoinerSecret
    path_secret: PathSecret | None
    psks: tuple[PreSharedKeyID, ...]

    @classmethod
    def read(cls, reader: Reader) -> "GroupSecrets":
        return cls(
            JoinerSecret(_read_secret(reader)),
            reader.optional(lambda inner: PathSecret(_read_secret(inner))),
            reader.vector(PreSharedKeyID.read),
        )

    def encode(self) -> bytes:
        return b"".join(
            (
                codec.opaque(self.joiner_secret.expose()),
                codec.optional(None if self.path_secret is None else codec.opaque(self.path_secret.expose())),
                codec.vector(psk.encode() for psk in self.psks),
            )
        )


def _read_secret(reader: Reader) -> bytes:
    """A secret of Nh bytes. A path secret of another length would part newcomers, who use it, from members."""
    secret = reader.opaque(most=HASH_BYTES)
    if len(secret) != HASH_BYTES:
        raise MalformedError(f"a secret of {len(secret)} bytes where {HASH_BYTES} belong")
    return secret


@dataclass(frozen=True, slots=True)
class EncryptedGroupSecrets:
    new_member: bytes  # KeyPackageRef
    encrypted_group_secrets: HPKECiphertext

    @classmethod
    def read(cls, reader: Reader) -> "EncryptedGroupSecrets":
        return cls(reader.opaque(), HPKECiphertext.read(reader))

    def encode(self) -> bytes:
        return codec.opaque(self.new_member) + self.encrypted_group_secrets.encode()


@dataclass(frozen=True, slots=True)
class Welcome:
    cipher_suite: CipherSuite
    secrets: tuple[EncryptedGroupSecrets, ...]
    encrypted_group_info: bytes

    @classmethod
    def read(cls, reader: Reader) -> "Welcome":
        return cls(CipherSuite(reader.uint(2)), reader.vector(EncryptedGroupSecrets.read), reader.opaque())

    def encode(self) -> bytes:
        return b"".join(
            (
                codec.uint(self.cipher_suite, 2),
                codec.vector(one.encode() for one in self.secrets),
                codec.opaque(self.encrypted_group_info),
            )
        )
