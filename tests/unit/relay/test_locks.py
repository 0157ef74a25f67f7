"""Rule D6: wrong tries lock sources that an account does not know, and nobody else."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection

from cencomm.relay import tries
from cencomm.relay.config import RelayConfig
from cencomm.relay.keys import WRITER
from cencomm.relay.queries.tries import Tries, find_tries
from cencomm.relay.state import Draft
from cencomm.relay.tries import Counter
from cencomm.site.pace import FORGET_SECONDS, FREE_TRIES, KNOWN_SOURCE, MAX_NOBODYS_HANDLES, UNKNOWN_SOURCE
from cencomm.wire.errors import ErrorCode
from cencomm.wire.locks import Locks
from tests.fakes.founded_operation import Operation
from tests.fakes.served_relay import Person, Relay, StandingClock, config_for, running
from tests.unit.relay.account import RIGHT, WRONG, Visitor


@pytest.fixture
async def victim(relay: Relay) -> Visitor:
    somebody = Visitor(relay)
    await somebody.open_account()
    return somebody


async def test_three_wrong_tries_lock_unknown_sources_also_with_the_right_password(victim: Visitor) -> None:
    """D6."""
    assert await victim.mistypes(3) == [ErrorCode.WRONG_SIGN_IN] * 3

    refused = await victim.tries(RIGHT)

    assert refused.code == ErrorCode.LOCKED
    assert refused.headers["Retry-After"] == "60"
    victim.relay.clock.now += 60
    assert (await victim.tries(RIGHT)).status == 200


async def test_a_lock_of_days_ahead_ends_when_the_clock_is_put_right(victim: Visitor) -> None:
    """D6: a relay whose clock was wrong for a moment keeps nobody out for the rest of the week."""
    victim.relay.clock.now += 2 * 86_400
    await victim.mistypes(3)
    assert (await victim.tries(RIGHT)).code == ErrorCode.LOCKED

    victim.relay.clock.now -= 2 * 86_400

    assert (await victim.tries(RIGHT)).status == 200


async def test_each_further_wrong_try_is_waited_for_twice_as_long(victim: Visitor) -> None:
    """D6."""
    await victim.mistypes(3)
    waits = []
    for _ in range(8):
        waits.append(int((await victim.tries()).headers["Retry-After"]))
        victim.relay.clock.now += waits[-1]
        assert (await victim.tries(WRONG)).code == ErrorCode.WRONG_SIGN_IN

    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]


async def test_wrong_tries_stop_neither_the_known_computer_of_the_victim_nor_its_sessions(victim: Visitor) -> None:
    """D6: nobody locks an operation out by typing wrong passwords."""
    session = await victim.signs_in()
    stranger = Visitor(victim.relay)
    await stranger.mistypes(20)
    assert (await stranger.tries()).code == ErrorCode.LOCKED

    assert (await victim.tries()).status == 200
    assert (await victim.relay.ask("GET", "/v1/operations", token=session.token)).status == 200


async def test_a_known_source_goes_on_slowly(victim: Visitor) -> None:
    """D6."""
    await victim.signs_in()
    await victim.mistypes(3)
    waits = []
    for _ in range(7):
        waits.append(int((await victim.tries()).headers["Retry-After"]))
        victim.relay.clock.now += waits[-1]
        await victim.tries(WRONG)

    assert waits == [10, 20, 40, 80, 160, 300, 300]
    assert (await Visitor(victim.relay).tries()).status == 200  # its tries are not others'


async def test_the_source_key_of_one_account_is_unknown_to_another(victim: Visitor) -> None:
    """D6: a stranger with an account of their own is a stranger here."""
    stranger = Visitor(victim.relay, handle=b"g" * 16)
    await stranger.open_account()
    await stranger.signs_in()
    stranger.handle = victim.handle
    await stranger.mistypes(3)

    assert (await stranger.tries()).code == ErrorCode.LOCKED
    assert (await Visitor(victim.relay).tries()).code == ErrorCode.LOCKED


async def test_a_source_key_is_given_once(victim: Visitor) -> None:
    first, second = await victim.signs_in(), await victim.signs_in()

    assert first.source is not None
    assert second.source is None


async def test_a_handle_that_nobody_has_is_locked_like_any(victim: Visitor) -> None:
    """D1, D6: the lock does not tell which handles exist."""
    nobody = Visitor(victim.relay, handle=b"n" * 16)

    assert await nobody.mistypes(4) == await victim.mistypes(4)
    assert (await nobody.tries()).body == (await victim.tries()).body


async def test_a_restart_forgets_no_try(config: RelayConfig) -> None:
    """D6."""
    clock = StandingClock()
    async with running(config, clock) as relay:
        victim = Visitor(relay)
        await victim.open_account()
        await victim.mistypes(3)
    async with running(config, clock, seed="again") as relay:
        assert (await Visitor(relay).tries()).code == ErrorCode.LOCKED


async def test_locked_out_tries_are_not_counted(victim: Visitor) -> None:
    """Whoever keeps knocking does not make the wait longer."""
    await victim.mistypes(3)

    assert await victim.mistypes(5) == [ErrorCode.LOCKED] * 5

    assert (await victim.tries()).headers["Retry-After"] == "60"


async def test_a_completed_sign_in_begins_a_new_count(victim: Visitor) -> None:
    await victim.mistypes(2)
    assert (await victim.tries()).status == 200

    assert await victim.mistypes(3) == [ErrorCode.WRONG_SIGN_IN] * 3


async def test_a_day_without_a_try_is_forgotten(victim: Visitor) -> None:
    await victim.mistypes(2)
    victim.relay.clock.now += FORGET_SECONDS + 1

    assert await victim.mistypes(3) == [ErrorCode.WRONG_SIGN_IN] * 3


def test_the_waits_end_somewhere() -> None:
    assert UNKNOWN_SOURCE.wait(FREE_TRIES - 1) == 0
    assert UNKNOWN_SOURCE.wait(1_000_000) == 3600
    assert KNOWN_SOURCE.wait(1_000_000) == 300


async def test_a_flood_of_handles_that_nobody_has_is_bounded_and_forgets_no_account(
    victim: Visitor, config: RelayConfig
) -> None:
    """D6: rows stay few; what is counted at an account stays."""
    await victim.mistypes(3)
    now = victim.relay.clock.now
    rows = [(n.to_bytes(16, "big"), 1, now, now + 1 + n, 0) for n in range(MAX_NOBODYS_HANDLES)]
    with sqlite3.connect(config.database) as connection:
        connection.executemany("INSERT INTO tries (key, wrong, since, last, until) VALUES (?, ?, ?, ?, ?)", rows)
    connection.close()

    await Visitor(victim.relay, handle=b"n" * 16).mistypes(1)

    with sqlite3.connect(config.database) as connection:
        (count,) = connection.execute("SELECT count(*) FROM tries WHERE account IS NULL").fetchone()
    connection.close()
    assert count == MAX_NOBODYS_HANDLES
    assert (await victim.tries()).code == ErrorCode.LOCKED


async def test_a_missing_code_takes_back_its_own_try_and_nobody_elses(relay: Relay) -> None:
    """Who knows the password wipes no guess at the code by asking without one at the same time."""
    counter = Counter(key=b"h" * 16, account=None, pace=UNKNOWN_SOURCE)

    def play(connection: Connection, _: Draft) -> Tries | None:
        for _try in range(3):
            tries.count_try(connection, counter, now=1000)
        tries.take_back(connection, counter)
        return find_tries(connection, counter.key)

    left = await relay.app[WRITER].write(play)

    assert left is not None
    assert (left.count, left.until) == (2, 0)


async def test_addresses_do_not_count_for_known_sources(tmp_path: Path) -> None:
    """Behind a proxy all have one address: one attacker there keeps nobody out whom the relay knows."""
    async with running(config_for(tmp_path, failed_sign_ins_per_address=2), StandingClock()) as relay:
        victim, stranger = Visitor(relay), Visitor(relay, handle=b"n" * 16)
        await victim.open_account()
        await victim.signs_in()
        assert await stranger.mistypes(3) == [ErrorCode.WRONG_SIGN_IN] * 2 + [ErrorCode.TOO_MANY]

        assert (await victim.tries()).status == 200


def locks_of(operation: Operation) -> str:
    return f"/v1/operations/{operation.ledger.operation.hex()}/locks"


async def wave_at(person: Person) -> Visitor:
    stranger = Visitor(person.relay, handle=person.handle)
    await stranger.mistypes(3)
    return stranger


async def test_the_unit_sees_a_wave_and_lifts_it(operation: Operation, officer: Person) -> None:
    """D6."""
    stranger = await wave_at(officer)
    began = operation.relay.clock.now
    path = locks_of(operation)

    (lock,) = (await operation.coordinator.ask("GET", path)).read(Locks).locks
    lifted = await operation.coordinator.ask("DELETE", f"{path}/{officer.account.hex()}")

    assert (lock.account, lock.tries, lock.since, lock.until) == (officer.account, 3, began, began + 60)
    assert lifted.status == 204
    assert (await stranger.tries(officer.secret)).status == 200
    assert (await operation.coordinator.ask("GET", path)).read(Locks).locks == ()


async def test_only_coordinators_see_and_lift_and_only_at_their_members(
    operation: Operation, officer: Person, relay: Relay
) -> None:
    """D6."""
    outsider = await relay.person("outsider")
    await wave_at(outsider)
    path = locks_of(operation)

    assert (await operation.coordinator.ask("GET", path)).read(Locks).locks == ()
    assert (await operation.coordinator.ask("DELETE", f"{path}/{outsider.account.hex()}")).code == ErrorCode.NOT_FOUND
    assert (await officer.ask("GET", path)).code == ErrorCode.NOT_ENTITLED
    assert (await officer.ask("DELETE", f"{path}/{officer.account.hex()}")).code == ErrorCode.NOT_ENTITLED
    assert (await outsider.ask("GET", path)).code == ErrorCode.NOT_FOUND
