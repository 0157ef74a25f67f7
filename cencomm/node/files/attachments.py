"""The files of recorded messages: announced with the record, in its transaction; their content follows when it can.

waiting --fetched, verified--> kept
   └--> missing (the relay has none for us), altered (what it gives is not what the author sent); tried again
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.errors import UsageError
from cencomm.forms.attachment import Attachment
from cencomm.forms.envelope import SignedEnvelope, Tlp, decode_envelope
from cencomm.ids import ChannelId, MessageId, OperationId
from cencomm.node.records.tables import ATTACHMENT_PIECES, ATTACHMENTS, MESSAGES

MIN_PREFIX_LETTERS = 8  # of a message's id, as lists show it


class FileState(StrEnum):
    """How far a file is. The words are stored: add, never rename."""

    WAITING = "waiting"
    KEPT = "kept"
    MISSING = "missing"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of a record. `described` is what the author signed; `name`, `size` and `hash` are the table's copy."""

    row: int
    record: int
    operation: OperationId
    channel: ChannelId
    message: MessageId
    number: int  # in the message, from 1
    name: str
    size: int
    hash: bytes
    state: FileState
    detail: str | None
    tlp: Tlp
    described: Attachment


async def announce(connection: AsyncConnection, record: int, attachments: Sequence[Attachment]) -> None:
    """The files of a new record, to be fetched when its transaction is durable."""
    rows = [
        {
            "message": record,
            "number": number,
            "name": one.name,
            "media_type": one.media_type,
            "size": one.size,
            "hash": one.hash,
            "state": FileState.WAITING.value,
        }
        for number, one in enumerate(attachments, 1)
    ]
    if rows:
        await connection.execute(insert(ATTACHMENTS), rows)


async def unfinished(connection: AsyncConnection) -> list[int]:
    """The rows of files whose content is not here, oldest first."""
    left = select(ATTACHMENTS.c.id).where(ATTACHMENTS.c.state != FileState.KEPT.value).order_by(ATTACHMENTS.c.id)
    return list((await connection.scalars(left)).all())


async def count_unfinished(connection: AsyncConnection) -> Mapping[FileState, int]:
    counted = select(ATTACHMENTS.c.state, func.count()).where(ATTACHMENTS.c.state != FileState.KEPT.value)
    rows = await connection.execute(counted.group_by(ATTACHMENTS.c.state))
    return Counter({FileState(state): number for state, number in rows})


async def find_file(connection: AsyncConnection, row: int) -> StoredFile:
    (found,) = await connection.execute(_files().where(ATTACHMENTS.c.id == row))
    return _file(found)


async def list_files(connection: AsyncConnection, *, unfinished_only: bool, limit: int) -> list[StoredFile]:
    """Newest first."""
    query = _files().order_by(ATTACHMENTS.c.id.desc()).limit(limit)
    if unfinished_only:
        query = query.where(ATTACHMENTS.c.state != FileState.KEPT.value)
    return [_file(row) for row in await connection.execute(query)]


async def files_of(connection: AsyncConnection, records: Sequence[int]) -> dict[int, list[StoredFile]]:
    """By the record's number, in the order of the message."""
    query = _files().where(ATTACHMENTS.c.message.in_(records)).order_by(ATTACHMENTS.c.number)
    found: dict[int, list[StoredFile]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.message_row, []).append(_file(row))
    return found


async def files_of_message(connection: AsyncConnection, prefix: str) -> list[StoredFile]:
    """The files of the message whose id begins so.

    Raises:
        UsageError: no message, several, or one without files.
    """
    if len(prefix) < MIN_PREFIX_LETTERS or not set(prefix) <= set("0123456789abcdef"):
        raise UsageError(f"a message is named by the first {MIN_PREFIX_LETTERS} digits of its id at least")
    beginning = func.lower(func.hex(MESSAGES.c.message)).startswith(prefix, autoescape=True)
    records = list((await connection.scalars(select(MESSAGES.c.id).where(beginning).limit(2))).all())
    if len(records) != 1:
        raise UsageError(f"{len(records) or 'no'} messages begin with {prefix}: give more digits of the id")
    files = (await files_of(connection, records)).get(records[0], [])
    if not files:
        raise UsageError("this message has no files")
    return files


async def put_piece(connection: AsyncConnection, row: int, number: int, content: bytes) -> None:
    await connection.execute(insert(ATTACHMENT_PIECES).values(attachment=row, number=number, content=content))


async def drop_pieces(connection: AsyncConnection, row: int) -> None:
    """What an earlier try left."""
    await connection.execute(delete(ATTACHMENT_PIECES).where(ATTACHMENT_PIECES.c.attachment == row))


async def set_state(connection: AsyncConnection, row: int, state: FileState, detail: str | None = None) -> None:
    """KEPT only once every piece is there and the whole was verified."""
    await connection.execute(
        update(ATTACHMENTS).where(ATTACHMENTS.c.id == row).values(state=state.value, detail=detail)
    )


async def pieces_of(connection: AsyncConnection, row: int) -> AsyncIterator[bytes]:
    """The content, a piece at a time."""
    pieces = ATTACHMENT_PIECES.c
    numbers = select(pieces.number).where(pieces.attachment == row).order_by(pieces.number)
    for number in (await connection.scalars(numbers)).all():
        one = select(pieces.content).where(pieces.attachment == row, pieces.number == number)
        yield (await connection.execute(one)).scalar_one()


def _files() -> Select[Any]:
    message = MESSAGES.c
    return select(
        ATTACHMENTS,
        message.id.label("message_row"),
        message.operation,
        message.channel,
        message.message.label("message_id"),
        message.tlp,
        message.signed,
    ).join(MESSAGES, message.id == ATTACHMENTS.c.message)


def _file(row: Row[Any]) -> StoredFile:
    described = decode_envelope(SignedEnvelope.decode(row.signed).content).body.attachments
    return StoredFile(
        row=row.id,
        record=row.message_row,
        operation=OperationId(row.operation),
        channel=ChannelId(row.channel),
        message=MessageId(row.message_id),
        number=row.number,
        name=row.name,
        size=row.size,
        hash=row.hash,
        state=FileState(row.state),
        detail=row.detail,
        tlp=Tlp(row.tlp),
        described=described[row.number - 1],
    )
