"""Leaving the group that a restart ended (rule C11).

read to the cut -> set aside what is behind it -> ended, with what we said behind it to be said again -> a Welcome

What was readable stays as it was delivered. What cannot be read any more is set aside with the reason "restarted", so
that nobody waits for it; its authors send it again. What the relay does not show up to the cut nobody sends again: one
entry in the quarantine says which places that are.
"""

from dataclasses import replace

from cencomm.client.channel.errors import LogContradicted, LogGap, RelayWithholds, RolledBack
from cencomm.client.channel.log_pages import judge_with_evidence, next_page
from cencomm.client.channel.rejecting import was_stalled_by
from cencomm.client.channel.sent import sent_again
from cencomm.client.channel.session import NO_ROWS, ChannelSession, Standing
from cencomm.client.channel.taking import take
from cencomm.client.events import Place, Quarantined, Reason
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import LogDiverged, NotFound
from cencomm.ids import NO_HASH
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.restart import Restart
from cencomm.wire.log import LogEntry

_UNREADABLE = (NotFound, LogDiverged, LogContradicted, LogGap, RolledBack, RelayWithholds)
"""The relay does not show the ended log to us as it was: it may have lost it, which may be why the unit restarts."""


def restart_of(mailbox: Mailbox, session: ChannelSession) -> Restart | None:
    """What ended the session's group, by the ledger that we hold."""
    channel = mailbox.operation(session.operation).ledger.channels.get(session.channel)
    return None if channel is None else channel.restart_after(session.generation)


async def leave_if_over(mailbox: Mailbox, session: ChannelSession) -> ChannelSession:
    """The session as it is, or ended for good; may be repeated after any fault.

    Raises:
        Unavailable: the relay or the disk, for now.
    """
    restart = restart_of(mailbox, session)
    if restart is None or session.standing is Standing.ENDED:
        return session
    missed = None
    try:
        session = await _read_to(mailbox, session, restart.cut_sequence)
        session = await _pass_over_rest(mailbox, session)
    except _UNREADABLE:
        session = mailbox.sessions[(session.operation, session.channel)]
        stalled = await was_stalled_by(mailbox, session, session.sequence + 1)
        missed = _missed(session, session.sequence + (2 if stalled else 1), restart.cut_sequence)
    ended = replace(session, standing=Standing.ENDED, staged=None, outbox=NO_ROWS)
    await mailbox.write(await sent_again(mailbox, session, cut=restart.cut_sequence), session=ended, event=missed)
    return ended


def _missed(session: ChannelSession, first: int, cut: int) -> Quarantined | None:
    """What counts and was not shown to us: up to the cut nobody sends anything again.

    `first` is behind the Commit that stalled us: that one is set aside already, with the rule that it broke, and a
    store has one reason for a place.
    """
    if first > cut:
        return None
    place = Place(
        operation=session.operation,
        channel=session.channel,
        generation=session.generation,
        sequence=first,
        log_hash=NO_HASH,  # nobody showed it
        epoch=session.group.epoch,
    )
    return Quarantined(
        place=place,
        reason=Reason.RESTARTED,
        detail=f"the relay does not show log entries {first} to {cut}, which count: ask the members what they say",
        message=b"",
        account=None,
    )


async def _read_to(mailbox: Mailbox, session: ChannelSession, cut: int) -> ChannelSession:
    """Everything up to the cut counts: it is taken in as ever, if this device still can."""
    while session.standing is Standing.LIVE and session.sequence < cut:
        page = await next_page(mailbox, session)
        await judge_with_evidence(mailbox, session, page)
        if not page.entries:
            raise RolledBack(f"the relay's log ends at {session.sequence}, before the cut at {cut}")
        for entry in page.entries[: cut - session.sequence]:
            session = await take(mailbox, session, entry, None)
            if session.standing is not Standing.LIVE:
                break
    return session


async def _pass_over_rest(mailbox: Mailbox, session: ChannelSession) -> ChannelSession:
    while True:
        page = await next_page(mailbox, session)
        await judge_with_evidence(mailbox, session, page)
        if not page.entries:
            return session
        for entry in page.entries:
            session = await _pass_over(mailbox, session, entry)


async def _pass_over(mailbox: Mailbox, session: ChannelSession, entry: LogEntry) -> ChannelSession:
    digest = log_hash(
        session.channel, session.generation, session.log_hash, entry.sequence, LogKind(entry.kind), entry.message
    )
    place = Place(
        operation=session.operation,
        channel=session.channel,
        generation=session.generation,
        sequence=entry.sequence,
        log_hash=digest,
        epoch=entry.epoch,
    )
    after = replace(session.after(entry.sequence, digest), staged=None, outbox=NO_ROWS)
    aside = Quarantined(
        place=place,
        reason=Reason.RESTARTED,
        detail="the channel was restarted before this could be read: its author sends it again",
        message=entry.message,
        account=None,
    )
    known = await was_stalled_by(mailbox, session, entry.sequence)  # set aside already, with the rule that it broke
    await mailbox.write({}, session=after, event=None if known else aside)
    return after
