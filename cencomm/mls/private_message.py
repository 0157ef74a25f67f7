"""Encrypting messages (RFC 9420 section 6.3)."""

from collections.abc import Callable
from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.mls.cipher_suite import HASH_BYTES, Suite
from cencomm.mls.framing import (
    AuthenticatedContent,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    Sender,
    WireFormat,
    encode_content,
    read_content,
)
from cencomm.mls.key_schedule import SenderDataSecret
from cencomm.mls.secret_tree import MessageKey, RatchetType, SecretTree
from cencomm.mls.tree_math import LeafIndex
from cencomm.secret import Entropy

REUSE_GUARD_BYTES = 4  # section 6.3.1


def ratchet_type_of(content_type: ContentType) -> RatchetType:
    return RatchetType.APPLICATION if content_type is ContentType.APPLICATION else RatchetType.HANDSHAKE


@dataclass(frozen=True, slots=True)
class SenderData:
    """Who sent, and which key of the sender's opens the rest (section 6.3.2)."""

    leaf_index: LeafIndex
    generation: int
    reuse_guard: bytes

    @classmethod
    def read(cls, reader: Reader) -> "SenderData":
        return cls(LeafIndex(reader.uint(4)), reader.uint(4), reader.fixed(REUSE_GUARD_BYTES))

    def encode(self) -> bytes:
        return codec.uint(self.leaf_index, 4) + codec.uint(self.generation, 4) + self.reuse_guard


@dataclass(frozen=True, slots=True)
class Opened:
    """A decrypted message whose signature is still to be verified."""

    message: AuthenticatedContent
    secret_tree: SecretTree
    generation: int


def protect_private(
    suite: Suite,
    sender_data_secret: SenderDataSecret,
    secret_tree: SecretTree,
    message: AuthenticatedContent,
    entropy: Entropy,
    *,
    padding: int = 0,
) -> tuple[PrivateMessage, SecretTree]:
    """The message as it travels, and the tree from which its key is gone.

    `padding` is the number of zero bytes behind the content.
    """
    content = message.content
    leaf = content.sender.leaf_index
    assert leaf is not None  # section 6.3.2: only members encrypt
    key, moved = secret_tree.next_key(suite, leaf, ratchet_type_of(content.content_type))
    guard = entropy(REUSE_GUARD_BYTES)
    ciphertext = suite.aead.seal(
        key.key.expose(),
        _guarded_nonce(key, guard),
        _content_aad(content.group_id, content.epoch, content.content_type, content.authenticated_data),
        encode_content(content.content) + message.auth.encode() + bytes(padding),
    )
    sender_data = SenderData(leaf, key.generation, guard)
    sealed = PrivateMessage(
        group_id=content.group_id,
        epoch=content.epoch,
        content_type=content.content_type,
        authenticated_data=content.authenticated_data,
        encrypted_sender_data=suite.aead.seal(
            *sender_data_key(suite, sender_data_secret, ciphertext),
            _sender_data_aad(content.group_id, content.epoch, content.content_type),
            sender_data.encode(),
        ),
        ciphertext=ciphertext,
    )
    return sealed, moved


def open_sender_data(suite: Suite, secret: SenderDataSecret, message: PrivateMessage) -> SenderData:
    """Who claims to have sent the message.

    Raises:
        DecryptionFailed, MalformedError: not a message of this epoch.
    """
    plaintext = suite.aead.open_(
        *sender_data_key(suite, secret, message.ciphertext),
        _sender_data_aad(message.group_id, message.epoch, message.content_type),
        message.encrypted_sender_data,
    )
    return codec.decode(plaintext, SenderData.read)


def unprotect_private(
    suite: Suite,
    sender_data_secret: SenderDataSecret,
    secret_tree: SecretTree,
    message: PrivateMessage,
    check_sender: Callable[[LeafIndex], None],
) -> Opened:
    """A member of this epoch encrypted this; the signature says which one, and is still to be verified.

    `check_sender` raises for leaves that cannot have sent, before any key is derived for them.

    Raises:
        DecryptionFailed, MalformedError, KeyConsumed, TooFarAhead: not a message that can be opened, now or ever.
    """
    sender_data = open_sender_data(suite, sender_data_secret, message)
    leaf = sender_data.leaf_index
    check_sender(leaf)
    key, moved = secret_tree.key_of(suite, leaf, ratchet_type_of(message.content_type), sender_data.generation)
    plaintext = suite.aead.open_(
        key.key.expose(),
        _guarded_nonce(key, sender_data.reuse_guard),
        _content_aad(message.group_id, message.epoch, message.content_type, message.authenticated_data),
        message.ciphertext,
    )
    reader = Reader(plaintext)
    content = read_content(reader, message.content_type)
    auth = FramedContentAuthData.read(reader, message.content_type)
    _check_padding(plaintext[reader.mark() :])
    framed = FramedContent.build(
        group_id=message.group_id,
        epoch=message.epoch,
        sender=Sender.member(leaf),
        authenticated_data=message.authenticated_data,
        content=content,
    )
    authenticated = AuthenticatedContent(WireFormat.MLS_PRIVATE_MESSAGE, framed, auth)
    return Opened(authenticated, moved, sender_data.generation)


def sender_data_key(suite: Suite, secret: SenderDataSecret, ciphertext: bytes) -> tuple[bytes, bytes]:
    """(sender_data_key, sender_data_nonce), which depend on the ciphertext (section 6.3.2)."""
    sample = ciphertext[:HASH_BYTES]
    return (
        suite.expand_with_label(secret.expose(), b"key", sample, suite.aead.key_bytes),
        suite.expand_with_label(secret.expose(), b"nonce", sample, suite.aead.nonce_bytes),
    )


def _guarded_nonce(key: MessageKey, guard: bytes) -> bytes:
    """A state restored from a copy would use a generation twice; the guard keeps the nonces apart (section 6.3.1)."""
    nonce = key.nonce.expose()
    return bytes(one ^ other for one, other in zip(nonce, guard, strict=False)) + nonce[REUSE_GUARD_BYTES:]


def _content_aad(group_id: bytes, epoch: int, content_type: ContentType, authenticated_data: bytes) -> bytes:
    """PrivateContentAAD."""
    return _sender_data_aad(group_id, epoch, content_type) + codec.opaque(authenticated_data)


def _sender_data_aad(group_id: bytes, epoch: int, content_type: ContentType) -> bytes:
    """SenderDataAAD."""
    return codec.opaque(group_id) + codec.uint(epoch, 8) + content_type.encode()


def _check_padding(padding: bytes) -> None:
    """Other bytes than zeros would be a covert channel (section 6.3.1)."""
    if padding.count(0) != len(padding):
        raise MalformedError("the padding is not all zeros")
