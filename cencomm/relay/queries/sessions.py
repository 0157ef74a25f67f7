"""Sessions, and the sources that completed a sign-in."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from cencomm.ids import AccountId, DeviceId
from cencomm.relay.tables.accounts import SESSIONS, SOURCES, TRIES


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
    device: DeviceId | None = None


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
    found = _sources(connection, SOURCES.c.key_hash == key_hash, SOURCES.c.account == account)
    return found[0] if found else None


def sources_of(connection: Connection, account: AccountId) -> list[Source]:
    """Those by which the account is known, the one that signed in last at the end."""
    return _sources(connection, SOURCES.c.account == account)


def put_source(connection: Connection, source: Source) -> None:
    values = {"account": source.account, "used": source.used, "label": source.label, "device": source.device}
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


def link_source(connection: Connection, key_hash: bytes, device: DeviceId) -> None:
    """The source is the computer of this device."""
    connection.execute(update(SOURCES).where(SOURCES.c.key_hash == key_hash).values(device=device))


def forget_sources_of(connection: Connection, account: AccountId) -> None:
    for source in sources_of(connection, account):
        forget_source(connection, source.key_hash)


def move_session(connection: Connection, token_hash: bytes, *, source: bytes) -> None:
    """The session is that of another source key: its computer was given a new one."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.token_hash == token_hash).values(source=source))


def _sources(connection: Connection, *conditions: ColumnElement[bool]) -> list[Source]:
    return [
        Source(
            key_hash=row.key_hash,
            account=AccountId(row.account),
            used=row.used,
            label=row.label,
            device=None if row.device is None else DeviceId(row.device),
        )
        for row in connection.execute(select(SOURCES).where(*conditions).order_by(SOURCES.c.used))
    ]


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
