"""The files of a message that is being written or is on its way (rule A6)."""

import asyncio
from collections.abc import Sequence

from cencomm.client.attachments.attaching import attach
from cencomm.client.attachments.source import Source
from cencomm.client.attachments.spool import Spool
from cencomm.client.attachments.uploading import AttachmentLost, Progress, upload
from cencomm.client.mailbox import Mailbox
from cencomm.errors import CencommError, UsageError
from cencomm.forms.attachment import MAX_ATTACHMENTS, Attachment
from cencomm.forms.envelope import Envelope
from cencomm.ids import ATTACHMENT_ID_BYTES, AttachmentId, ChannelId, OperationId


async def attach_all(
    mailbox: Mailbox,
    operation: OperationId,
    channel: ChannelId,
    sources: Sequence[Source],
    *,
    ids: Sequence[AttachmentId] = (),
    waiting: Sequence[Envelope] = (),
) -> tuple[Attachment, ...]:
    """The files lie sealed on this computer, to be named by a message for this channel.

    Args:
        ids: drawn before, as many as sources, so that the message's form could name them; none: they are drawn here.
        waiting: messages that are kept to be sent; files that none of them names are forgotten after a day.

    Raises:
        UsageError: too many, or one changed while it was read; none is kept.
        Unavailable: the disk does not take them; none is kept.
    """
    if len(sources) > MAX_ATTACHMENTS:
        raise UsageError(f"a message has at most {MAX_ATTACHMENTS} attachments: send the others with another one")
    spool, environment = _spool(mailbox), mailbox.environment
    kept = [attachment.id for envelope in waiting for attachment in envelope.body.attachments]
    await asyncio.to_thread(spool.forget_others, kept, now=environment.clock())
    drawn = ids or [AttachmentId(environment.entropy(ATTACHMENT_ID_BYTES)) for _ in sources]
    attached: list[Attachment] = []
    try:
        for source, id_ in zip(sources, drawn, strict=True):
            attached.append(await attach(spool, operation, channel, source, id_=id_, entropy=environment.entropy))
    except CencommError:
        await forget(mailbox, attached)
        raise
    return tuple(attached)


async def bring(
    mailbox: Mailbox,
    operation: OperationId,
    channel: ChannelId,
    attachments: Sequence[Attachment],
    progress: Progress | None = None,
) -> None:
    """The relay holds all of them, whole; raises as `upload`."""
    total = sum(attachment.chunks for attachment in attachments)
    before = 0
    for attachment in attachments:
        if mailbox.environment.spool is None:
            raise AttachmentLost(attachment.name)
        counted = None if progress is None else _counting(progress, before, total)
        await upload(mailbox.relay, mailbox.environment.spool, operation, channel, attachment, counted)
        before += attachment.chunks


async def forget(mailbox: Mailbox, attachments: Sequence[Attachment]) -> None:
    """Their message is in the log, or never will be."""
    if mailbox.environment.spool is not None:
        for attachment in attachments:
            await asyncio.to_thread(mailbox.environment.spool.forget, attachment.id)


def _spool(mailbox: Mailbox) -> Spool:
    if mailbox.environment.spool is None:
        raise UsageError("this program has no place to keep files until they are sent")
    return mailbox.environment.spool


def _counting(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _: progress(before + done, total)
