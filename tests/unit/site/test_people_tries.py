"""Who has to wait after wrong tries at a server's desk, and what a try tells nobody. Rule D6."""

import asyncio

import pytest
from sqlalchemy import text

from cencomm.errors import CencommError
from cencomm.node.database import Database
from cencomm.site.pace import FREE_TRIES, KNOWN_SOURCE, UNKNOWN_SOURCE
from cencomm.site.people.desk import Desk
from cencomm.site.people.tries import Locked
from cencomm.site.refusals import CodeNeeded, WrongSignIn
from tests.unit.site.visitor import WRONG, Visitor


async def locks(visitor: Visitor) -> list[type[CencommError]]:
    found: list[type[CencommError]] = []
    for _ in range(FREE_TRIES + 1):
        try:
            await visitor.tries(WRONG)
        except CencommError as error:
            found.append(type(error))
    return found


async def test_d6_three_wrong_tries_lock_whoever_is_not_known(ana: Visitor) -> None:
    ana.source = None

    assert await locks(ana) == [WrongSignIn] * FREE_TRIES + [Locked]
    with pytest.raises(Locked):
        await ana.tries()
    ana.now += UNKNOWN_SOURCE.first_seconds
    assert (await ana.tries()).session.name == "ana"


async def test_d6_nobody_locks_out_the_analyst_at_a_computer_that_is_known(ana: Visitor) -> None:
    stranger = Visitor(ana.desk, now=ana.now)
    assert (await locks(stranger))[-1] is Locked

    assert (await ana.tries()).session.name == "ana"


async def test_d6_a_known_computer_goes_on_slowly(ana: Visitor) -> None:
    assert (await locks(ana))[-1] is Locked
    ana.now += KNOWN_SOURCE.first_seconds

    with pytest.raises(WrongSignIn):
        await ana.tries(WRONG)


async def test_d6_a_key_of_another_persons_computer_is_not_known(ana: Visitor, desk: Desk) -> None:
    eve = await Visitor(desk, name="eve").is_added()
    await eve.sets_up()
    thief = Visitor(desk, name="ana", source=eve.source, now=ana.now)
    stranger = Visitor(desk, name="ana", now=ana.now)
    assert (await locks(stranger))[-1] is Locked

    with pytest.raises(Locked):
        await thief.tries(WRONG)


async def test_d6_wrong_codes_count_and_a_missing_one_does_not(ana: Visitor) -> None:
    ana.source = None
    for _ in range(2 * FREE_TRIES):
        with pytest.raises(CodeNeeded):
            await ana.tries(code=None)
    for _ in range(FREE_TRIES):
        with pytest.raises(WrongSignIn):
            await ana.tries(code="000000")

    with pytest.raises(Locked):
        await ana.tries(code=None)


async def test_d6_whoever_knows_the_password_wipes_no_guess_at_the_code(ana: Visitor) -> None:
    ana.source = None
    for _ in range(FREE_TRIES - 1):
        with pytest.raises(WrongSignIn):
            await ana.tries(code="000000")
        with pytest.raises(CodeNeeded):
            await ana.tries(code=None)
    with pytest.raises(WrongSignIn):
        await ana.tries(code="000000")

    with pytest.raises(Locked):
        await ana.tries(code="000000")


async def test_d6_tries_at_the_same_moment_are_counted_each(ana: Visitor) -> None:
    ana.source = None

    outcomes = await asyncio.gather(*(ana.tries(WRONG) for _ in range(8)), return_exceptions=True)

    assert [type(one) for one in outcomes].count(WrongSignIn) == FREE_TRIES


async def test_enumeration_a_name_that_nobody_has_is_refused_counted_and_locked_like_one_that_somebody_has(
    ana: Visitor,
) -> None:
    ana.source = None
    nobody = Visitor(ana.desk, name="nobody", now=ana.now, password=WRONG)

    assert await locks(nobody) == await locks(ana)


async def test_enumeration_a_name_that_nobody_has_costs_the_same_work(ana: Visitor, store: Database) -> None:
    """The slow hash is computed, and as many statements run: what is measured on the wire is the same."""
    ana.source = None
    counts = []
    for name in ("ana", "nobody"):
        visitor = Visitor(ana.desk, name=name, now=ana.now)
        before = await _tries_rows(store)
        with pytest.raises(WrongSignIn):
            await visitor.tries(WRONG)
        counts.append(await _tries_rows(store) - before)

    assert counts == [1, 1]


async def _tries_rows(store: Database) -> int:
    async with store.reading() as connection:
        return int(await connection.scalar(text("SELECT total(wrong) FROM people_tries")) or 0)
