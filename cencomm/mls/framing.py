"""Message framing (RFC 9420 section 6): what can be read of a message without being a member.

    Proposal | Commit | application data -> FramedContent + FramedContentAuthData = AuthenticatedContent
    AuthenticatedContent -> PublicMessage (signed) | PrivateMessage (signed and encrypted) -> MLSMessage

`decode_mls_message` says what bytes claim, nothing more. `public_message` and `private_message` verify. All of the
section's structures are here together: each is a few lines, and each holds the one before.
"""

from dataclasses import dataclass, field
from typing import assert_never

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.mls.cipher_suite import Suite
from cencomm.mls.commit import Commit
from cencomm.mls.enumeration import ProtocolVersion, WireEnum, WireEnum16
from cencomm.mls.group_context import GroupContext
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.proposal import Proposal, encode_proposal, read_proposal
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.welcome import GroupInfo, Welcome

MAX_MLS_MESSAGE_BYTES = 16 << 20  # refused before parsing; a Welcome with the tree of 20,000 leaves stays below
_PROPOSAL_REFERENCE_LABEL = b"MLS 1.0 Proposal Reference"  # RFC 9420 section 5.2


class ContentType(WireEnum):
    APPLICATION = 1
    PROPOSAL = 2
    COMMIT = 3


class WireFormat(WireEnum16):
    """RFC 9420 section 17.2."""

    MLS_PUBLIC_MESSAGE = 1
    MLS_PRIVATE_MESSAGE = 2
    MLS_WELCOME = 3
    MLS_GROUP_INFO = 4
    MLS_KEY_PACKAGE = 5


class SenderType(WireEnum):
    MEMBER = 1
    EXTERNAL = 2
    NEW_MEMBER_PROPOSAL = 3
    NEW_MEMBER_COMMIT = 4


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a message says it is from. `index` is a leaf (member) or a place among external_senders (external)."""

    sender_type: SenderType
    index: int | None = None

    @classmethod
    def member(cls, leaf_index: LeafIndex) -> "Sender":
        return cls(SenderType.MEMBER, leaf_index)

    @classmethod
    def read(cls, reader: Reader) -> "Sender":
        kind = SenderType.read(reader)
        indexed = kind in (SenderType.MEMBER, SenderType.EXTERNAL)
        return cls(kind, reader.uint(4) if indexed else None)

    def encode(self) -> bytes:
        return self.sender_type.encode() + (b"" if self.index is None else codec.uint(self.index, 4))

    @property
    def leaf_index(self) -> LeafIndex | None:
        """The leaf, when the sender is a member."""
        return None if self.index is None or self.sender_type is not SenderType.MEMBER else LeafIndex(self.index)


Content = bytes | Proposal | Commit


def content_type_of(content: Content) -> ContentType:
    match content:
        case bytes():
            return ContentType.APPLICATION
        case Commit():
            return ContentType.COMMIT
        case _:
            return ContentType.PROPOSAL


def read_content(reader: Reader, content_type: ContentType) -> Content:
    match content_type:
        case ContentType.APPLICATION:
            return reader.opaque()
        case ContentType.PROPOSAL:
            return read_proposal(reader)
        case ContentType.COMMIT:
            return Commit.read(reader)


def encode_content(content: Content) -> bytes:
    match content:
        case bytes():
            return codec.opaque(content)
        case Commit():
            return content.encode()
        case _:
            return encode_proposal(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class FramedContent:
    group_id: bytes
    epoch: int
    sender: Sender
    authenticated_data: bytes
    content: Content
    encoded: bytes = field(repr=False, compare=False)  # as received: what signature and transcript cover

    @classmethod
    def build(
        cls, *, group_id: bytes, epoch: int, sender: Sender, authenticated_data: bytes, content: Content
    ) -> "FramedContent":
        encoded = b"".join(
            (
                codec.opaque(group_id),
                codec.uint(epoch, 8),
                sender.encode(),
                codec.opaque(authenticated_data),
                content_type_of(content).encode(),
                encode_content(content),
            )
        )
        return cls(
            group_id=group_id,
            epoch=epoch,
            sender=sender,
            authenticated_data=authenticated_data,
            content=content,
            encoded=encoded,
        )

    @classmethod
    def read(cls, reader: Reader) -> "FramedContent":
        mark = reader.mark()
        group_id, epoch, sender, authenticated_data = (
            reader.opaque(),
            reader.uint(8),
            Sender.read(reader),
            reader.opaque(),
        )
        content = read_content(reader, ContentType.read(reader))
        return cls(
            group_id=group_id,
            epoch=epoch,
            sender=sender,
            authenticated_data=authenticated_data,
            content=content,
            encoded=reader.since(mark),
        )

    @property
    def content_type(self) -> ContentType:
        return content_type_of(self.content)


@dataclass(frozen=True, slots=True)
class FramedContentAuthData:
    signature: bytes
    confirmation_tag: bytes | None  # exactly with a Commit

    @classmethod
    def read(cls, reader: Reader, content_type: ContentType) -> "FramedContentAuthData":
        return cls(reader.opaque(), reader.opaque() if content_type is ContentType.COMMIT else None)

    def encode(self) -> bytes:
        tag = b"" if self.confirmation_tag is None else codec.opaque(self.confirmation_tag)
        return codec.opaque(self.signature) + tag


@dataclass(frozen=True, slots=True)
class AuthenticatedContent:
    """A message as its signature sees it, whichever way it travels."""

    wire_format: WireFormat
    content: FramedContent
    auth: FramedContentAuthData

    @classmethod
    def read(cls, reader: Reader) -> "AuthenticatedContent":
        wire_format, content = WireFormat.read(reader), FramedContent.read(reader)
        return cls(wire_format, content, FramedContentAuthData.read(reader, content.content_type))

    def encode(self) -> bytes:
        return self.wire_format.encode() + self.content.encoded + self.auth.encode()

    def proposal_ref(self, suite: Suite) -> bytes:
        """ProposalRef: what a Commit calls this proposal by (RFC 9420 section 5.2)."""
        return suite.ref_hash(_PROPOSAL_REFERENCE_LABEL, self.encode())


def content_tbs(wire_format: WireFormat, content: FramedContent, context: GroupContext | None) -> bytes:
    """FramedContentTBS (RFC 9420 section 6.1); senders outside the group sign without its context."""
    tbs = ProtocolVersion.MLS10.encode() + wire_format.encode() + content.encoded
    if content.sender.sender_type in (SenderType.EXTERNAL, SenderType.NEW_MEMBER_PROPOSAL):
        return tbs
    assert context is not None  # whoever is or becomes a member knows it
    return tbs + context.encode()


@dataclass(frozen=True, slots=True)
class PublicMessage:
    """Signed, not encrypted (RFC 9420 section 6.2). The fields are claims until a member has verified them."""

    content: FramedContent
    auth: FramedContentAuthData
    membership_tag: bytes | None  # exactly with a member as sender

    @classmethod
    def read(cls, reader: Reader) -> "PublicMessage":
        content = FramedContent.read(reader)
        auth = FramedContentAuthData.read(reader, content.content_type)
        is_member = content.sender.sender_type is SenderType.MEMBER
        return cls(content, auth, reader.opaque() if is_member else None)

    def encode(self) -> bytes:
        tag = b"" if self.membership_tag is None else codec.opaque(self.membership_tag)
        return self.content.encoded + self.auth.encode() + tag

    @property
    def group_id(self) -> bytes:
        return self.content.group_id

    @property
    def epoch(self) -> int:
        return self.content.epoch

    @property
    def sender(self) -> Sender:
        return self.content.sender

    @property
    def content_type(self) -> ContentType:
        return self.content.content_type

    @property
    def authenticated_data(self) -> bytes:
        return self.content.authenticated_data

    @property
    def commit(self) -> Commit | None:
        return self.content.content if isinstance(self.content.content, Commit) else None

    @property
    def confirmation_tag(self) -> bytes | None:
        return self.auth.confirmation_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateMessage:
    """Signed and encrypted (RFC 9420 section 6.3)."""

    group_id: bytes
    epoch: int
    content_type: ContentType
    authenticated_data: bytes
    encrypted_sender_data: bytes
    ciphertext: bytes

    @classmethod
    def read(cls, reader: Reader) -> "PrivateMessage":
        return cls(
            group_id=reader.opaque(),
            epoch=reader.uint(8),
            content_type=ContentType.read(reader),
            authenticated_data=reader.opaque(),
            encrypted_sender_data=reader.opaque(),
            ciphertext=reader.opaque(),
        )

    def encode(self) -> bytes:
        return b"".join(
            (
                codec.opaque(self.group_id),
                codec.uint(self.epoch, 8),
                self.content_type.encode(),
                codec.opaque(self.authenticated_data),
                codec.opaque(self.encrypted_sender_data),
                codec.opaque(self.ciphertext),
            )
        )


MLSMessage = PublicMessage | PrivateMessage | Welcome | GroupInfo | KeyPackage


def _read_mls_message(reader: Reader) -> MLSMessage:
    ProtocolVersion.read(reader)  # one version exists, so section 10's comparison with a key package's cannot fail
    wire_format = WireFormat.read(reader)
    match wire_format:
        case WireFormat.MLS_PUBLIC_MESSAGE:
            return PublicMessage.read(reader)
        case WireFormat.MLS_PRIVATE_MESSAGE:
            return PrivateMessage.read(reader)
        case WireFormat.MLS_WELCOME:
            return Welcome.read(reader)
        case WireFormat.MLS_GROUP_INFO:
            return GroupInfo.read(reader)
        case WireFormat.MLS_KEY_PACKAGE:
            return KeyPackage.read(reader)
        case _:
            assert_never(wire_format)


def decode_mls_message(data: bytes) -> MLSMessage:
    """What `data` claims to be, unverified.

    Raises:
        MalformedError: not exactly one MLSMessage of version 1.0 with types that we know.
    """
    if len(data) > MAX_MLS_MESSAGE_BYTES:
        raise MalformedError(f"a message of {len(data)} bytes where at most {MAX_MLS_MESSAGE_BYTES} are allowed")
    return codec.decode(data, _read_mls_message)


_WIRE_FORMATS: dict[type[MLSMessage], WireFormat] = {
    PublicMessage: WireFormat.MLS_PUBLIC_MESSAGE,
    PrivateMessage: WireFormat.MLS_PRIVATE_MESSAGE,
    Welcome: WireFormat.MLS_WELCOME,
    GroupInfo: WireFormat.MLS_GROUP_INFO,
    KeyPackage: WireFormat.MLS_KEY_PACKAGE,
}


def encode_mls_message(message: MLSMessage) -> bytes:
    return ProtocolVersion.MLS10.encode() + _WIRE_FORMATS[type(message)].encode() + message.encode()
