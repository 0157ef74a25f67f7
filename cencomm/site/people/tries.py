"""Wrong tries lock sources that a person's account does not know, so that nobody who only types locks an analyst out
(D6, as the relay does it in `cencomm.relay.tries`).

Unknown sources share one count for a name, whoever they are and wherever they come from. A known source, which shows a
key that a completed sign-in gave it, has a count of its own and may go on slowly. Sessions are not asked. A name that
nobody has is counted in the same way, or the lock would tell which names exist.
"""

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm import codec
from cencomm.errors import Unavailable
from cencomm.site.pace import FORGET_SECONDS, FREE_TRIES, MAX_NOBODYS_HANDLES, Pace
from cencomm.site.people.queries import tries as queries
from cencomm.site.people.queries.tries import Tries

LABEL_NAME = b"cencomm person's name"


class Locked(Unavailable):
    """Too many wrong tries from computers that the person has not signed in on, or from this known one (D6)."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(f"too many wrong tries: wait {retry_after} s, or use a computer that you have signed in on")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What a try counts against. `person` None: nobody has this name."""

    key: bytes
    person: int | None
    pace: Pace


def name_key(name: str) -> bytes:
    """What tries at a name count under; the table holds no name that somebody mistyped, which may be a password."""
    return hashlib.sha256(codec.opaque(LABEL_NAME) + name.encode()).digest()


async def count_try(connection: AsyncConnection, counter: Counter, *, now: int) -> int:
    """One try more, before it is judged: a server that is killed in between forgets nothing.

    Returns:
        0; or for how many seconds nothing may be tried, and then nothing was counted.
    """
    found = await _recent(connection, counter, now=now)
    if found is not None and found.last <= now < found.until:  # a clock that was put back ends a lock: of days, else
        return found.until - now
    await queries.forget_old_tries(connection, before=now - FORGET_SECONDS)
    wrong = 1 if found is None else found.wrong + 1
    until = now + counter.pace.wait(wrong) if wrong >= FREE_TRIES else 0
    counted = Tries(key=counter.key, person=counter.person, wrong=wrong, last=now, until=until)
    await queries.put_tries(connection, counted)
    if counter.person is None:
        await queries.forget_nobodys_tries(connection, but=MAX_NOBODYS_HANDLES)
    return 0


async def take_back(connection: AsyncConnection, counter: Counter) -> None:
    """A try that was not wrong. Those of others stay counted: one who knows the password wipes no guess at the code."""
    found = await queries.find_tries(connection, counter.key)
    if found is None:
        return
    if found.wrong == 1:
        await queries.forget_tries(connection, counter.key)
    else:
        await queries.put_tries(connection, replace(found, wrong=found.wrong - 1, until=0))


async def forget(connection: AsyncConnection, counter: Counter) -> None:
    """After a completed sign-in."""
    await queries.forget_tries(connection, counter.key)


async def _recent(connection: AsyncConnection, counter: Counter, *, now: int) -> Tries | None:
    found = await queries.find_tries(connection, counter.key)
    return None if found is None or found.last < now - FORGET_SECONDS else found
