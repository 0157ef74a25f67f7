"""Channels, kept in step with the relay's log: each entry in order, each with its event, each in one transaction."""

from hashlib import sha256

from cencomm.client.channel import entrance
from cencomm.client.channel.ended import leave_if_over, restart_of
from cencomm.client.channel.log_pages import judge_with_evidence, next_page
from cencomm.client.channel.sent import bury
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.channel.shut_out import ask_to_be_let_in
from cencomm.client.channel.stranded import ask_again
from cencomm.client.channel.taking import take
from cencomm.client.gathering import NotStoredTogether
from cencomm.client.mailbox import Mailbox
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.statements import Attested, LogHead
from cencomm.wire.log import LogEntry, LogPage


async def sync_channel(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> None:
    """Take in everything that the relay's log holds beyond our position; enter the channel first if we can.

    If we cannot, and our leaf stands in it all the same, the members are told.
    """
    async with mailbox.lock:
        await follow_log(mailbox, operation, channel)
        session = mailbox.sessions.get((operation, channel))
        if session is None or session.standing in {Standing.REMOVED, Standing.ENDED}:  # stranded: `ask_again` said it
            await ask_to_be_let_in(mailbox, operation, channel)


async def follow_log(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> None:
    """As `sync_channel`, for callers that hold the lock."""
    session = mailbox.sessions.get((operation, channel))
    began_at = 0 if session is None else session.epoch_began_at
    while True:
        if session is not None:
            session = await leave_if_over(mailbox, session)
        if session is None or session.standing is not Standing.LIVE:
            stopped, session = session, await entrance.enter(mailbox, operation, channel)
            if session is None and stopped is not None and stopped.standing is Standing.STRANDED:
                await ask_again(mailbox, stopped)
        if session is None or session.standing is not Standing.LIVE:
            return
        if restart_of(mailbox, session) is not None:
            continue  # entered, and over already: read to its cut
        page = await next_page(mailbox, session)
        head = await judge_with_evidence(mailbox, session, page)
        if session.sequence == 0 and page.entries and not _is_first(session, page.entries[0]):
            await mailbox.forget_session(session)  # another's first Commit made the group: theirs is the one (L8)
            session = None
            continue
        session = await _take_page(mailbox, session, page, head)
        if session.standing is Standing.LIVE and head.statement.sequence == session.sequence:
            break
    if session.epoch_began_at != began_at:
        await bury(mailbox, session)


def _is_first(session: ChannelSession, entry: LogEntry) -> bool:
    """Whether the entry is the Commit by which we made the group."""
    return session.staged is not None and session.staged.message_hash == sha256(entry.message).digest()


async def _take_page(
    mailbox: Mailbox, session: ChannelSession, page: LogPage, head: Attested[LogHead]
) -> ChannelSession:
    """Where the page led: to its end, or to the entry with which the session is over."""
    try:
        async with mailbox.gathering():
            return await _take_entries(mailbox, session, page, head)
    except NotStoredTogether:
        stored = mailbox.sessions[session.operation, session.channel]
        return await _take_entries(mailbox, stored, page, head)


async def _take_entries(
    mailbox: Mailbox, session: ChannelSession, page: LogPage, head: Attested[LogHead]
) -> ChannelSession:
    for entry in page.entries:
        if entry.sequence > session.sequence:
            last = entry is page.entries[-1]
            session = await take(mailbox, session, entry, head if last else None)
        if session.standing is not Standing.LIVE:
            break
    return session


async def notice_push(mailbox: Mailbox, operation: OperationId, channel: ChannelId, entry: LogEntry) -> None:
    """A push is a wake-up: what it carries is signed by nobody, so the entry itself is read from the log.

    Taken as it comes, one pushed junk Commit would stall the device for good, and a pushed message lead it onto a log
    that the relay never signed (L4).
    """
    async with mailbox.lock:
        session = mailbox.sessions.get((operation, channel))
        if session is None or session.standing is not Standing.LIVE or entry.sequence > session.sequence:
            await follow_log(mailbox, operation, channel)
