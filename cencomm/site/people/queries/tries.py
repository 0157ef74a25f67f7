"""Wrong tries of late, and until when nothing is tried (D6)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.site.people.tables import TRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """`key`: hash of a name, for all sources that its person does not know, or the key hash of a known source."""

    key: bytes
    person: int | None
    wrong: int
    last: int
    until: int


async def find_tries(connection: AsyncConnection, key: bytes) -> Tries | None:
    row = (await connection.execute(select(TRIES).where(TRIES.c.key == key))).one_or_none()
    return None if row is None else _tries(row)


async def put_tries(connection: AsyncConnection, tries: Tries) -> None:
    values = {"person": tries.person, "wrong": tries.wrong, "last": tries.last, "until": tries.until}
    await connection.execute(
        upsert(TRIES).values(key=tries.key, **values).on_conflict_do_update(index_elements=["key"], set_=values)
    )


async def forget_tries(connection: AsyncConnection, key: bytes) -> None:
    await connection.execute(delete(TRIES).where(TRIES.c.key == key))


async def forget_tries_of(connection: AsyncConnection, person: int) -> None:
    await connection.execute(delete(TRIES).where(TRIES.c.person == person))


async def forget_old_tries(connection: AsyncConnection, *, before: int) -> None:
    await connection.execute(delete(TRIES).where(TRIES.c.last < before))


async def forget_nobodys_tries(connection: AsyncConnection, *, but: int) -> None:
    """Of the names that nobody has, all but the `but` that were tried last."""
    nobodys = select(TRIES.c.key).where(TRIES.c.person.is_(None))
    beyond = nobodys.order_by(TRIES.c.last.desc()).offset(but)
    await connection.execute(delete(TRIES).where(TRIES.c.key.in_(beyond.scalar_subquery())))


async def tries_by_person(connection: AsyncConnection) -> dict[int, Tries]:
    """Of people whom unknown sources tried, or who mistype: the one that waits longest."""
    rows = await connection.execute(select(TRIES).where(TRIES.c.person.is_not(None)).order_by(TRIES.c.until))
    return {row.person: _tries(row) for row in rows}


def _tries(row: Row[Any]) -> Tries:
    return Tries(key=row.key, person=row.person, wrong=row.wrong, last=row.last, until=row.until)
