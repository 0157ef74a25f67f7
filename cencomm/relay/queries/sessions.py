"""Sessions, and the sources that completed a sign-in."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from cencomm.ids import AccountId
from cencomm.relay.tables import SESSIONS, SOURCES, TRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    token_hash: bytes
    account: AccountId
    began: int
    used: int
    expires: int
    source: bytes
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    key_hash: bytes
    account: AccountId
    used: int
    label: bytes | None


def add_session(connection: Connection, session: Session) -> None:
    values = {
        "token_hash": session.token_hash,
        "account": session.account,
        "began": session.began,
        "used": session.used,
        "expires": session.expires,
        "source": session.source,
        "known": int(session.known),
    }
    connection.execute(insert(SESSIONS).values(values))


def find_session(connection: Connection, token_hash: bytes, *, now: int) -> Session | None:
    """The session, unless it has ended."""
    found = _sessions(connection, SESSIONS.c.token_hash == token_hash, SESSIONS.c.expires > now)
    return found[0] if found else None


def touch_session(connection: Connection, token_hash: bytes, *, used: int) -> None:
    connection.execute(update(SESSIONS).where(SESSIONS.c.token_hash == token_hash).values(used=used))


def end_session(connection: Connection, token_hash: bytes) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == token_hash))


def oldest_sessions(connection: Connection, account: AccountId, *, but: int) -> list[bytes]:
    """Token hashes of the account's sessions but for the `but` that end last."""
    beyond = (
        select(SESSIONS.c.token_hash)
        .where(SESSIONS.c.account == account)
        .order_by(SESSIONS.c.expires.desc())
        .offset(but)
    )
    return [row.token_hash for row in connection.execute(beyond)]


def sessions_of(connection: Connection, account: AccountId, *, now: int) -> list[Session]:
    """Those that have not ended, the newest first."""
    return _sessions(connection, SESSIONS.c.account == account, SESSIONS.c.expires > now)


def forget_ended_sessions(connection: Connection, *, now: int) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.expires <= now))


def find_source(connection: Connection, key_hash: bytes, account: AccountId) -> Source | None:
    """The source, if it is one of this account's."""
    found = select(SOURCES).where(SOURCES.c.key_hash == key_hash, SOURCES.c.account == account)
    row = connection.execute(found).one_or_none()
    if row is None:
        return None
    return Source(key_hash=row.key_hash, account=AccountId(row.account), used=row.used, label=row.label)


def put_source(connection: Connection, source: Source) -> None:
    values = {"account": source.account, "used": source.used, "label": source.label}
    connection.execute(
        upsert(SOURCES)
        .values(key_hash=source.key_hash, **values)
        .on_conflict_do_update(index_elements=["key_hash"], set_=values)
    )


def idle_sources(connection: Connection, account: AccountId, *, but: int) -> list[bytes]:
    """Key hashes of the account's sources but for the `but` that signed in last."""
    beyond = select(SOURCES.c.key_hash).where(SOURCES.c.account == account).order_by(SOURCES.c.used.desc()).offset(but)
    return [row.key_hash for row in connection.execute(beyond)]


def forget_source(connection: Connection, key_hash: bytes) -> None:
    connection.execute(delete(TRIES).where(TRIES.c.key == key_hash))
    connection.execute(delete(SOURCES).where(SOURCES.c.key_hash == key_hash))


def _sessions(connection: Connection, *conditions: ColumnElement[bool]) -> list[Session]:
    found = select(SESSIONS).where(*conditions).order_by(SESSIONS.c.began.desc())
    return [
        Session(
            token_hash=row.token_hash,
            account=AccountId(row.account),
            began=row.began,
            used=row.used,
            expires=row.expires,
            source=row.source,
            known=bool(row.known),
        )
        for row in connection.execute(found)
    ]
