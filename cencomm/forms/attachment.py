"""A file that goes with a message: what the envelope says of it. Its bytes travel sealed, beside the log.

    content --padded--> chunks, each sealed under `key`    the relay keeps them, and sees how many and how long they are
    content --salted--> `hash`, signed in the envelope     what was sent can be proved when the chunks are gone

Source: docs/protocol.md section 6.2, rules A1 and A2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from cencomm import codec
from cencomm.errors import MalformedError, UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.ids import ATTACHMENT_ID_BYTES, HASH_BYTES, AttachmentId, from_hex
from cencomm.secret import Secret

LABEL_ATTACHMENT_HASH = b"cencomm attachment hash"

KEY_BYTES = 32  # of XChaCha20-Poly1305
KIB = 1 << 10
CHUNK_SIZES = (64 * KIB, 128 * KIB, 256 * KIB)  # of plaintext: small enough to be read, sealed and lost one at a time
CHUNK_SIZE = CHUNK_SIZES[-1]  # what we write
MAX_ATTACHMENT_BYTES = 100 << 20  # a scan of a hundred pages, two minutes of a telephone's video
MAX_ATTACHMENTS = 20  # of one message
PICTURE_TYPES = frozenset({"image/gif", "image/jpeg", "image/png", "image/tiff", "image/webp"})  # those of rule A8
MAX_NAME_LETTERS = 500  # nothing that a file system takes is longer; saved names are shorter still
SMALLEST_PADDED_BYTES = 4 * KIB

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")  # RFC 6838 section 4.2
_KEYS = frozenset({"chunk_size", "hash", "id", "key", "media_type", "name", "size"})


class AttachmentKey(Secret):
    """Seals the chunks of one attachment, and no other; it travels in the envelope alone."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What a reader needs to fetch, open and check a file.

    `name` is what the sender called it: any letters, also hostile ones; show it harmless, save it under a safe name.
    `hash` is salted with the key, which nobody has who has no right to the content.
    """

    id: AttachmentId
    name: str
    media_type: str
    size: int  # bytes
    key: AttachmentKey
    hash: bytes
    chunk_size: int = CHUNK_SIZE  # bytes of plaintext

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= MAX_NAME_LETTERS:
            raise UsageError(f"a file's name has 1 to {MAX_NAME_LETTERS} letters")
        if not 0 < self.size <= MAX_ATTACHMENT_BYTES:
            raise UsageError(f"an attachment has 1 to {MAX_ATTACHMENT_BYTES >> 20} MiB")

    @property
    def chunks(self) -> int:
        """How many there are, the padding's too."""
        return -(-padded_size(self.size) // self.chunk_size)

    def chunk_length(self, index: int) -> int:
        """Bytes of plaintext and padding in a chunk: all are full but the last."""
        return min(self.chunk_size, padded_size(self.size) - index * self.chunk_size)

    def content_length(self, index: int) -> int:
        """Bytes of content in a chunk; the rest is padding."""
        return max(0, min(self.chunk_size, self.size - index * self.chunk_size))


class ContentHash:
    """The salted hash of a file's content, taken in piece by piece; `size` is that of the whole."""

    def __init__(self, id_: AttachmentId, key: AttachmentKey, size: int) -> None:
        head = codec.opaque(LABEL_ATTACHMENT_HASH) + codec.fixed(id_, ATTACHMENT_ID_BYTES)
        self._hash = sha256(head + codec.fixed(key.expose(), KEY_BYTES) + codec.length(size))

    def add(self, piece: bytes) -> None:
        self._hash.update(piece)

    def digest(self) -> bytes:
        return self._hash.digest()


def padded_size(size: int) -> int:
    """The length that travels: a file of `size` bytes is padded by 12 % at most, and shares its length with others.

    Source: Padmé, in Nikitin et al., Reducing Metadata Leakage from Encrypted Files, PETS 2019, section 4: of a length
    of e bits only the first log2(e) + 1 say something, the others are rounded up.
    """
    size = max(size, SMALLEST_PADDED_BYTES)
    exponent = size.bit_length() - 1
    step = 1 << max(0, exponent - exponent.bit_length())
    return -(-size // step) * step


def encode_attachment(attachment: Attachment) -> JsonValue:
    """As the envelope's body has it."""
    return {
        "chunk_size": attachment.chunk_size,
        "hash": attachment.hash.hex(),
        "id": attachment.id.hex(),
        "key": attachment.key.expose().hex(),
        "media_type": attachment.media_type,
        "name": attachment.name,
        "size": attachment.size,
    }


def decode_attachment(value: JsonValue) -> Attachment:
    """Raises MalformedError for anything that `encode_attachment` does not write."""
    if not isinstance(value, Mapping) or value.keys() != _KEYS:
        raise MalformedError(f"an attachment is an object with exactly {', '.join(sorted(_KEYS))}")
    match value:
        case {
            "chunk_size": int(chunk_size),
            "hash": str(digest),
            "id": str(id_),
            "key": str(key),
            "media_type": str(media_type),
            "name": str(name),
            "size": int(size),
        } if not isinstance(size, bool) and chunk_size in CHUNK_SIZES:
            pass
        case _:
            raise MalformedError("an attachment has texts, a size, and one of the sizes that chunks have")
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise MalformedError("the media type of an attachment is not one")
    try:
        return Attachment(
            id=AttachmentId(from_hex(id_, length=ATTACHMENT_ID_BYTES)),
            name=name,
            media_type=media_type,
            size=size,
            key=AttachmentKey(from_hex(key, length=KEY_BYTES)),
            hash=from_hex(digest, length=HASH_BYTES),
            chunk_size=chunk_size,
        )
    except UsageError as error:
        raise MalformedError(str(error)) from None
