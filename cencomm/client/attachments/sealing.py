"""An attachment's content as the sealed chunks that the relay keeps, and back (rule A2). No input or output.

What a chunk is, stands in its associated data: of which operation, channel and attachment, at which place, whether the
last. A chunk of another attachment, or from another place of this one, does not open.
"""

from cencomm import codec
from cencomm.errors import ProtocolError, UsageError
from cencomm.forms.attachment import Attachment, AttachmentKey, ContentHash, padded_size
from cencomm.ids import ATTACHMENT_ID_BYTES, CHANNEL_ID_BYTES, OPERATION_ID_BYTES, AttachmentId, ChannelId, OperationId
from cencomm.primitives.chunk_stream import TAG_BYTES, open_piece, seal_piece

LABEL_CHUNK = b"cencomm attachment chunk"


class AttachmentAltered(ProtocolError):  # noqa: N818 (names what was found)
    """What the relay gives is not what the author sent; nothing of it is kept."""


class Sealing:
    """Seals the content of one file, chunk after chunk. A new one for each file: its key is used once."""

    def __init__(
        self,
        operation: OperationId,
        channel: ChannelId,
        id_: AttachmentId,
        key: AttachmentKey,
        *,
        size: int,
        chunk: int,
    ) -> None:
        self._key = key
        self._binding = _binding(operation, channel, id_)
        self._hash = ContentHash(id_, key, size)
        self._content_left = size
        self._left = padded_size(size)
        self._chunk = chunk
        self._index = 0

    def seal(self, content: bytes) -> bytes:
        """The next chunk. `content` is the next bytes of the file, as many as a chunk holds, fewer only at its end."""
        length = min(self._chunk, self._left)
        if len(content) != min(self._content_left, length) or not length:
            raise UsageError("the file is not as long as it was")
        self._hash.add(content)
        self._left -= length
        self._content_left -= len(content)
        last = self._left == 0
        sealed = seal_piece(
            self._key,
            content.ljust(length, b"\0"),
            _place(self._binding, self._index, last=last),
            index=self._index,
            last=last,
        )
        self._index += 1
        return sealed

    def digest(self) -> bytes:
        """The salted hash of all that was sealed."""
        return self._hash.digest()


class Opening:
    """Opens the chunks of one attachment in their order, and says at the end whether they are the file."""

    def __init__(self, operation: OperationId, channel: ChannelId, attachment: Attachment) -> None:
        self._attachment = attachment
        self._binding = _binding(operation, channel, attachment.id)
        self._hash = ContentHash(attachment.id, attachment.key, attachment.size)
        self._index = 0

    def open_(self, sealed: bytes) -> bytes:
        """The content of the next chunk, without padding. The file is not known to be whole before `finish`.

        Raises:
            AttachmentAltered: it is not the chunk that the author sealed for this place.
        """
        attachment, index = self._attachment, self._index
        last = index == attachment.chunks - 1
        if len(sealed) != attachment.chunk_length(index) + TAG_BYTES:
            raise AttachmentAltered(f"part {index + 1} of the attachment has another length than its author gave it")
        try:
            padded = open_piece(attachment.key, sealed, _place(self._binding, index, last=last), index=index, last=last)
        except ProtocolError:
            raise AttachmentAltered(f"part {index + 1} of the attachment is not what its author sealed") from None
        content = padded[: attachment.content_length(index)]
        if any(padded[len(content) :]):
            raise AttachmentAltered("the attachment carries something in its padding")
        self._hash.add(content)
        self._index += 1
        return content

    def finish(self) -> None:
        """All chunks were opened, and together they are the file whose hash the author signed.

        Raises:
            AttachmentAltered: they are not.
        """
        if self._index != self._attachment.chunks:
            raise AttachmentAltered("parts of the attachment are missing")
        if self._hash.digest() != self._attachment.hash:
            raise AttachmentAltered("the attachment is not the file whose hash its author signed")


def _binding(operation: OperationId, channel: ChannelId, id_: AttachmentId) -> bytes:
    return codec.concat(
        [
            codec.opaque(LABEL_CHUNK),
            codec.fixed(operation, OPERATION_ID_BYTES),
            codec.fixed(channel, CHANNEL_ID_BYTES),
            codec.fixed(id_, ATTACHMENT_ID_BYTES),
        ]
    )


def _place(binding: bytes, index: int, *, last: bool) -> bytes:
    return binding + codec.uint(index, 4) + codec.uint(last, 1)
