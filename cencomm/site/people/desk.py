"""The desk at which the people of a server sign in: everything that happens before there is a session, and its end.

    locked? count the try -> verifier (in a thread) -> { verifier again, code } -> session, and this computer is known

All of it costs the same for a name that nobody has, and says the same (docs/attacks.md).
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.errors import AccessDenied, CencommError
from cencomm.secret import Entropy, Secret
from cencomm.site.bearer import TOKEN_BYTES
from cencomm.site.one_time_code import NEVER, matching_step
from cencomm.site.pace import KNOWN_SOURCE, UNKNOWN_SOURCE
from cencomm.site.people import tries
from cencomm.site.people.letters import Letters, read_digits, read_letters
from cencomm.site.people.person import Person, SessionKind
from cencomm.site.people.queries import people as queries
from cencomm.site.people.queries import sessions as session_queries
from cencomm.site.people.queries.sessions import Session
from cencomm.site.people.store import Sealing, Store
from cencomm.site.people.tries import Counter, Locked, name_key
from cencomm.site.refusals import CodeNeeded, NoSession, WrongSignIn
from cencomm.site.verifiers import Verifiers
from cencomm.wire.limits import RECOVERY_CODES
from cencomm.wire.second_factor import TOTP_SECRET_BYTES

MINUTE_SECONDS, HOUR_SECONDS = 60, 3600
IDLE_SECONDS = 30 * MINUTE_SECONDS  # of a browser that nobody touches
SESSION_SECONDS = 12 * HOUR_SECONDS  # a shift; then somebody signs in again, whatever they did meanwhile
SETUP_SECONDS = 15 * MINUTE_SECONDS
TOUCH_SECONDS = MINUTE_SECONDS  # how exactly "last used" is kept
MAX_SOURCES = 20  # computers of one person
NOBODYS_PASSWORD = b""  # of something typed that we never generate: it costs what a wrong one costs


class Inactive(AccessDenied):
    """Not used for so long that an administrator has to reset it (domain.md E15)."""

    def __init__(self) -> None:
        super().__init__("this account was not used for too long: have it reset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a server asks of its people.

    Args:
        authenticator: nobody reads anything without one: the store holds personal data.
        inactive_days: without a sign-in; the account has to be reset then (domain.md E15: 25 or 30).
    """

    authenticator: bool
    inactive_days: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` and `source_key` are shown to the browser once; stored are their hashes."""

    session: Session
    token: bytes = field(repr=False)
    source_key: bytes | None = field(repr=False)  # for a computer that was not known


@dataclass(frozen=True, slots=True)
class AuthenticatorSet:
    signed_in: SignedIn
    recovery_codes: tuple[Letters, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """`pepper` lies outside the database: of a stolen database no password can be guessed."""

    store: Store
    verifiers: Verifiers
    sealing: Sealing
    pepper: Secret
    policy: Policy
    entropy: Entropy

    def stretch(self, password: Letters | None) -> bytes:
        """What verifiers are made of and compared with."""
        typed = NOBODYS_PASSWORD if password is None else password.expose()
        return hmac.digest(self.pepper.expose(), typed, "sha256")

    async def sign_in(self, name: str, password: str, code: str | None, *, source: bytes | None, now: int) -> SignedIn:
        """A new session, never one that was there before: nobody can have fixed its token.

        Its kind is SETUP when an authenticator must be set up first.

        Raises:
            WrongSignIn: name, password or code; the try is counted.
            CodeNeeded: only the code is missing; the try is not counted.
            Locked: too many wrong ones from where this comes from (D6).
            Inactive: all is right; an administrator has to reset the account. The try is not counted.
        """
        shown = None if source is None else _hash(source)
        person, counter = await self._look_up(name, shown)
        retry_after = await self.store.transact(lambda connection: tries.count_try(connection, counter, now=now))
        if retry_after:
            raise Locked(retry_after=retry_after)
        is_known = counter.pace is KNOWN_SOURCE
        try:
            await self.verifiers.check(
                None if person is None else person.verifier, self.stretch(read_letters(password)), is_known=is_known
            )
            assert person is not None  # a name that nobody has was wrong
            verified = person

            async def conclude(connection: AsyncConnection) -> SignedIn:
                found = await self._require_unchanged(connection, verified)
                await self._require_code(connection, found, code, now=now)
                if found.inactive_at(self.policy.inactive_days) <= now:
                    raise Inactive
                await tries.forget(connection, counter)
                return await self._begin(connection, found, shown if is_known else None, now=now)

            return await self.store.transact(conclude)
        except WrongSignIn:
            raise
        except CencommError:
            await self.store.transact(lambda connection: tries.take_back(connection, counter))
            raise

    async def session_of(self, token: bytes, *, program: bool, now: int) -> Session:
        """Whoever shows this token. A browser's is good in a cookie alone, a program's as a bearer token alone.

        Raises:
            NoSession: nobody, or not any more.
            Inactive: it acts for somebody who has to be reset: a program's token outlives no account.
        """
        digest = _hash(token)
        async with self.store.reading() as connection:
            session = await session_queries.find_session(connection, digest)
        if session is None or session.expires <= now or session.is_program != program:
            raise NoSession
        if not program and session.used + IDLE_SECONDS <= now:
            raise NoSession
        if session.person_inactive_at(self.policy.inactive_days) <= now:
            raise Inactive
        if now - session.used >= TOUCH_SECONDS:
            await self.store.transact(lambda connection: session_queries.touch_session(connection, digest, now=now))
        return session

    async def sign_out(self, session: Session) -> None:
        await self.store.transact(lambda connection: session_queries.end_session(connection, session.token_hash))

    def authenticator_secret(self, session: Session) -> Secret:
        """What the person's authenticator is to be given: the same for as long as this session lasts, nobody else's."""
        digest = hmac.digest(self.pepper.expose(), b"authenticator" + session.token_hash, "sha256")
        return Secret(digest[:TOTP_SECRET_BYTES])

    async def set_authenticator(self, session: Session, code: str, *, now: int) -> AuthenticatorSet:
        """The authenticator has the secret; the session that set it up ends, one that may work begins.

        Raises:
            WrongSignIn: the code is not one of the secret now: compare the clocks.
            NoSession: the session is not for this, or has ended since it was looked up.
        """
        if session.kind is not SessionKind.SETUP:
            raise NoSession
        secret = self.authenticator_secret(session).expose()
        step = matching_step(secret, read_digits(code) or "", now=now, after=NEVER)
        codes = tuple(Letters.generate(self.entropy) for _ in range(RECOVERY_CODES))

        async def keep(connection: AsyncConnection) -> SignedIn:
            await require_open(connection, session)
            person = await queries.find_person(connection, session.name)
            if person is None or person.totp is not None:
                raise NoSession
            await queries.put_totp(connection, person.id, self._seal(person, secret), step=step)
            await queries.put_recovery_codes(connection, person.id, tuple(one.recovery_verifier() for one in codes))
            await session_queries.end_sessions_of(connection, person.id)
            found = await queries.find_person(connection, session.name)
            assert found is not None  # it was there a moment ago, in this transaction
            return await self._begin(connection, found, None, now=now)

        return AuthenticatorSet(await self.store.transact(keep), codes)

    async def _look_up(self, name: str, shown: bytes | None) -> tuple[Person | None, Counter]:
        name = name.strip().lower()
        async with self.store.reading() as connection:
            person = await queries.find_person(connection, name)
            if person is not None and person.ended_at is not None:
                person = None
            known = shown is not None and person is not None
            if known and shown is not None and person is not None:
                known = await session_queries.knows_source(connection, shown, person.id)
        holder = None if person is None else person.id
        if known and shown is not None:
            return person, Counter(key=shown, person=holder, pace=KNOWN_SOURCE)
        return person, Counter(key=name_key(name), person=holder, pace=UNKNOWN_SOURCE)

    async def _require_unchanged(self, connection: AsyncConnection, verified: Person) -> Person:
        """The person, whose password is still the one that was compared outside this transaction."""
        found = await queries.find_person(connection, verified.name)
        if found is None or found.ended_at is not None or found.verifier != verified.verifier:
            raise WrongSignIn
        return found

    async def _require_code(self, connection: AsyncConnection, person: Person, code: str | None, *, now: int) -> None:
        """The code is right and was never used, or there is no authenticator; it is used up with this transaction."""
        if person.totp is None:
            return
        if code is None:
            raise CodeNeeded
        digits, letters = read_digits(code), read_letters(code)
        if digits is not None:
            secret = self.sealing.open(f"people/{person.id}/totp", person.totp)
            step = matching_step(secret, digits, now=now, after=person.totp_step)
            await queries.spend_step(connection, person.id, step)
        elif letters is None or not await queries.spend_recovery_code(
            connection, person.id, letters.recovery_verifier()
        ):
            raise WrongSignIn

    async def _begin(self, connection: AsyncConnection, person: Person, known: bytes | None, *, now: int) -> SignedIn:
        """`known`: the hash of the source key of a computer that is known already."""
        setup = self.policy.authenticator and person.totp is None
        token, source_key = self.entropy(TOKEN_BYTES), self.entropy(TOKEN_BYTES)
        await session_queries.forget_expired_sessions(connection, now=now)
        await session_queries.add_session(
            connection,
            token_hash=_hash(token),
            person=person.id,
            kind=SessionKind.SETUP if setup else SessionKind.BROWSER,
            label="",
            now=now,
            expires=now + (SETUP_SECONDS if setup else SESSION_SECONDS),
        )
        if not setup:
            await queries.touch_person(connection, person.id, now=now)
            source = _hash(source_key) if known is None else known
            await session_queries.put_source(connection, source, person.id, now=now, most=MAX_SOURCES)
        session = await session_queries.find_session(connection, _hash(token))
        assert session is not None  # it was just written
        return SignedIn(session, token, source_key if known is None and not setup else None)

    def _seal(self, person: Person, secret: bytes) -> bytes:
        return self.sealing.seal(f"people/{person.id}/totp", secret)


async def require_open(connection: AsyncConnection, session: Session) -> None:
    """The session is still there, in the role it had: it may have ended while a body came in or a file was made.

    Raises:
        NoSession: it was ended, by its owner, a reset or the end of the account; or the role is another.
    """
    found = await session_queries.find_session(connection, session.token_hash)
    if found is None or found.role is not session.role:
        raise NoSession


def _hash(key: bytes) -> bytes:
    """SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(key).digest()
