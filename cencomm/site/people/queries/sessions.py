"""Sessions of browsers and programs, and the computers that completed a sign-in."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.site.people.person import DAY_SECONDS, GRANTS, Permission, Role, SessionKind
from cencomm.site.people.tables import PEOPLE, SESSIONS, SOURCES

# What runs for every request is made once: making a statement takes ten times as long as SQLite with it.
_SESSIONS = (
    select(SESSIONS, PEOPLE.c.name, PEOPLE.c.role, PEOPLE.c.active_at)
    .join(PEOPLE, PEOPLE.c.id == SESSIONS.c.person)
    .where(PEOPLE.c.ended_at.is_(None))
)
_FIND_SESSION = _SESSIONS.where(SESSIONS.c.token_hash == bindparam("token"))
_ADD_SESSION = insert(SESSIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Of a person who has not ended. Times in seconds."""

    token_hash: bytes
    person: int
    name: str
    role: Role
    person_active_at: int
    kind: SessionKind
    label: str
    began: int
    used: int
    expires: int

    @property
    def is_program(self) -> bool:
        return self.kind is SessionKind.PROGRAM

    def person_inactive_at(self, inactive_days: int) -> int:
        """From when on its person has to be reset, and whatever acts for them opens nothing (domain.md E15)."""
        return self.person_active_at + inactive_days * DAY_SECONDS

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]


async def add_session(
    connection: AsyncConnection,
    *,
    token_hash: bytes,
    person: int,
    kind: SessionKind,
    label: str,
    now: int,
    expires: int,
) -> None:
    session = {
        "token_hash": token_hash,
        "person": person,
        "kind": kind.value,
        "label": label,
        "began": now,
        "used": now,
        "expires": expires,
    }
    await connection.execute(_ADD_SESSION, session)


async def find_session(connection: AsyncConnection, token_hash: bytes) -> Session | None:
    """Whether it has expired is for the caller to judge."""
    row = (await connection.execute(_FIND_SESSION, {"token": token_hash})).one_or_none()
    return None if row is None else _session(row)


async def sessions_of(connection: AsyncConnection, person: int) -> list[Session]:
    """Newest first."""
    query = _SESSIONS.where(SESSIONS.c.person == person).order_by(SESSIONS.c.began.desc(), SESSIONS.c.token_hash)
    return [_session(row) for row in await connection.execute(query)]


async def touch_session(connection: AsyncConnection, token_hash: bytes, *, now: int) -> None:
    await connection.execute(update(SESSIONS).where(SESSIONS.c.token_hash == token_hash).values(used=now))


async def end_session(connection: AsyncConnection, token_hash: bytes) -> None:
    await connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == token_hash))


async def end_sessions_of(connection: AsyncConnection, person: int) -> None:
    """Programs' tokens too."""
    await connection.execute(delete(SESSIONS).where(SESSIONS.c.person == person))


async def forget_expired_sessions(connection: AsyncConnection, *, now: int) -> None:
    await connection.execute(delete(SESSIONS).where(SESSIONS.c.expires <= now))


async def knows_source(connection: AsyncConnection, key_hash: bytes, person: int) -> bool:
    query = select(SOURCES.c.key_hash).where(SOURCES.c.key_hash == key_hash, SOURCES.c.person == person)
    return (await connection.scalar(query)) is not None


async def put_source(connection: AsyncConnection, key_hash: bytes, person: int, *, now: int, most: int) -> None:
    """The computer is known; of the person's others the `most` that were used last stay so."""
    values = {"person": person, "used": now}
    await connection.execute(
        upsert(SOURCES)
        .values(key_hash=key_hash, **values)
        .on_conflict_do_update(index_elements=["key_hash"], set_=values)
    )
    idle = (
        select(SOURCES.c.key_hash)
        .where(SOURCES.c.person == person)
        .order_by(SOURCES.c.used.desc(), SOURCES.c.key_hash)
        .offset(most)
    )
    await connection.execute(delete(SOURCES).where(SOURCES.c.key_hash.in_(idle.scalar_subquery())))


async def forget_sources_of(connection: AsyncConnection, person: int) -> None:
    await connection.execute(delete(SOURCES).where(SOURCES.c.person == person))


def _session(row: Row[Any]) -> Session:
    return Session(
        token_hash=row.token_hash,
        person=row.person,
        name=row.name,
        role=Role(row.role),
        person_active_at=row.active_at,
        kind=SessionKind(row.kind),
        label=row.label,
        began=row.began,
        used=row.used,
        expires=row.expires,
    )
