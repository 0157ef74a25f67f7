"""Accounts and sign-in (D1, docs/protocol.md section 7): what is checked, at equal cost for names that nobody has."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection

from cencomm.errors import AccessDenied, Unavailable
from cencomm.ids import ACCOUNT_ID_BYTES, AccountId
from cencomm.relay.announcement import SessionEnded
from cencomm.relay.config import RelayConfig
from cencomm.relay.database import Database
from cencomm.relay.errors import NoSession, WrongSignIn
from cencomm.relay.own_keys import FalseSaltKey
from cencomm.relay.queries import accounts as queries
from cencomm.relay.queries.accounts import Account, Session
from cencomm.relay.quota import Quota
from cencomm.relay.state import Draft
from cencomm.relay.writer import Writer
from cencomm.secret import Entropy
from cencomm.wire.accounts import CreateAccount, SignIn, SignInParameters
from cencomm.wire.fields import SALT_BYTES
from cencomm.wire.limits import MAX_SESSIONS

T = TypeVar("T")

TOKEN_BYTES = 32
HASHING_THREADS = 2  # so many cores may be busy with sign-ins while messages flow
MAX_WAITING_HASHES = 200  # at 20 ms and two threads: two seconds of waiting
DEFAULT_PROFILE = 1
HOUR_SECONDS = 3600


class Verifiers:
    """argon2-cffi in threads of its own. What comes in was stretched by the client's Argon2id, so this one is light:
    19 MiB, two passes (about 20 ms); it keeps a thief of the database from using what lies there.
    """

    def __init__(self, pool: ThreadPoolExecutor, entropy: Entropy) -> None:
        self._pool = pool
        self._entropy = entropy
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._waiting = 0
        self._nobodys = self._hasher.hash(entropy(TOKEN_BYTES), salt=entropy(SALT_BYTES))

    async def make(self, secret: bytes) -> str:
        salt = self._entropy(SALT_BYTES)
        return await self._in_thread(lambda: self._hasher.hash(secret, salt=salt))

    async def check(self, verifier: str | None, secret: bytes) -> None:
        """`secret` is the one of `verifier`. None, for a handle that nobody has, costs the same time.

        Raises:
            WrongSignIn: it is not.
            Unavailable: too many wait.
        """
        try:
            await self._in_thread(lambda: self._hasher.verify(verifier or self._nobodys, secret))
        except VerifyMismatchError:
            raise WrongSignIn from None
        if verifier is None:
            raise WrongSignIn

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= MAX_WAITING_HASHES:
            raise Unavailable("too many are signing in; try again in a few seconds")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


@dataclass(frozen=True, slots=True, eq=False)
class SignInDesk:
    """Everything that happens before there is a session. `source` is whatever stands for the peer's address."""

    config: RelayConfig
    database: Database
    writer: Writer
    verifiers: Verifiers
    false_salt_key: FalseSaltKey
    entropy: Entropy
    accounts_made: Quota
    handle_failures: Quota
    source_failures: Quota

    @classmethod
    def open(
        cls,
        config: RelayConfig,
        database: Database,
        writer: Writer,
        *,
        pool: ThreadPoolExecutor,
        false_salt_key: FalseSaltKey,
        entropy: Entropy,
    ) -> "SignInDesk":
        return cls(
            config=config,
            database=database,
            writer=writer,
            verifiers=Verifiers(pool, entropy),
            false_salt_key=false_salt_key,
            entropy=entropy,
            accounts_made=Quota(config.accounts_per_source, seconds=HOUR_SECONDS),
            handle_failures=Quota(config.failed_sign_ins, seconds=config.failed_sign_in_seconds),
            source_failures=Quota(config.failed_sign_ins_per_source, seconds=config.failed_sign_in_seconds),
        )

    async def create(self, asked: CreateAccount, *, source: bytes, now: int) -> AccountId:
        """A new account.

        Raises:
            AccessDenied: without the code that this relay asks for.
            Taken: the handle belongs to somebody.
            TooMany: from this source.
        """
        self.accounts_made.spend(source, now=now)
        expected = self.config.registration_code
        given = (asked.registration_code or "").encode()
        if expected is not None and not hmac.compare_digest(expected.expose(), given):
            raise AccessDenied("this relay makes accounts only with its registration code")
        account = Account(
            id=AccountId(self.entropy(ACCOUNT_ID_BYTES)),
            handle=asked.handle,
            salt=asked.salt,
            profile=asked.profile,
            verifier=await self.verifiers.make(asked.sign_in_secret),
        )
        await self.writer.write(lambda connection, _: queries.add_account(connection, account))
        return account.id

    async def parameters(self, handle: bytes) -> SignInParameters:
        """What a client needs before it can stretch a password; nobody learns from it whether the handle exists."""
        account = await self.database.read(lambda connection: queries.find_account(connection, handle))
        false_salt = hmac.digest(self.false_salt_key.expose(), handle, "sha256")[:SALT_BYTES]
        if account is None:
            return SignInParameters(salt=false_salt, profile=DEFAULT_PROFILE)
        return SignInParameters(salt=account.salt, profile=account.profile)

    async def sign_in(self, asked: SignIn, *, source: bytes, now: int) -> tuple[Session, bytes]:
        """A new session and its token, which is nowhere stored.

        Raises:
            WrongSignIn: handle or secret.
            TooMany: wrong ones, for this handle or from this source.
        """
        self.source_failures.spend(source, now=now)
        try:
            self.handle_failures.spend(asked.handle, now=now)
        except Unavailable:
            self.source_failures.refund(source)
            raise
        account = await self.database.read(lambda connection: queries.find_account(connection, asked.handle))
        await self.verifiers.check(account.verifier if account else None, asked.sign_in_secret)
        assert account is not None  # `check` raises for nobody
        self.source_failures.refund(source)
        self.handle_failures.refund(asked.handle)
        token = self.entropy(TOKEN_BYTES)
        session = Session(token_hash=token_hash(token), account=account.id, expires=now + self.config.session_seconds)
        await self.writer.write(lambda connection, draft: _begin(connection, draft, session, now=now))
        return session, token

    async def session_of(self, token: bytes, *, now: int) -> Session:
        """The session that this token belongs to.

        Raises:
            NoSession: none, or one that has ended.
        """
        digest = token_hash(token)
        session = await self.database.read(lambda connection: queries.find_session(connection, digest, now=now))
        if session is None:
            raise NoSession
        return session

    async def sign_out(self, session: Session) -> None:
        """The token is worth nothing any more, and streams that it opened are closed."""
        await self.writer.write(lambda connection, draft: _end(connection, draft, session))


def _begin(connection: Connection, draft: Draft, session: Session, *, now: int) -> None:
    queries.forget_ended_sessions(connection, now=now)
    for oldest in queries.oldest_sessions(connection, session.account, but=MAX_SESSIONS - 1):
        queries.end_session(connection, oldest)
        draft.announcements.append(SessionEnded(oldest))
    queries.add_session(connection, session)


def _end(connection: Connection, draft: Draft, session: Session) -> None:
    queries.end_session(connection, session.token_hash)
    draft.announcements.append(SessionEnded(session.token_hash))


def token_hash(token: bytes) -> bytes:
    """SHA-256 is enough for 256 random bits, and cheap when hundreds reconnect at once."""
    return hashlib.sha256(token).digest()
