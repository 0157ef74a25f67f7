"""From the relay back to the file that its author sent, or an error (rules A2, A7)."""

from collections.abc import AsyncIterator

from cencomm.client.attachments.sealing import AttachmentAltered, Opening
from cencomm.client.transport.relay_client import RelayClient
from cencomm.forms.attachment import Attachment
from cencomm.ids import ChannelId, OperationId
from cencomm.primitives.chunk_stream import TAG_BYTES
from cencomm.wire.limits import CHUNKS_AT_ONCE


async def download(
    relay: RelayClient, operation: OperationId, channel: ChannelId, attachment: Attachment
) -> AsyncIterator[bytes]:
    """The content, piece by piece; it is the author's file only when the last piece came without an error.

    Raises:
        AttachmentAltered: the relay gives something else.
        NotEntitled, NotFound: it gives us nothing.
        Unavailable: not now.
    """
    opening = Opening(operation, channel, attachment)
    for first in range(0, attachment.chunks, CHUNKS_AT_ONCE):
        numbers = range(first, min(first + CHUNKS_AT_ONCE, attachment.chunks))
        lengths = [attachment.chunk_length(number) + TAG_BYTES for number in numbers]
        sealed = await relay.chunks(
            operation, channel, attachment.id, first=first, count=len(numbers), most=sum(lengths)
        )
        if len(sealed) != sum(lengths):
            raise AttachmentAltered("the relay gives the attachment in another length than its author did")
        begin = 0
        for length in lengths:
            yield opening.open_(sealed[begin : begin + length])
            begin += length
    opening.finish()
