"""Attachments at the relay (docs/protocol.md section 6.2, rules A3 to A5). Chunks themselves travel as bare bytes."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.limits import (
    MAX_ATTACHMENT_CHUNKS,
    MAX_SEALED_ATTACHMENT_BYTES,
    MAX_SEALED_CHUNK_BYTES,
    MIN_SEALED_CHUNK_BYTES,
)

Size = Annotated[int, Meta(ge=1, le=MAX_SEALED_ATTACHMENT_BYTES)]
ChunkSize = Annotated[int, Meta(ge=MIN_SEALED_CHUNK_BYTES, le=MAX_SEALED_CHUNK_BYTES)]


class AnnounceAttachment(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """PUT …/attachments/{id}: `size` sealed bytes will come in chunks of `chunk`, the last one shorter."""

    size: Size
    chunk: ChunkSize


class AttachmentState(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is there of an attachment; nothing missing: it is complete, and on disk."""

    size: Size
    chunk: ChunkSize
    missing: Annotated[
        tuple[Annotated[int, Meta(ge=0, lt=MAX_ATTACHMENT_CHUNKS)], ...], Meta(max_length=MAX_ATTACHMENT_CHUNKS)
    ]


def chunk_count(size: int, chunk: int) -> int:
    """How many chunks an attachment has."""
    return -(-size // chunk)


def chunk_length(size: int, chunk: int, number: int) -> int:
    """Bytes of the chunk `number`, counted from 0; none beyond the last."""
    return max(0, min(chunk, size - number * chunk))
