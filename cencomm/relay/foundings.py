"""Answers to founding letters (L5, D7): opaque, small, found only by whoever holds the letter's code."""

from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.relay.errors import NotFound, Taken, TooMany
from cencomm.relay.queries import foundings as queries
from cencomm.wire.limits import FOUNDING_ANSWER_SECONDS, MAX_FOUNDING_ANSWERS

DAY_SECONDS = 24 * 3600


def leave_answer(connection: Connection, account: AccountId, slot: bytes, answer: bytes, *, now: int) -> None:
    """The answer lies there for two weeks, in place of an older one of the same account.

    Raises:
        Taken: somebody else answered: the letter was read by two.
        TooMany: MAX_FOUNDING_ANSWERS of the account wait.
    """
    queries.forget_answers(connection, now=now)
    there = queries.find_answer(connection, slot, now=now)
    if there is not None and there[0] != account:
        raise Taken("somebody else has answered this founding letter: ask its writer for a new one")
    if queries.count_answers(connection, account, but=slot) >= MAX_FOUNDING_ANSWERS:
        raise TooMany(retry_after=DAY_SECONDS)
    queries.put_answer(connection, slot, account, answer, until=now + FOUNDING_ANSWER_SECONDS)


def read_answer(connection: Connection, slot: bytes, *, now: int) -> bytes:
    """Raises NotFound while nobody has answered."""
    there = queries.find_answer(connection, slot, now=now)
    if there is None:
        raise NotFound
    return there[1]
