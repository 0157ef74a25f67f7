"""From the spool to the relay: only what is missing there, as often as it takes (rule A6)."""

import asyncio
from collections.abc import Callable

from cencomm.client.attachments.spool import Spool
from cencomm.client.transport.errors import NotFound
from cencomm.client.transport.relay_client import RelayClient
from cencomm.errors import Unavailable, UsageError
from cencomm.forms.attachment import Attachment, padded_size
from cencomm.ids import ChannelId, OperationId
from cencomm.primitives.chunk_stream import TAG_BYTES
from cencomm.wire.attachments import AnnounceAttachment

MAX_ROUNDS = 3  # in each of which the relay lost what it had: it was put back to yesterday, or a day went by

Progress = Callable[[int, int], None]
"""Chunks at the relay, chunks in all."""


class AttachmentLost(UsageError):  # noqa: N818 (names what happened)
    """The relay lacks chunks that are not on this computer: the message cannot be sent from here any more."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not on this computer any more: write the message again and attach the file")


async def upload(
    relay: RelayClient,
    spool: Spool,
    operation: OperationId,
    channel: ChannelId,
    attachment: Attachment,
    progress: Progress | None = None,
) -> None:
    """The relay holds every chunk, on disk, unless this raises.

    Raises:
        AttachmentLost: a chunk is neither there nor here.
        NotEntitled, NotFound, AgainstRule: the relay never takes it.
        Unavailable: not now; ask again, and only what is missing is sent.
    """
    size = padded_size(attachment.size) + attachment.chunks * TAG_BYTES
    announcement = AnnounceAttachment(size=size, chunk=attachment.chunk_size + TAG_BYTES)
    for _ in range(MAX_ROUNDS):
        state = await relay.announce_attachment(operation, channel, attachment.id, announcement)
        if not state.missing:
            return
        try:
            for done, number in enumerate(state.missing, attachment.chunks - len(state.missing)):
                if progress is not None:
                    progress(done, attachment.chunks)
                sealed = await asyncio.to_thread(spool.read, attachment.id, number)
                if sealed is None:
                    raise AttachmentLost(attachment.name)
                await relay.put_chunk(operation, channel, attachment.id, number, sealed)
        except NotFound:
            continue  # it ended between the announcement and the chunk
        if progress is not None:
            progress(attachment.chunks, attachment.chunks)
    raise Unavailable("the relay lost the attachment again and again: it is kept here, try again later")
