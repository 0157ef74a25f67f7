"""A file sealed into the spool, once, and described for the envelope (rule A6)."""

import asyncio
from dataclasses import replace

from cencomm.client.attachments.sealing import Sealing
from cencomm.client.attachments.source import Source
from cencomm.client.attachments.spool import Spool
from cencomm.errors import UsageError
from cencomm.forms.attachment import KEY_BYTES, Attachment, AttachmentKey
from cencomm.ids import NO_HASH, AttachmentId, ChannelId, OperationId
from cencomm.secret import Entropy


async def attach(
    spool: Spool,
    operation: OperationId,
    channel: ChannelId,
    source: Source,
    *,
    id_: AttachmentId,
    entropy: Entropy,
) -> Attachment:
    """The source's content lies sealed on this computer, durably, under a key that only this description has.

    `id_` was drawn for it alone, before, so that a form could name it.

    Raises:
        UsageError: the file changed while it was read.
        Unavailable: the disk does not take it.
    """
    described = Attachment(
        id=id_,
        name=source.name,
        media_type=source.media_type,
        size=source.size,
        key=AttachmentKey(entropy(KEY_BYTES)),
        hash=NO_HASH,
    )
    sealing = Sealing(operation, channel, described.id, described.key, size=described.size, chunk=described.chunk_size)
    return await asyncio.to_thread(_seal, spool, sealing, source, described)


def _seal(spool: Spool, sealing: Sealing, source: Source, described: Attachment) -> Attachment:
    try:
        for index in range(described.chunks):
            content = source.content.read(described.content_length(index))
            spool.keep(described.id, index, sealing.seal(content))
        _refuse_more(source)
        spool.settle(described.id)
    except BaseException:
        spool.forget(described.id)
        raise
    return replace(described, hash=sealing.digest())


def _refuse_more(source: Source) -> None:
    if source.content.read(1):
        raise UsageError(f"{source.name} changed while it was read: attach it again")
