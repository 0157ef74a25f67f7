"""What an administrator does at the server's console: make accounts, reset and end them, give tokens to programs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.errors import UsageError
from cencomm.site.bearer import TOKEN_BYTES, write_token
from cencomm.site.people.desk import Desk
from cencomm.site.people.letters import Letters
from cencomm.site.people.person import DAY_SECONDS, Person, Role, SessionKind, read_name
from cencomm.site.people.queries import people as queries
from cencomm.site.people.queries import sessions as session_queries
from cencomm.site.people.queries.sessions import Session
from cencomm.site.people.queries.tries import Tries, forget_tries_of, tries_by_person
from cencomm.site.people.store import Store

MAX_TOKEN_DAYS = 366
MAX_LABEL_LETTERS = 80
TOKEN_ID_LETTERS = 8  # of the hash of a token, by which it is ended


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as lists show them, with the sessions and tokens that are open and wrong tries of late."""

    person: Person
    sessions: tuple[Session, ...]
    tries: Tries | None


@dataclass(frozen=True, slots=True)
class Token:
    """A program's: shown once."""

    expires: int
    text: str = field(repr=False)


async def add_person(desk: Desk, name: str, role: Role, *, now: int) -> Letters:
    """An account; the password is returned, to be shown once.

    Raises:
        UsageError: somebody has or had the name, or it is no name.
    """
    password = Letters.generate(desk.entropy)
    verifier = await desk.verifiers.make(desk.stretch(password))
    plain = read_name(name)
    await desk.store.transact(
        lambda connection: queries.add_person(connection, name=plain, role=role, verifier=verifier, now=now)
    )
    return password


async def reset_person(desk: Desk, name: str, *, now: int) -> Letters:
    """A new password; authenticator, recovery codes, sessions, tokens, known computers and wrong tries are gone.

    Brings back who was inactive or had ended. Raises UsageError.
    """
    password = Letters.generate(desk.entropy)
    verifier = await desk.verifiers.make(desk.stretch(password))

    async def reset(connection: AsyncConnection) -> None:
        person = await _person(connection, name)
        await queries.put_verifier(connection, person.id, verifier, now=now)
        await _end_all(connection, person)

    await desk.store.transact(reset)
    return password


async def end_person(store: Store, name: str, *, now: int) -> None:
    """Signs in nowhere from now on; the name stays in the log and is given to nobody else. Raises UsageError."""

    async def end(connection: AsyncConnection) -> None:
        person = await _person(connection, name)
        await queries.end_person(connection, person.id, now=now)
        await _end_all(connection, person)

    await store.transact(end)


async def list_people(store: Store) -> Sequence[Listed]:
    async with store.reading() as connection:
        tried = await tries_by_person(connection)
        return [
            Listed(person, tuple(await session_queries.sessions_of(connection, person.id)), tried.get(person.id))
            for person in await queries.list_people(connection)
        ]


async def add_token(desk: Desk, name: str, label: str, *, days: int, now: int) -> Token:
    """A token by which a program acts for this person, in their role and without an authenticator.

    Raises:
        UsageError: nobody, no label, or too long.
    """
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise UsageError(f"a token is good for 1 to {MAX_TOKEN_DAYS} days")
    if not 1 <= len(label.strip()) <= MAX_LABEL_LETTERS:
        raise UsageError(f"say in 1 to {MAX_LABEL_LETTERS} letters which program the token is for")
    token, expires = desk.entropy(TOKEN_BYTES), now + days * DAY_SECONDS

    async def add(connection: AsyncConnection) -> None:
        person = await _person(connection, name)
        if person.ended_at is not None:
            raise UsageError(f"{person.name} has ended: reset the account first")
        await session_queries.add_session(
            connection,
            token_hash=hashlib.sha256(token).digest(),
            person=person.id,
            kind=SessionKind.PROGRAM,
            label=label.strip(),
            now=now,
            expires=expires,
        )

    await desk.store.transact(add)
    return Token(expires, write_token(token))


async def end_token(store: Store, name: str, beginning: str) -> None:
    """The one session or token of this person that lists show under `beginning`. Raises UsageError."""

    async def end(connection: AsyncConnection) -> None:
        person = await _person(connection, name)
        open_ = await session_queries.sessions_of(connection, person.id)
        found = [one for one in open_ if token_id(one) == beginning]
        if len(found) != 1:
            raise UsageError(f"{person.name} has no session or token {beginning}")
        await session_queries.end_session(connection, found[0].token_hash)

    await store.transact(end)


def token_id(session: Session) -> str:
    return session.token_hash.hex()[:TOKEN_ID_LETTERS]


async def _person(connection: AsyncConnection, name: str) -> Person:
    found = await queries.find_person(connection, read_name(name))
    if found is None:
        raise UsageError(f"nobody here is called {name!r}")
    return found


async def _end_all(connection: AsyncConnection, person: Person) -> None:
    await session_queries.end_sessions_of(connection, person.id)
    await session_queries.forget_sources_of(connection, person.id)
    await forget_tries_of(connection, person.id)
