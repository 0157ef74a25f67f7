"""Sessions: begun by a completed sign-in, used with a token, ended by their owner, by time, or by a newer one."""

import hashlib
from contextlib import suppress

from sqlalchemy import Connection

from cencomm.errors import Unavailable
from cencomm.relay.announcement import SessionEnded
from cencomm.relay.database import Database
from cencomm.relay.errors import NotFound
from cencomm.relay.queries import sessions as queries
from cencomm.relay.queries.sessions import Session, Source
from cencomm.relay.state import Draft
from cencomm.relay.writer import Writer
from cencomm.site.refusals import NoSession
from cencomm.wire.limits import MAX_SESSIONS, MAX_SOURCES
from cencomm.wire.sessions import SESSION_ID_BYTES, OpenSession, OpenSessions

USED_SECONDS = 3600  # how exactly "last used" is kept: a write an hour, and no diary of somebody's night shift


def key_hash(key: bytes) -> bytes:
    """SHA-256 is enough for 256 random bits, and cheap when hundreds reconnect at once."""
    return hashlib.sha256(key).digest()


async def session_of(database: Database, writer: Writer, token: bytes, *, now: int) -> Session:
    """The session that this token belongs to.

    Raises:
        NoSession: none, or one that has ended.
    """
    digest = key_hash(token)
    session = await database.read(lambda connection: queries.find_session(connection, digest, now=now))
    if session is None:
        raise NoSession
    if now - session.used >= USED_SECONDS:
        with suppress(Unavailable):  # whoever can read may read while nothing can be written
            await writer.write(lambda connection, _: queries.touch_session(connection, digest, used=now))
    return session


def begin_session(
    connection: Connection, draft: Draft, session: Session, *, known: Source | None, label: bytes | None, now: int
) -> None:
    """The session counts, its source is known from now on, and the account's oldest beyond the limits are gone.

    `known` is the source as this transaction found it; None: it has just been given its key.
    """
    queries.forget_ended_sessions(connection, now=now)
    for oldest in queries.oldest_sessions(connection, session.account, but=MAX_SESSIONS - 1):
        end_session(connection, draft, oldest)
    queries.add_session(connection, session)
    source = Source(
        key_hash=session.source,
        account=session.account,
        used=now,
        label=label or (known.label if known else None),
        device=known.device if known else None,
    )
    queries.put_source(connection, source)
    for idle in queries.idle_sources(connection, session.account, but=MAX_SOURCES):
        queries.forget_source(connection, idle)


def end_session(connection: Connection, draft: Draft, token_hash: bytes, *, taken_over: bool = False) -> None:
    """The token is worth nothing any more, and streams that it opened are closed, and told if it was `taken_over`."""
    queries.end_session(connection, token_hash)
    draft.announcements.append(SessionEnded(token_hash, taken_over))


def open_sessions(connection: Connection, mine: Session, *, now: int) -> OpenSessions:
    """All of the account, as its owner may see them."""
    sources = {source.key_hash: source for source in queries.sources_of(connection, mine.account)}
    return OpenSessions(
        sessions=tuple(
            OpenSession(
                session=session.token_hash[:SESSION_ID_BYTES],
                began=session.began,
                used=session.used,
                expires=session.expires,
                known=session.known,
                current=session.token_hash == mine.token_hash,
                device=source.device if (source := sources.get(session.source)) else None,
                label=source.label if source else None,
            )
            for session in queries.sessions_of(connection, mine.account, now=now)
        )
    )


def end_own_session(connection: Connection, draft: Draft, mine: Session, ended: bytes, *, now: int) -> None:
    """One of the account's sessions, which its owner names; its computer is not known any more, unless it is this one.

    Raises:
        NotFound: there is none.
    """
    for session in queries.sessions_of(connection, mine.account, now=now):
        if session.token_hash[:SESSION_ID_BYTES] == ended:
            end_session(connection, draft, session.token_hash)
            if session.source != mine.source:
                queries.forget_source(connection, session.source)
            return
    raise NotFound


def end_other_sessions(connection: Connection, draft: Draft, mine: Session, *, now: int) -> None:
    """Of the account, all but one. Their computers are not known any more: they may be why somebody ends them."""
    for session in queries.sessions_of(connection, mine.account, now=now):
        if session.token_hash != mine.token_hash:
            end_session(connection, draft, session.token_hash)
            if session.source != mine.source:
                queries.forget_source(connection, session.source)
