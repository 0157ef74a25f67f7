"""Attachments: announced, filled chunk by chunk, read when complete (docs/protocol.md section 6.2, rules A3 to A5).

The relay opens none of them. It counts what an account keeps here, so that nobody fills the disk for everybody.
"""

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from cencomm.errors import MalformedError
from cencomm.ids import AccountId, AttachmentId, ChannelId, OperationId
from cencomm.ledger.refusal import Refused
from cencomm.relay.chunk_files import ChunkName
from cencomm.relay.entitlement import require_entitled
from cencomm.relay.errors import NotFound
from cencomm.relay.queries import attachments as queries
from cencomm.relay.queries.attachments import StoredAttachment
from cencomm.relay.state import Draft, State
from cencomm.wire.attachments import AnnounceAttachment, AttachmentState, chunk_count, chunk_length
from cencomm.wire.limits import MAX_ATTACHMENT_CHUNKS, UPLOAD_SECONDS


@dataclass(frozen=True, slots=True)
class AttachmentPlace:
    """An attachment belongs to a channel, whatever its generation."""

    operation: OperationId
    channel: ChannelId
    attachment: AttachmentId


@dataclass(frozen=True, slots=True)
class Room:
    """How much one account may keep in one operation (A4)."""

    attachments: int
    size: int  # sealed bytes


def announce(
    connection: Connection,
    draft: Draft,
    account: AccountId,
    place: AttachmentPlace,
    asked: AnnounceAttachment,
    room: Room,
    *,
    now: int,
) -> tuple[AttachmentState, list[int]]:
    """What is there of the attachment, nothing at first; and the rows whose files are nobody's any more.

    Raises:
        NotFound, AccessDenied: the account is not entitled to the channel (A3).
        Refused: somebody else announced it, or it was announced as something else (A3); no room is left (A4).
    """
    channel = _channel_row(draft, account, place, now=now)
    stored = queries.find_attachment(connection, channel, place.attachment)
    if stored is not None:
        if (stored.account, stored.size, stored.chunk) != (account, asked.size, asked.chunk):
            raise Refused("A3", "another attachment was announced under this identifier")
        return _state(connection, stored), []
    ended = queries.drop_incomplete(connection, before=now - UPLOAD_SECONDS)
    count, size = queries.measure_attachments(connection, place.operation, account)
    if count >= room.attachments or size + asked.size > room.size:
        raise Refused("A4", "this account has no room left for attachments in this operation: ask the relay's operator")
    stored = queries.add_attachment(
        connection,
        channel,
        place.attachment,
        account,
        size=asked.size,
        chunk=asked.chunk,
        chunks=chunk_count(asked.size, asked.chunk),
        now=now,
    )
    return _state(connection, stored), ended


def find_upload(
    connection: Connection, state: State | Draft, account: AccountId, place: AttachmentPlace, *, now: int
) -> StoredAttachment:
    """The attachment that this account announced and may fill now.

    Raises:
        NotFound: it was not announced, or the upload has ended.
        AccessDenied: the account is not entitled to the channel any more.
        Refused: somebody else's (A3).
    """
    stored = queries.find_attachment(connection, _channel_row(state, account, place, now=now), place.attachment)
    if stored is None:
        raise NotFound
    if stored.account != account:
        raise Refused("A3", "an attachment is filled by the account that announced it")
    return stored


def judge_chunk(stored: StoredAttachment, number: int, length: int) -> None:
    """Raises MalformedError for a chunk that the attachment does not have, or of another length."""
    if length != chunk_length(stored.size, stored.chunk, number) or not length:
        raise MalformedError("the attachment was announced without such a chunk")


def has_chunk(connection: Connection, name: ChunkName) -> bool:
    """Whether exactly this chunk is there already, so that its file need not be written again.

    Raises:
        Refused: other bytes are at its place (A3).
    """
    found = queries.chunk_hash(connection, name.attachment, name.number)
    if found is not None and found != name.hash:
        raise Refused("A3", "other bytes are there already: a chunk never changes")
    return found is not None


def is_named(connection: Connection, name: ChunkName) -> bool:
    """Whether a row names exactly this chunk's file."""
    return queries.chunk_hash(connection, name.attachment, name.number) == name.hash


def keep_chunk(
    connection: Connection, draft: Draft, account: AccountId, place: AttachmentPlace, name: ChunkName, *, now: int
) -> None:
    """The chunk's file is there for good: this row says so. The same one again changes nothing.

    Raises:
        Refused: other bytes are at its place (A3).
        NotFound, AccessDenied: as `find_upload`; it may have ended while the file was written.
    """
    if find_upload(connection, draft, account, place, now=now).row != name.attachment:
        raise NotFound
    try:
        queries.add_chunk(connection, name, now=now)
    except IntegrityError:
        raise Refused("A3", "other bytes are there already: a chunk never changes") from None


def read_state(
    connection: Connection, state: State, account: AccountId, place: AttachmentPlace, *, now: int
) -> AttachmentState:
    """What is there; raises as `find_readable`."""
    return _state(connection, find_readable(connection, state, account, place, now=now))


def find_readable(
    connection: Connection, state: State, account: AccountId, place: AttachmentPlace, *, now: int
) -> StoredAttachment:
    """An attachment that this account may read: a complete one, or its own (A5).

    Raises:
        NotFound: there is none.
        AccessDenied: the account is not entitled to the channel (any more).
    """
    stored = queries.find_attachment(connection, _channel_row(state, account, place, now=now), place.attachment)
    if stored is None or (stored.missing and stored.account != account):
        raise NotFound
    return stored


def chunks_to_read(
    connection: Connection,
    state: State,
    account: AccountId,
    place: AttachmentPlace,
    *,
    first: int,
    count: int,
    now: int,
) -> list[ChunkName]:
    """The chunks from `first` on, at least one, without a gap.

    Raises:
        NotFound: they are not all there; AccessDenied: as `find_readable`.
    """
    stored = find_readable(connection, state, account, place, now=now)
    names = queries.chunk_names(connection, stored.row, first=first, count=count)
    wanted = range(first, min(first + count, chunk_count(stored.size, stored.chunk)))
    if not names or [name.number for name in names] != list(wanted):
        raise NotFound
    return names


def stored_chunks(connection: Connection) -> list[ChunkName]:
    """Every chunk that a row names."""
    return queries.all_chunks(connection)


def _channel_row(state: State | Draft, account: AccountId, place: AttachmentPlace, *, now: int) -> int:
    """The channel's row, for an account that is entitled to it now."""
    require_entitled(state.ledger(place.operation), account, place.channel, now=now)
    return state.tip(place.operation, place.channel).row


def _state(connection: Connection, stored: StoredAttachment) -> AttachmentState:
    there = queries.chunk_names(connection, stored.row, first=0, count=MAX_ATTACHMENT_CHUNKS) if stored.missing else []
    numbers = set(range(chunk_count(stored.size, stored.chunk))) if stored.missing else set()
    missing = sorted(numbers - {name.number for name in there})
    return AttachmentState(size=stored.size, chunk=stored.chunk, missing=tuple(missing))
