"""The log of consultations: appended to, read, verified."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.site.people.consultation import (
    NOWHERE,
    Consultation,
    Deed,
    Entry,
    Head,
    LogBroken,
    LogKey,
    Purpose,
    Via,
    follow,
    link,
)
from cencomm.site.people.tables import CONSULTATIONS

MAX_PAGE = 1000
_CHUNK = 1000  # entries in memory at once

# What runs for every request is made once: making a statement takes ten times as long as SQLite with it.
_APPEND = insert(CONSULTATIONS)
_LAST = select(CONSULTATIONS.c.number, CONSULTATIONS.c.chain).order_by(CONSULTATIONS.c.number.desc()).limit(1)


async def append(connection: AsyncConnection, key: LogKey, consultation: Consultation) -> Entry:
    """Within a transaction that began by taking the database's one write lock, so that numbers follow each other."""
    return await connection.run_sync(_append, key, consultation)


async def head_of(connection: AsyncConnection) -> Head:
    return await connection.run_sync(_head)


def _append(connection: Connection, key: LogKey, consultation: Consultation) -> Entry:
    entry = link(key, _head(connection), consultation)
    connection.execute(
        _APPEND,
        {
            "number": entry.number,
            "at": consultation.at,
            "person": consultation.person,
            "via": consultation.via.value,
            "deed": consultation.deed.value,
            "purpose": None if consultation.purpose is None else consultation.purpose.value,
            "asked": consultation.asked,
            "found": consultation.found,
            "recipient": consultation.recipient,
            "chain": entry.chain,
        },
    )
    return entry


def _head(connection: Connection) -> Head:
    row = connection.execute(_LAST).one_or_none()
    return NOWHERE if row is None else Head(row.number, row.chain)


async def entries_before(connection: AsyncConnection, before: int | None, *, limit: int) -> list[Entry]:
    """The newest first; `before` is the number of the last one seen."""
    query = select(CONSULTATIONS).order_by(CONSULTATIONS.c.number.desc()).limit(max(1, min(limit, MAX_PAGE)))
    if before is not None:
        query = query.where(CONSULTATIONS.c.number < before)
    return [_entry(row) for row in await connection.execute(query)]


async def verify(connection: AsyncConnection, key: LogKey, *, noted: Head | None = None) -> Head:
    """Every entry is the one that was written, none is missing before the head that is returned.

    Args:
        noted: a head of this log that somebody wrote down elsewhere: the log goes through it.

    Raises:
        LogBroken: it is not so.
    """
    head = NOWHERE
    async for entry in _entries(connection):
        head = follow(key, head, entry)
        if noted is not None and noted.number == head.number and noted != head:
            raise LogBroken(head.number, "it is another than the one that was noted")
    if noted is not None and noted.number > head.number:
        raise LogBroken(head.number + 1, f"the log went on to number {noted.number} when that was noted")
    return head


async def _entries(connection: AsyncConnection) -> AsyncIterator[Entry]:
    last = 0
    while True:
        query = select(CONSULTATIONS).where(CONSULTATIONS.c.number > last).order_by(CONSULTATIONS.c.number)
        rows = (await connection.execute(query.limit(_CHUNK))).all()
        for row in rows:
            yield _entry(row)
        if len(rows) < _CHUNK:
            return
        last = rows[-1].number


def _entry(row: Row[Any]) -> Entry:
    """Raises LogBroken for words that we never wrote."""
    try:
        consultation = Consultation(
            at=row.at,
            person=row.person,
            via=Via(row.via),
            deed=Deed(row.deed),
            purpose=None if row.purpose is None else Purpose(row.purpose),
            asked=row.asked,
            found=row.found,
            recipient=row.recipient,
        )
        return Entry(row.number, consultation, row.chain)
    except ValueError:
        raise LogBroken(row.number, "it holds a word that this program does not write") from None
