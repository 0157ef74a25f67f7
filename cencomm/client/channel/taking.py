"""One entry of a log, taken in: judged, then durable with its event and with what it changes here (rules S4, C12)."""

from collections.abc import Mapping
from hashlib import sha256

from cencomm import codec
from cencomm.client.channel.controls import take_control
from cencomm.client.channel.errors import RelayWithholds
from cencomm.client.channel.freshness import heard_writes
from cencomm.client.channel.readmission import readmitted_writes
from cencomm.client.channel.receiving import receive
from cencomm.client.channel.rejecting import reject_commit, send_rejections
from cencomm.client.channel.sent import kept_writes
from cencomm.client.channel.session import ChannelSession, log_hash_key, log_head_key
from cencomm.client.channel.witness import Witness
from cencomm.client.events import (
    ChannelStalled,
    ControlDelivered,
    Event,
    MessageDelivered,
    Place,
    Quarantined,
    Reason,
    Repeated,
)
from cencomm.client.history.holdings import control_writes, repeated_writes
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.operation.operation import Operation
from cencomm.codec import Reader
from cencomm.errors import ProtocolError
from cencomm.ids import HASH_BYTES, MessageId, OperationId
from cencomm.ledger.channel import FIRST_GENERATION
from cencomm.ledger.history import SERVERS
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import LedgerBehind
from cencomm.ledger.statements import Attested, LogHead
from cencomm.wire.log import LogEntry

MARKS = 64  # beginnings of epochs whose hashes are kept


async def take(
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

    forgotten: list[int] = []
    try:
        after, event = judge()
    except LedgerBehind:
        await follow_ledger(mailbox, session.operation)
        try:
            after, event = judge()
        except LedgerBehind as behind:
            raise RelayWithholds(f"a member stands on ledger entry {behind.needed}, not shown to us") from None
    sent = kept_writes(event, now=mailbox.environment.clock())
    event, writes = await judge_content(mailbox, event)
    now = mailbox.environment.clock()
    writes |= {**sent, **(await heard_writes(mailbox.store, event, now=now))}
    writes |= readmitted_writes(session, after, mailbox.certificates, now=now)
    if after.sequence > session.sequence:
        writes[log_hash_key(after, after.sequence)] = after.log_hash
        if entry.kind == LogKind.COMMIT:
            forgotten = _forgotten(hashes, session)
            writes |= {log_hash_key(after, old): None for old in forgotten}
    if head is not None:
        writes[log_head_key(session)] = head.encoded
    if isinstance(event, ChannelStalled):
        writes |= reject_commit(mailbox, after, event)
    await mailbox.write(writes, session=after, event=event)
    if after.sequence > session.sequence:
        for old in forgotten:
            del hashes[old]
        hashes[after.sequence] = after.log_hash
    if head is not None:
        mailbox.log_heads[key] = head
    if isinstance(event, ChannelStalled):
        await send_rejections(mailbox)
    return after


def _forgotten(hashes: Mapping[int, bytes], session: ChannelSession) -> list[int]:
    """Hashes of the epoch that a Commit ended: no view of a later message lies before it (C1).

    Those at which epochs began stay for a while: where the relay's log lost its tail, the newest of them that it still
    has is the last common place (H4).
    """
    beginnings = sorted(old for old in hashes if old <= session.epoch_began_at)
    return [old for old in hashes if old > session.epoch_began_at] + beginnings[:-MARKS]


async def judge_content(mailbox: Mailbox, event: Event) -> tuple[Event, dict[str, bytes | None]]:
    """What only the store and the forms can judge: repetition (S4), known form (C12), values.

    Returns:
        The event, or what becomes of it, and what a store must apply for it to have been taken in once.
    """
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
        again = _seen_again(mailbox, event, key, seen)
        if _serves_history(mailbox, mailbox.operation(event.place.operation)):
            again |= repeated_writes(event.place)
        return Repeated(place=event.place), again
    if seen is not None:
        return aside(Reason.CONFLICT, "other bytes under a message id that this author used before")
    operation = mailbox.operation(event.place.operation)
    taken_in: dict[str, bytes | None] = {key: _seen(envelope_hash, event.place)}
    if isinstance(event, ControlDelivered):
        try:
            taken_in |= await take_control(mailbox.store, operation, event)
        except ProtocolError as error:
            said, _ = aside(Reason.ILL_FORMED, str(error))
            return said, taken_in if event.own else {}  # ours has arrived: its posting ends, whatever it is worth here
        if _serves_history(mailbox, operation):
            taken_in |= control_writes(event)
        return event, taken_in
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


def _serves_history(mailbox: Mailbox, operation: Operation) -> bool:
    member = operation.ledger.members.get(mailbox.identity.account)
    return member is not None and member.role in SERVERS


def seen_key(operation: OperationId, identity_key: bytes, message: MessageId) -> str:
    """Where the store says that this message of this author was taken in: envelope hash and log sequence (S4)."""
    return f"seen/{operation.hex()}/{identity_key.hex()}{message.hex()}"


def read_seen(seen: bytes) -> tuple[bytes, int, int]:
    """Envelope hash, generation and log sequence in the value under a `seen_key`."""

    def read(reader: Reader) -> tuple[bytes, int, int]:
        envelope_hash, sequence = reader.fixed(HASH_BYTES), reader.uint(8)
        # Written before there were restarts: the first generation.
        return envelope_hash, reader.uint(4) if len(seen) > HASH_BYTES + 8 else FIRST_GENERATION, sequence

    return codec.decode(seen, read)


def _seen(envelope_hash: bytes, place: Place) -> bytes:
    return envelope_hash + codec.uint(place.sequence, 8) + codec.uint(place.generation, 4)


def _seen_again(
    mailbox: Mailbox, event: MessageDelivered | ControlDelivered, key: str, seen: bytes
) -> dict[str, bytes | None]:
    """Where the message counts now, if a restart cut off the place where it was seen (C11)."""
    envelope_hash, generation, sequence = read_seen(seen)
    channel = mailbox.operation(event.place.operation).ledger.channels[event.place.channel]
    return {} if channel.counts(generation, sequence) else {key: _seen(envelope_hash, event.place)}
