"""What this device may still ask for, and asking for it (H1, H2).

gaps of attendance --log read backwards, H1--> the part that is open --key, outline kept--> request in the channel
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cencomm.client.channel.errors import NotAMember
from cencomm.client.channel.posting import post_control
from cencomm.client.channel.session import Standing
from cencomm.client.history.attendance import Attendance, Span, fetched_writes, load_attendance
from cencomm.client.history.keeping import load_missing
from cencomm.client.history.outline import LoggedEntry, read_backwards
from cencomm.client.history.request import Asked, PassedOver, begin_writes, load_asked
from cencomm.client.mailbox import Mailbox
from cencomm.forms.control import ControlKind
from cencomm.ids import REQUEST_ID_BYTES, AccountId, ChannelId, OperationId, RequestId
from cencomm.ledger.history import history_opens_at
from cencomm.ledger.log import LogKind
from cencomm.primitives.x25519 import generate_key_pair

ASK_AGAIN_SECONDS = 24 * 3600
LACKING_AT_ONCE = 4  # requests for what servers lacked, of one generation: a server notes few of a device
NEAR_ENTRIES = 100  # between two of them that are asked for in one request


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """Entries of one generation that are not here; the log hash of entry `known_at`, at its end or behind, is known.

    `lacked_by`: servers on whose word they are missing; none: they were never asked for.
    """

    generation: int
    span: Span
    known_at: int
    known_hash: bytes
    lacked_by: tuple[AccountId, ...] = ()


async def ask(mailbox: Mailbox, operation: OperationId, channel: ChannelId, *, lacking: bool = False) -> list[Asked]:
    """Requests for everything in the channel that is open to us and not here, those of earlier runs among them.

    Args:
        lacking: ask once more for entries that servers lacked, and take nobody's word for them who gave it before.

    Raises:
        HistoryRefused: the charter gives no history, or we are not entitled to the channel.
        NotAMember: this device is not in the channel yet.
        LogContradicted: the relay shows another past than the one that the members followed.
        Unavailable: relay or disk, for now; what was begun goes on at the next call.
    """
    opens_at = history_opens_at(mailbox.operation(operation).ledger, mailbox.identity.account, channel)
    for gap in await _gaps(mailbox, operation, channel):
        outline = await _open_part(mailbox, operation, channel, gap, opens_at)
        span = _wanted(outline, gap.span)
        async with mailbox.lock:
            if span is None:  # nothing was said there, or nothing that is open to us: it need not be looked at again
                await mailbox.write(fetched_writes(operation, channel, gap.generation, gap.span))
                continue
            asked = _begun(mailbox, operation, channel, replace(gap, span=span))
            closed = fetched_writes(operation, channel, gap.generation, Span(gap.span.first, span.first - 1))
            await mailbox.write({**begin_writes(asked, outline), **(closed if gap.span.first < span.first else {})})
    for gap in await _lacked(mailbox, operation, channel) if lacking else ():
        outline = await _open_part(mailbox, operation, channel, gap, opens_at)
        async with mailbox.lock:
            await mailbox.write(begin_writes(_begun(mailbox, operation, channel, gap), outline))
    return [await _send(mailbox, asked) for asked in await _open_requests(mailbox, operation, channel)]


def _begun(mailbox: Mailbox, operation: OperationId, channel: ChannelId, gap: _Gap) -> Asked:
    entropy = mailbox.environment.entropy
    return Asked(
        request=RequestId(entropy(REQUEST_ID_BYTES)),
        operation=operation,
        channel=channel,
        generation=gap.generation,
        span=gap.span,
        private_key=generate_key_pair(entropy).private_key,
        sent=False,
        taken=0,
        following=gap.span.first,
        messages=0,
        wrong=0,
        missing=0,
        lacking=bool(gap.lacked_by),
        passed_over=tuple(PassedOver(server, "") for server in gap.lacked_by),
    )


async def _send(mailbox: Mailbox, asked: Asked) -> Asked:
    """The request is in the log. After a crash in between it may be there twice, which is the same request.

    One that is open for long is put there once more: what was answered to it may have expired, and a server that was
    restored, or had too much to do, does not know it any more.
    """
    now = mailbox.environment.clock()
    if asked.sent and now - asked.asked_at < ASK_AGAIN_SECONDS:
        return asked
    body = asked.body.encode()
    await post_control(mailbox, asked.operation, asked.channel, ControlKind.HISTORY_REQUEST, body)
    sent = replace(asked, sent=True, asked_at=now)
    async with mailbox.lock:
        await mailbox.write({sent.key: sent.encode()})
    return sent


async def _open_requests(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> list[Asked]:
    asked = await load_asked(mailbox.store)
    return [one for one in asked if (one.operation, one.channel) == (operation, channel)]


async def _gaps(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> list[_Gap]:
    """Through all generations. An ended one counts up to where the unit's restart cut it (C11)."""
    session = mailbox.sessions.get((operation, channel))
    if session is None or session.standing is not Standing.LIVE:
        raise NotAMember("this device is not in the channel yet: it is added as soon as another member is online")
    pending = await _open_requests(mailbox, operation, channel)
    declared, gaps = mailbox.operation(operation).ledger.channels[channel], list[_Gap]()
    for generation in range(1, session.generation + 1):
        attendance = await load_attendance(mailbox.store, operation, channel, generation)
        restart = declared.restart_after(generation) if generation < session.generation else None
        if restart is None:
            end, end_hash = session.sequence, session.log_hash
        else:
            end, end_hash = restart.cut_sequence, restart.cut_hash
        underway = tuple(asked.span for asked in pending if asked.generation == generation)
        seen = replace(attendance, fetched=(*attendance.fetched, *underway))
        position = session.sequence if generation == session.generation else _last_followed(attendance)
        for span in seen.gaps(end, position=position):
            came_in = next((one for one in attendance.epochs if one.sequence == span.last + 1 and one.entered), None)
            known = (end, end_hash) if came_in is None else (came_in.sequence, came_in.log_hash)
            gaps.append(_Gap(generation=generation, span=span, known_at=known[0], known_hash=known[1]))
    return gaps


async def _lacked(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> list[_Gap]:
    """What is missing on the word of servers that may err or lie, but for what is being asked for again already."""
    session, gaps = mailbox.sessions[operation, channel], list[_Gap]()
    declared = mailbox.operation(operation).ledger.channels[channel]
    pending = {one.generation for one in await _open_requests(mailbox, operation, channel) if one.lacking}
    missing = [one for one in await load_missing(mailbox.store, operation) if one.channel == channel]
    for generation in sorted({one.generation for one in missing} - pending):
        said_by = {one.sequence: one.said_by for one in missing if one.generation == generation and one.said_by}
        restart = declared.restart_after(generation) if generation < session.generation else None
        known = (session.sequence, session.log_hash) if restart is None else (restart.cut_sequence, restart.cut_hash)
        for span in runs(sorted(said_by))[:LACKING_AT_ONCE]:
            servers = {server for sequence, server in said_by.items() if span.first <= sequence <= span.last}
            gaps.append(
                _Gap(
                    generation=generation,
                    span=span,
                    known_at=known[0],
                    known_hash=known[1],
                    lacked_by=tuple(sorted(servers)),
                )
            )
    return gaps


def runs(places: Sequence[int]) -> list[Span]:
    """Spans that hold all of `places`, which are in order, and few others."""
    spans = list[Span]()
    for place in places:
        if spans and place - spans[-1].last <= NEAR_ENTRIES:
            spans[-1] = Span(spans[-1].first, place)
        else:
            spans.append(Span(place, place))
    return spans


def _last_followed(attendance: Attendance) -> int:
    """In a generation that ended while we were in it: where we left it, which is always noted."""
    return attendance.left[-1] if attendance.left else 0


async def _open_part(
    mailbox: Mailbox, operation: OperationId, channel: ChannelId, gap: _Gap, opens_at: int
) -> Sequence[LoggedEntry]:
    """The verified outline of as much of the gap as is open to us (H1), from a Commit on, up to its end."""
    segments: list[tuple[LoggedEntry, ...]] = []
    place = operation, channel, gap.generation
    async for segment in read_backwards(mailbox.relay, *place, last=gap.known_at, last_hash=gap.known_hash):
        segments.append(segment)
        if any(commit.sequence <= gap.span.first or not _is_open(commit, opens_at) for commit in _commits(segment)):
            break  # the epoch of its first entry is in it, or one from before the opening: nothing earlier is wanted
    entries = [entry for segment in reversed(segments) for entry in segment if entry.sequence <= gap.span.last]
    commits = [commit for commit in _commits(entries) if _is_open(commit, opens_at)]
    if not commits:
        return ()
    begins = max((one.sequence for one in commits if one.sequence <= gap.span.first), default=commits[0].sequence)
    return [entry for entry in entries if entry.sequence >= begins]


def _commits(entries: Sequence[LoggedEntry]) -> Sequence[LoggedEntry]:
    return [entry for entry in entries if entry.kind is LogKind.COMMIT]


def _is_open(commit: LoggedEntry, opens_at: int) -> bool:
    anchored_at = commit.anchored_at
    return anchored_at is not None and anchored_at >= opens_at


def _wanted(outline: Sequence[LoggedEntry], span: Span) -> Span | None:
    """From the first to the last message in it; None when there is none."""
    said = [
        entry.sequence
        for entry in outline
        if entry.kind is LogKind.APPLICATION and span.first <= entry.sequence <= span.last
    ]
    return Span(said[0], span.last) if said else None
