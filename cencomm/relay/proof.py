"""Who an account's owner is: password, then second factor, then what they asked for, in the transaction that uses up
the code (D2, D6). Signing in is one such request; switching the second factor or changing the password are others.

    address quota -> locked? -> count the try -> verifier (in a thread) -> { verifier again, code, `then` } -> done
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection

from cencomm.errors import CencommError
from cencomm.relay import tries
from cencomm.relay.database import Database
from cencomm.relay.queries.accounts import Account, account_of, find_account
from cencomm.relay.queries.sessions import Session, find_source
from cencomm.relay.quota import Quota
from cencomm.relay.second_factor import require_code
from cencomm.relay.state import Draft
from cencomm.relay.tries import Counter
from cencomm.relay.writer import Writer
from cencomm.site.pace import KNOWN_SOURCE, UNKNOWN_SOURCE
from cencomm.site.refusals import WrongSignIn
from cencomm.site.verifiers import Verifiers

T = TypeVar("T")
Then = Callable[[Connection, Draft, Account], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`source` is the hash of the source key that was shown; `address` stands for the network address."""

    handle: bytes
    sign_in_secret: bytes = field(repr=False)
    code: str | None = field(repr=False)
    source: bytes | None
    address: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Prover:
    database: Database
    writer: Writer
    verifiers: Verifiers
    address_failures: Quota

    async def prove(self, attempt: Attempt, then: Then[T], *, now: int) -> T:
        """What `then` returns, done in the one transaction that found password and code right and used up the code.

        Raises:
            WrongSignIn: name, password or code; the try is counted.
            CodeNeeded: only the code is missing; the try is not counted.
            Locked: too many wrong ones: this source has to wait (D6).
            TooMany: wrong ones from this address, by whoever is not known.
            CencommError: what `then` raised; nothing was changed, the code is good still.
        """
        account, counter = await self.database.read(lambda connection: _look_up(connection, attempt, now=now))
        is_known = counter.pace is KNOWN_SOURCE
        if not is_known:  # behind a proxy everybody has one address: it must not be what locks out those we know
            self.address_failures.spend(attempt.address, now=now)
        try:
            await self.writer.write(lambda connection, _: tries.count_try(connection, counter, now=now))
            verifier = None if account is None else account.verifier
            outcome = await self._judge(attempt, verifier, counter, then, now=now)
        except WrongSignIn:
            raise
        except CencommError:
            self._forgive(attempt, is_known=is_known)
            raise
        self._forgive(attempt, is_known=is_known)
        return outcome

    def _forgive(self, attempt: Attempt, *, is_known: bool) -> None:
        if not is_known:
            self.address_failures.refund(attempt.address)

    async def attempt_of(self, session: Session, sign_in_secret: bytes, code: str | None, *, address: bytes) -> Attempt:
        """Whoever has a session proves again that they are the owner: a session may be stolen, or left open."""
        account = await self.database.read(lambda connection: account_of(connection, session.account))
        return Attempt(
            handle=account.handle, sign_in_secret=sign_in_secret, code=code, source=session.source, address=address
        )

    async def _judge(self, attempt: Attempt, verifier: str | None, counter: Counter, then: Then[T], *, now: int) -> T:
        def conclude(connection: Connection, draft: Draft) -> T:
            account = find_account(connection, attempt.handle)
            if account is None or account.verifier != verifier:  # the password was changed since we looked
                raise WrongSignIn
            require_code(connection, account.id, attempt.code, now=now)
            tries.forget(connection, counter)
            return then(connection, draft, account)

        try:
            is_known = counter.pace is KNOWN_SOURCE
            await self.verifiers.check(verifier, attempt.sign_in_secret, is_known=is_known)
            return await self.writer.write(conclude)
        except WrongSignIn:
            raise
        except CencommError:
            await self.writer.write(lambda connection, _: tries.take_back(connection, counter))
            raise


def _look_up(connection: Connection, attempt: Attempt, *, now: int) -> tuple[Account | None, Counter]:
    """Raises Locked, before anything is written or hashed for whoever has to wait."""
    account = find_account(connection, attempt.handle)
    counter = Counter(key=attempt.handle, account=account.id if account else None, pace=UNKNOWN_SOURCE)
    if account is not None and attempt.source is not None and find_source(connection, attempt.source, account.id):
        counter = Counter(key=attempt.source, account=account.id, pace=KNOWN_SOURCE)
    tries.require_unlocked(connection, counter, now=now)
    return account, counter
