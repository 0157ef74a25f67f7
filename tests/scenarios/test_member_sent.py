"""How long an author keeps what a restart may cut off, and how much of it at most (C11, ADR 0012)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cencomm.client.channel.posting import send
from cencomm.client.channel.sent import KEEP_SECONDS, MAX_KEPT, PREFIX
from cencomm.client.reports import Reports
from cencomm.client.watch import catch_up
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.people import NOW, Person, Place, admit, draft, person, update
from tests.scenarios.test_two_officers import seizure


class Hands:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def dora(
    server: LoopbackRelay, carla: Person, place: Place, tmp_path: Path, reports: Reports, hands: Hands
) -> AsyncIterator[Person]:
    """An officer whose clock the test turns, with one message in the log and a Commit of hers behind it."""
    async with person(server.url, tmp_path / "dora", "Dora", reports, at=hands) as one:
        await admit(carla, one, place, "BE")
        await send(one.mailbox, place.operation, place.channel, draft(place, seizure(1)))
        yield one


async def kept(somebody: Person) -> list[str]:
    return [key for key, _ in await somebody.mailbox.store.scan(PREFIX)]


async def test_a_message_is_kept_a_week_after_a_commit_followed_it(dora: Person, place: Place, hands: Hands) -> None:
    await update(dora, place)
    assert len(await kept(dora)) == 1
    hands.now += KEEP_SECONDS
    await update(dora, place)
    assert len(await kept(dora)) == 1

    hands.now += 1
    await update(dora, place)

    assert not await kept(dora)


async def test_a_message_that_no_commit_followed_is_kept_however_old_it_is(dora: Person, hands: Hands) -> None:
    hands.now += 10 * KEEP_SECONDS
    await catch_up(dora.mailbox)

    assert len(await kept(dora)) == 1


async def test_of_what_is_confirmed_the_newest_two_thousand_are_kept(dora: Person, place: Place) -> None:
    """A post that never stops talking does not fill its own disk."""
    ((key, value),) = await dora.mailbox.store.scan(PREFIX)
    first = key.rpartition("/")[0].rpartition("/")[0]
    older = {f"{first}/{0:08d}/{number:016d}": value for number in range(MAX_KEPT + 5)}
    async with dora.mailbox.lock:
        await dora.mailbox.write(older)

    await update(dora, place)

    assert await kept(dora) == [*sorted(older)[6:], key]
