"""Channels, kept in step with the relay's log: each entry in order, each with its event, each in one transaction."""

from cencomm.client.channel import entrance
from cencomm.client.channel.errors import LogContradicted
from cencomm.client.channel.log_pages import judge_page, keep_evidence, next_page
from cencomm.client.channel.session import Standing
from cencomm.client.channel.taking import take
from cencomm.client.mailbox import Mailbox
from cencomm.ids import ChannelId, OperationId
from cencomm.wire.log import LogEntry


async def sync_channel(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> None:
    """Take in everything that the relay's log holds beyond our position; enter the channel first if we can."""
    async with mailbox.lock:
        await follow_log(mailbox, operation, channel)


async def follow_log(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> None:
    """As `sync_channel`, for callers that hold the lock."""
    session = mailbox.sessions.get((operation, channel))
    while True:
        if session is None or session.standing is Standing.REMOVED:
            session = await entrance.enter(mailbox, operation, channel)
        if session is None or session.standing is not Standing.LIVE:
            return
        page = await next_page(mailbox, session)
        try:
            head = judge_page(mailbox, session, page)
        except LogContradicted:
            await keep_evidence(mailbox, session, page)
            raise
        for entry in page.entries:
            last = entry is page.entries[-1]
            session = await take(mailbox, session, entry, head if last else None)
            if session.standing is not Standing.LIVE:
                break
        else:
            if head.statement.sequence == session.sequence:
                return


async def notice_push(mailbox: Mailbox, operation: OperationId, channel: ChannelId, entry: LogEntry) -> None:
    """A push is a wake-up: what it carries is signed by nobody, so the entry itself is read from the log.

    Taken as it comes, one pushed junk Commit would stall the device for good, and a pushed message lead it onto a log
    that the relay never signed (L4).
    """
    async with mailbox.lock:
        session = mailbox.sessions.get((operation, channel))
        if session is None or session.standing is Standing.REMOVED or entry.sequence > session.sequence:
            await follow_log(mailbox, operation, channel)
