"""Wrong tries lock sources that an account does not know, so that nobody who only types locks anybody out (D6).

Unknown sources share one count per handle, whoever they are and wherever they come from: an address says little behind
a proxy, and costs an attacker nothing. A known source, which shows a key that a completed sign-in gave it, has a count
of its own and may go on slowly. Sessions are not asked. A handle that nobody has is counted the same way, or the lock
would tell which handles exist.

A try is counted before it is judged and taken back if it was right, so tries that run at the same time are counted
each, and a relay that is killed in between forgets nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.relay.errors import Locked
from cencomm.relay.queries import tries as queries
from cencomm.relay.queries.tries import Tries
from cencomm.site.pace import FORGET_SECONDS, FREE_TRIES, MAX_NOBODYS_HANDLES, Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What a try counts against. `account` None: nobody has this handle."""

    key: bytes
    account: AccountId | None
    pace: Pace


def require_unlocked(connection: Connection, counter: Counter, *, now: int) -> None:
    """Raises:
    Locked: something may be tried again in `retry_after` seconds.
    """
    _judge(_recent(connection, counter, now=now), now=now)


def _judge(found: Tries | None, *, now: int) -> None:
    if found is not None and found.last <= now < found.until:  # a clock that was put back ends a lock: of days, else
        raise Locked(retry_after=found.until - now)


def count_try(connection: Connection, counter: Counter, *, now: int) -> None:
    """One try more. Raises Locked; then nothing was counted."""
    queries.forget_old_tries(connection, before=now - FORGET_SECONDS)
    found = queries.find_tries(connection, counter.key)
    _judge(found, now=now)
    count = 1 if found is None else found.count + 1
    since = now if found is None else found.since
    until = now + counter.pace.wait(count) if count >= FREE_TRIES else 0
    queries.put_tries(
        connection,
        Tries(key=counter.key, account=counter.account, count=count, since=since, last=now, until=until),
    )
    if counter.account is None:
        queries.forget_nobodys_tries(connection, but=MAX_NOBODYS_HANDLES)


def take_back(connection: Connection, counter: Counter) -> None:
    """A try that was not wrong. Those of others stay counted: one who knows the password wipes no guess at the code."""
    found = queries.find_tries(connection, counter.key)
    if found is None:
        return
    if found.count == 1:
        queries.forget_tries(connection, counter.key)
    else:
        queries.put_tries(connection, replace(found, count=found.count - 1, until=0))


def forget(connection: Connection, counter: Counter) -> None:
    """After a completed sign-in."""
    queries.forget_tries(connection, counter.key)


def waves(connection: Connection, accounts: Collection[AccountId], *, now: int, most: int) -> list[Tries]:
    """Accounts among these at which unknown sources are or were locked of late."""
    found = queries.tries_at_handles_of(connection, accounts, least=FREE_TRIES, most=most)
    return [tries for tries in found if tries.last >= now - FORGET_SECONDS]


def _recent(connection: Connection, counter: Counter, *, now: int) -> Tries | None:
    found = queries.find_tries(connection, counter.key)
    return None if found is None or found.last < now - FORGET_SECONDS else found
