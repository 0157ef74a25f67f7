"""Deleting what an operation's charter lets nobody keep any longer (its policy's `retention_days`).

Counted from when the record came to us: an author's own time could be put back by an author who wants a record gone.
What goes: record, cells, words, files, and what lies in quarantine of it; what stays: how many there were, in which
log, and why entries were set aside. Whoever asks for history is told that it is not held (H2). The database overwrites
deleted pages (`secure_delete`), and so are index and log (overwriting.py); backups from before hold all of it still.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.operation.operation import Operation
from cencomm.ids import OperationId
from cencomm.node.database import Database
from cencomm.node.records.overwriting import overwrite_deleted
from cencomm.node.records.tables import ATTACHMENT_PIECES, ATTACHMENTS, CELLS, DELETIONS, MESSAGES, WORDS
from cencomm.node.tables import QUARANTINE

DAY_SECONDS = 24 * 3600
BATCH = 100  # records in a transaction: recording waits no longer than for these

_count = insert(DELETIONS)
_count = _count.on_conflict_do_update(
    index_elements=["operation", "channel", "generation"],
    set_={
        "records": DELETIONS.c.records + _count.excluded.records,
        "files": DELETIONS.c.files + _count.excluded.files,
        "reached": func.max(DELETIONS.c.reached, _count.excluded.reached),
        "deleted_at": _count.excluded.deleted_at,
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Of one operation: records and evidence that came before `before` (seconds), and what went earlier."""

    operation: OperationId
    days: int
    before: int
    records: int
    evidence: int
    deleted: int


async def look_for_due(
    connection: AsyncConnection, operations: Mapping[OperationId, Operation], *, now: int
) -> list[Due]:
    """What each operation's charter lets nobody keep at `now`, in seconds."""
    found = []
    for id_, operation in operations.items():
        days = operation.ledger.charter.policy.retention_days
        before = now - days * DAY_SECONDS
        records = select(func.count()).select_from(MESSAGES).where(*_old_records(id_, before))
        evidence = select(func.count()).select_from(QUARANTINE).where(*_old_evidence(id_, before))
        deleted = select(func.coalesce(func.sum(DELETIONS.c.records), 0)).where(DELETIONS.c.operation == id_)
        found.append(
            Due(
                operation=id_,
                days=days,
                before=before,
                records=await connection.scalar(records) or 0,
                evidence=await connection.scalar(evidence) or 0,
                deleted=await connection.scalar(deleted) or 0,
            )
        )
    return found


async def delete_due(database: Database, due: Due, *, now: int) -> int:
    """How many records went. Killed in between, the next call goes on: each batch is a transaction with its count."""
    gone = 0

    async def some(connection: AsyncConnection) -> int:
        return await _delete_batch(connection, due, now=now)

    while batch := await database.transact(some):
        gone += batch

    async def rest(connection: AsyncConnection) -> None:
        blank = update(QUARANTINE).where(*_old_evidence(due.operation, due.before))
        await connection.execute(blank.values(evidence=b"", detail=""))

    await database.transact(rest)
    await overwrite_deleted(database)
    return gone


async def _delete_batch(connection: AsyncConnection, due: Due, *, now: int) -> int:
    rows = (
        await connection.execute(
            select(MESSAGES.c.id, MESSAGES.c.channel, MESSAGES.c.generation, MESSAGES.c.sequence)
            .where(*_old_records(due.operation, due.before))
            .order_by(MESSAGES.c.id)
            .limit(BATCH)
        )
    ).all()
    numbers = [row.id for row in rows]
    files = select(ATTACHMENTS.c.id).where(ATTACHMENTS.c.message.in_(numbers))
    for channel, generation in {(row.channel, row.generation) for row in rows}:
        these = [row for row in rows if (row.channel, row.generation) == (channel, generation)]
        own = select(func.count()).where(ATTACHMENTS.c.message.in_([row.id for row in these]))
        await connection.execute(
            _count.values(
                operation=due.operation,
                channel=channel,
                generation=generation,
                records=len(these),
                files=await connection.scalar(own) or 0,
                reached=max(row.sequence for row in these),
                deleted_at=now,
            )
        )
    await connection.execute(delete(ATTACHMENT_PIECES).where(ATTACHMENT_PIECES.c.attachment.in_(files)))
    await connection.execute(delete(ATTACHMENTS).where(ATTACHMENTS.c.message.in_(numbers)))
    await connection.execute(delete(CELLS).where(CELLS.c.message.in_(numbers)))
    await connection.execute(delete(WORDS).where(WORDS.c.rowid.in_(numbers)))
    await connection.execute(delete(MESSAGES).where(MESSAGES.c.id.in_(numbers)))
    return len(numbers)


def _old_records(operation: OperationId, before: int) -> tuple[ColumnElement[bool], ...]:
    return MESSAGES.c.operation == operation, MESSAGES.c.received_at < before


def _old_evidence(operation: OperationId, before: int) -> tuple[ColumnElement[bool], ...]:
    kept = (func.length(QUARANTINE.c.evidence) > 0) | (func.length(QUARANTINE.c.detail) > 0)
    return QUARANTINE.c.operation == operation, QUARANTINE.c.set_aside_at < before, kept
