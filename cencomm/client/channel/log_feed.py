"""Channels, kept in step with the relay's log: each entry in order, each with its event, each in one transaction."""

from hashlib import sha256

from cencomm import codec
from cencomm.client.channel import entrance
from cencomm.client.channel.controls import take_control
from cencomm.client.channel.errors import LogContradicted, LogGap, RelayWithholds, RolledBack
from cencomm.client.channel.receiving import receive
from cencomm.client.channel.rejecting import reject_commit, send_rejections
from cencomm.client.channel.session import ChannelSession, Standing, log_hash_key, log_head_key
from cencomm.client.channel.witness import Witness
from cencomm.client.events import (
    ChannelStalled,
    ControlDelivered,
    Event,
    MessageDelivered,
    Quarantined,
    Reason,
    Repeated,
)
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.transport.errors import LogDiverged
from cencomm.errors import ProtocolError
from cencomm.ids import HASH_BYTES, ChannelId, MessageId, OperationId
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.refusal import LedgerBehind
from cencomm.ledger.statements import Attested, LogHead, contradiction, verify_log_head
from cencomm.wire.log import LogEntry, LogPage


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
        page = await _next_page(mailbox, session)
        try:
            head = _judge_page(mailbox, session, page)
        except LogContradicted:
            await _keep_evidence(mailbox, session, page)
            raise
        for entry in page.entries:
            last = entry is page.entries[-1]
            session = await _take(mailbox, session, entry, head if last else None)
            if session.standing is not Standing.LIVE:
                break
        else:
            if head.statement.sequence == session.sequence:
                return


async def _next_page(mailbox: Mailbox, session: ChannelSession) -> LogPage:
    place = session.operation, session.channel, session.generation
    try:
        return await mailbox.relay.log(*place, after=session.sequence, hash_=session.log_hash)
    except LogDiverged:
        # Its word alone convicts nobody: have it sign how long its log is.
        page = await mailbox.relay.log(*place, after=0, limit=1)
        _judge_log_head(mailbox, session, page)
        await _keep_evidence(mailbox, session, page)
        raise LogContradicted("the relay's log is not the one that this device followed: tell the unit") from None


async def notice_push(mailbox: Mailbox, operation: OperationId, channel: ChannelId, entry: LogEntry) -> None:
    """A push is a wake-up: what it carries is signed by nobody, so the entry itself is read from the log.

    Taken as it comes, one pushed junk Commit would stall the device for good, and a pushed message lead it onto a log
    that the relay never signed (L4).
    """
    async with mailbox.lock:
        session = mailbox.sessions.get((operation, channel))
        if session is None or session.standing is Standing.REMOVED or entry.sequence > session.sequence:
            await follow_log(mailbox, operation, channel)


async def _take(
    mailbox: Mailbox, session: ChannelSession, entry: LogEntry, head: Attested[LogHead] | None
) -> ChannelSession:
    """One entry: judged, written with its event and the relay's word on it, adopted.

    A fault of ours raises and moves nothing, in memory either.
    """
    key = (session.operation, session.channel)
    hashes = mailbox.log_hashes[key]

    def judge() -> tuple[ChannelSession, Event]:
        return receive(
            session, entry, Witness(mailbox.operation(session.operation).ledger, hashes.get, mailbox.certificates)
        )

    try:
        after, event = judge()
    except LedgerBehind:
        await follow_ledger(mailbox, session.operation)
        try:
            after, event = judge()
        except LedgerBehind as behind:
            raise RelayWithholds(f"a member stands on ledger entry {behind.needed}, not shown to us") from None
    event, writes = await _judge_content(mailbox, event)
    if after.sequence > session.sequence:
        writes[log_hash_key(after, after.sequence)] = after.log_hash
        if entry.kind == LogKind.COMMIT:  # no view of a later message lies before this Commit (C1)
            writes |= {log_hash_key(after, old): None for old in hashes}
    if head is not None:
        writes[log_head_key(session)] = head.encoded
    if isinstance(event, ChannelStalled):
        writes |= reject_commit(mailbox, after, event)
    await mailbox.write(writes, session=after, event=event)
    if after.sequence > session.sequence:
        if entry.kind == LogKind.COMMIT:
            hashes.clear()
        hashes[after.sequence] = after.log_hash
    if head is not None:
        mailbox.log_heads[key] = head
    if isinstance(event, ChannelStalled):
        await send_rejections(mailbox)
    return after


async def _judge_content(mailbox: Mailbox, event: Event) -> tuple[Event, dict[str, bytes | None]]:
    """What only the store and the forms can judge: repetition (S4), known form (C12), values."""
    if not isinstance(event, MessageDelivered | ControlDelivered):
        return event, {}
    message = event.envelope.message if isinstance(event, MessageDelivered) else event.control.message

    def aside(reason: Reason, detail: str) -> tuple[Event, dict[str, bytes | None]]:
        return Quarantined(
            place=event.place, reason=reason, detail=detail, message=event.signed.encode(), account=event.account
        ), {}

    key = seen_key(event.place.operation, event.identity_key, message)
    seen, envelope_hash = await mailbox.store.get(key), sha256(event.signed.encode()).digest()
    if seen is not None and seen[:HASH_BYTES] == envelope_hash:
        return Repeated(place=event.place), {}
    if seen is not None:
        return aside(Reason.CONFLICT, "other bytes under a message id that this author used before")
    operation = mailbox.operation(event.place.operation)
    taken_in: dict[str, bytes | None] = {key: envelope_hash + codec.uint(event.place.sequence, 8)}
    if isinstance(event, ControlDelivered):
        try:
            return event, {**taken_in, **await take_control(mailbox.store, operation, event)}
        except ProtocolError as error:
            return aside(Reason.ILL_FORMED, str(error))
    form = operation.ledger.forms.get(event.envelope.form)
    if (
        form is None
        or form.definition.hash != event.envelope.form_hash
        or form.sequence > event.envelope.ledger_sequence  # judged where the author stood: one verdict for all members
    ):
        return aside(Reason.UNKNOWN_FORM, "the form was not in the operation's ledger when this was written")
    try:
        mailbox.environment.judge_report(operation, event.envelope)
    except ProtocolError as error:
        return aside(Reason.ILL_FORMED, str(error))
    return event, taken_in


def seen_key(operation: OperationId, identity_key: bytes, message: MessageId) -> str:
    """Where the store says that this message of this author was taken in: envelope hash and log sequence (S4)."""
    return f"seen/{operation.hex()}/{identity_key.hex()}{message.hex()}"


def seen_sequence(seen: bytes) -> int:
    """The log sequence in the value under a `seen_key`."""
    return int.from_bytes(seen[HASH_BYTES:], "big")


def _judge_page(mailbox: Mailbox, session: ChannelSession, page: LogPage) -> Attested[LogHead]:
    """The relay's signed head, to which the page leads from our position, as far as it goes.

    Judged before any of its entries is taken, so that a lie brings nothing in.

    Raises:
        LogContradicted: it signs what is not on the chain that we followed and that it shows.
        LogGap: the page does not begin where we are.
        RolledBack: it shows less than before.
        RelayWithholds: it signs more than it shows.
    """
    head = _judge_log_head(mailbox, session, page)
    chain = {session.sequence: session.log_hash}
    last = session.sequence
    for entry in page.entries:
        if entry.sequence != last + 1:
            raise LogGap(expected=last + 1, got=entry.sequence)
        chain[entry.sequence] = log_hash(
            session.channel, session.generation, chain[last], entry.sequence, LogKind(entry.kind), entry.message
        )
        last = entry.sequence
    stated = head.statement
    if stated.sequence < last:
        raise LogContradicted("the relay shows entries that it does not sign: keep this, tell the unit")
    if page.previous != session.log_hash or chain.get(stated.sequence, stated.hash) != stated.hash:
        raise LogContradicted("the relay signs another log than the one that it shows: keep this, tell the unit")
    if stated.sequence > last and not page.entries:
        raise RelayWithholds("the relay signs a longer log than it shows")
    return head


async def _keep_evidence(mailbox: Mailbox, session: ChannelSession, page: LogPage) -> None:
    """Both statements of the relay, durably, before anybody is told (L4)."""
    before = mailbox.log_heads.get((session.operation, session.channel))
    kept = [page.head] if before is None else [before.encoded, page.head]
    await mailbox.write({f"{log_head_key(session)}/evidence/{number}": head for number, head in enumerate(kept)})


def _judge_log_head(mailbox: Mailbox, session: ChannelSession, page: LogPage) -> Attested[LogHead]:
    """The head that came with a page is the relay's word on this log, and takes nothing back.

    Raises:
        LogContradicted: it is of another log, or contradicts what the relay signed before.
        RolledBack: it is shorter than what this device holds.
    """
    head = verify_log_head(page.head, mailbox.operation(session.operation).ledger.charter.relay_key)
    stated, key = head.statement, (session.operation, session.channel)
    if (stated.operation, stated.channel, stated.generation) != (*key, session.generation):
        raise LogContradicted("the relay answers with the head of another log")
    before = mailbox.log_heads.get(key)
    if before is not None and contradiction(before, head) is not None:
        raise LogContradicted("the relay signed two histories of this channel: keep this, tell the unit")
    if stated.sequence < session.sequence:
        raise RolledBack(f"the relay's log ends at {stated.sequence}, this device holds {session.sequence}")
    return head
