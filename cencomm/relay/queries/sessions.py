"""Sessions, and the sources that completed a sign-in."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from cencomm.ids import AccountId, DeviceId
from cencomm.relay.tables.accounts import SESSIONS, SOURCES, TRIES

# What runs at each sign-in or request is made once: making a statement takes ten times as long as SQLite with it, and a
# message waits behind it for the writer.
_ADD_SESSION = insert(SESSIONS)
_FIND_SESSION = select(SESSIONS).where(
    SESSIONS.c.token_hash == bindparam("digest"), SESSIONS.c.expires > bindparam("now")
)
_END_SESSION = delete(SESSIONS).where(SESSIONS.c.token_hash == bindparam("digest"))
_FORGET_ENDED = delete(SESSIONS).where(SESSIONS.c.expires <= bindparam("now"))
_OLDEST_SESSIONS = (
    select(SESSIONS.c.token_hash)
    .where(SESSIONS.c.account == bindparam("whose"))
    .order_by(SESSIONS.c.expires.desc())
    .offset(bindparam("but", type_=Integer))
)
_FIND_SOURCE = select(SOURCES).where(SOURCES.c.key_hash == bindparam("digest"), SOURCES.c.account == bindparam("whose"))
_IDLE_SOURCES = (
    select(SOURCES.c.key_hash)
    .where(SOURCES.c.account == bindparam("whose"))
    .order_by(SOURCES.c.used.desc())
    .offset(bindparam("but", type_=Integer))
)
_FORGET_SOURCE = delete(SOURCES).where(SOURCES.c.key_hash == bindparam("digest"))
_FORGET_ITS_TRIES = delete(TRIES).where(TRIES.c.key == bindparam("digest"))
_new_source = upsert(SOURCES)
_PUT_SOURCE = _new_source.on_conflict_do_update(
    index_elements=["key_hash"],
    set_={name: _new_source.excluded[name] for name in ("account", "used", "label", "device")},
)


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
    connection.execute(_ADD_SESSION, values)


def find_session(connection: Connection, token_hash: bytes, *, now: int) -> Session | None:
    """The session, unless it has ended."""
    row = connection.execute(_FIND_SESSION, {"digest": token_hash, "now": now}).one_or_none()
    return None if row is None else _session(row)


def touch_session(connection: Connection, token_hash: bytes, *, used: int) -> None:
    connection.execute(update(SESSIONS).where(SESSIONS.c.token_hash == token_hash).values(used=used))


def end_session(connection: Connection, token_hash: bytes) -> None:
    connection.execute(_END_SESSION, {"digest": token_hash})


def oldest_sessions(connection: Connection, account: AccountId, *, but: int) -> list[bytes]:
    """Token hashes of the account's sessions but for the `but` that end last."""
    return list(connection.scalars(_OLDEST_SESSIONS, {"whose": account, "but": but}))


def sessions_of(connection: Connection, account: AccountId, *, now: int) -> list[Session]:
    """Those that have not ended, the newest first."""
    current = select(SESSIONS).where(SESSIONS.c.account == account, SESSIONS.c.expires > now)
    return [_session(row) for row in connection.execute(current.order_by(SESSIONS.c.began.desc()))]


def forget_ended_sessions(connection: Connection, *, now: int) -> None:
    connection.execute(_FORGET_ENDED, {"now": now})


def find_source(connection: Connection, key_hash: bytes, account: AccountId) -> Source | None:
    """The source, if it is one of this account's."""
    row = connection.execute(_FIND_SOURCE, {"digest": key_hash, "whose": account}).one_or_none()
    return None if row is None else _source(row)


def sources_of(connection: Connection, account: AccountId) -> list[Source]:
    """Those by which the account is known, the one that signed in last at the end."""
    theirs = select(SOURCES).where(SOURCES.c.account == account).order_by(SOURCES.c.used)
    return [_source(row) for row in connection.execute(theirs)]


def put_source(connection: Connection, source: Source) -> None:
    values = {
        "key_hash": source.key_hash,
        "account": source.account,
        "used": source.used,
        "label": source.label,
        "device": source.device,
    }
    connection.execute(_PUT_SOURCE, values)


def idle_sources(connection: Connection, account: AccountId, *, but: int) -> list[bytes]:
    """Key hashes of the account's sources but for the `but` that signed in last."""
    return list(connection.scalars(_IDLE_SOURCES, {"whose": account, "but": but}))


def forget_source(connection: Connection, key_hash: bytes) -> None:
    connection.execute(_FORGET_ITS_TRIES, {"digest": key_hash})
    connection.execute(_FORGET_SOURCE, {"digest": key_hash})


def link_source(connection: Connection, key_hash: bytes, device: DeviceId) -> None:
    """The source is the computer of this device."""
    connection.execute(update(SOURCES).where(SOURCES.c.key_hash == key_hash).values(device=device))


def forget_sources_of(connection: Connection, account: AccountId) -> None:
    for source in sources_of(connection, account):
        forget_source(connection, source.key_hash)


def move_session(connection: Connection, token_hash: bytes, *, source: bytes) -> None:
    """The session is that of another source key: its computer was given a new one."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.token_hash == token_hash).values(source=source))


def _source(row: Row[Any]) -> Source:
    return Source(
        key_hash=row.key_hash,
        account=AccountId(row.account),
        used=row.used,
        label=row.label,
        device=None if row.device is None else DeviceId(row.device),
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        token_hash=row.token_hash,
        account=AccountId(row.account),
        began=row.began,
        used=row.used,
        expires=row.expires,
        source=row.source,
        known=bool(row.known),
    )
