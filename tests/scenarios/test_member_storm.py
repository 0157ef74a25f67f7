"""Twenty members see one revocation at the same moment: one Commit carries it out, and nobody storms the relay (C7)."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.enactor import FIRST_SECONDS, LAST_SECONDS, Enactor
from cencomm.client.operation import coordination, enrolling
from cencomm.client.reports import Reports
from cencomm.client.unit import act, admission
from cencomm.client.watch import catch_up
from cencomm.forms.form import Form
from cencomm.ledger.kinds import RevokeReason, Role
from cencomm.ledger.log import LogKind
from cencomm.secret import system_entropy
from cencomm.wire.document import decode_document
from cencomm.wire.log import Publish
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of
from tests.scenarios.people import Person, Place, found, person, profile
from tests.scenarios.test_two_officers import publishes

pytestmark = pytest.mark.slow

MEMBERS = 20
TOGETHER_SECONDS = 0.5  # whoever wakes within so long of the first finds nothing done yet; a Commit takes less
A_HANDFUL = 5


class Alarms:
    """A `Sleep` whose time the test winds."""

    def __init__(self, members: int) -> None:
        self._members = members
        self._waiting: list[tuple[float, int, asyncio.Event]] = []
        self.all_wait = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        rung = asyncio.Event()
        heapq.heappush(self._waiting, (seconds, len(self._waiting), rung))
        if len(self._waiting) == self._members:
            self.all_wait.set()
        await rung.wait()

    def ring(self) -> int:
        """Those who wake together with the first."""
        first = self._waiting[0][0]
        assert FIRST_SECONDS <= first <= LAST_SECONDS
        rung = 0
        while self._waiting and self._waiting[0][0] <= first + TOGETHER_SECONDS:
            heapq.heappop(self._waiting)[2].set()
            rung += 1
        return rung

    def __len__(self) -> int:
        return len(self._waiting)


@pytest.fixture
async def crowd(
    server: LoopbackRelay, carla: Person, place: Place, tmp_path: Path, reports: Reports
) -> AsyncIterator[list[Person]]:
    """Twenty officers in the channel, added by one Commit."""
    async with AsyncExitStack() as stack:
        people = []
        for number in range(MEMBERS):
            one = await stack.enter_async_context(person(server.url, tmp_path / str(number), f"O{number}", reports))
            people.append(one)
            letter = await admission.invite(
                carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(one, "FR")
            )
            await enrolling.enrol(one.mailbox, letter)
        await admission.admit_waiting(carla.mailbox, place.operation)
        for one in people:
            await catch_up(one.mailbox)
        yield people


@pytest.fixture
async def place(carla: Person, forms: Mapping[str, Form]) -> Place:
    return await found(carla, forms["note"])


async def test_one_of_twenty_commits_and_a_handful_at_most_is_in_vain(
    carla: Person, crowd: list[Person], place: Place, server: LoopbackRelay
) -> None:
    outcomes: list[int] = []

    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not publishes(request) or decode_document(await body_of(request), Publish).kind != LogKind.COMMIT:
            return await handler(request)
        response = await handler(request)
        outcomes.append(response.status)
        return response

    revoked, *others = crowd
    await act.act(
        carla.mailbox,
        place.operation,
        lambda known: coordination.revoke(known, revoked.account, reason=RevokeReason.MISUSE, entropy=system_entropy),
    )
    server.meddle = count
    alarms, rested = Alarms(len(others)), asyncio.Semaphore(0)

    async def look(one: Person) -> None:
        async with asyncio.TaskGroup() as tasks:
            Enactor(one.mailbox, tasks, None, at_once=False, sleep=alarms.sleep).look_at(place.operation)
        rested.release()

    async with asyncio.TaskGroup() as members:
        for one in others:
            members.create_task(look(one))
        await alarms.all_wait.wait()
        together = alarms.ring()
        await rest(rested, together)
        while len(alarms):
            await rest(rested, alarms.ring())

    assert outcomes.count(200) == 1
    assert len(outcomes) - 1 <= min(A_HANDFUL, together - 1)


async def rest(rested: asyncio.Semaphore, count: int) -> None:
    """Until so many have done what they woke for."""
    for _ in range(count):
        await rested.acquire()
