"""What goes wrong while an archive records: a fault of ours moves nothing, a fault of theirs is set aside and said."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import aiohttp
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from cencomm.client.channel.posting import send
from cencomm.client.events import Event, MessageDelivered, Quarantined, Reason
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.demo.server import free_port
from cencomm.forms.canonical_json import JsonValue
from cencomm.node.consumer import Consumer
from cencomm.node.database import Database
from cencomm.node.errors import DatabaseUnavailable
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.archive import SECONDS, Archive, report
from tests.scenarios.people import Person, Place, draft


@dataclass(slots=True)
class Faulty:
    """A consumer with a bug or a broken disk: it writes its rows, then fails, so many times."""

    consumer: Consumer
    faults: int
    fault: Exception = field(default_factory=lambda: RuntimeError("the fault of a test"))

    @property
    def packages(self) -> Sequence[str]:
        return self.consumer.packages

    async def record(self, connection: AsyncConnection, event: Event, operation: Operation, *, now: int) -> None:
        await self.consumer.record(connection, event, operation, now=now)
        if isinstance(event, MessageDelivered) and self.faults:
            self.faults -= 1
            raise self.fault

    def redact(self, event: Quarantined, operation: Operation) -> Quarantined:
        return self.consumer.redact(event, operation)

    async def tend(self, mailbox: Mailbox, database: Database) -> None:
        await self.consumer.tend(mailbox, database)

    async def unfinished(self, connection: AsyncConnection) -> Mapping[str, int]:
        return await self.consumer.unfinished(connection)


async def test_a_fault_of_the_consumer_moves_nothing_and_is_overcome(
    archive: Archive, ana: Person, meeting: Place
) -> None:
    faulty = Faulty(archive.around.consumer, faults=3)
    archive.around = replace(archive.around, consumer=faulty)
    await report(ana, meeting, 1)
    await report(ana, meeting, 2)

    archive.start()

    assert await archive.headings(2) == ["case 1", "case 2"]
    assert faulty.faults == 0
    assert await archive.set_aside(0) == []
    assert (await archive.verify()).sound


async def test_a_full_disk_shows_in_health_as_long_as_it_lasts(archive: Archive, ana: Person, meeting: Place) -> None:
    """It ends nothing, and nothing is recorded: `make faults` found an archive that called itself well meanwhile."""
    faulty = Faulty(archive.around.consumer, faults=1_000, fault=DatabaseUnavailable("the disk of a test is full"))
    port = free_port()
    archive.around = replace(archive.around, consumer=faulty)
    archive.config = replace(archive.config, health_port=port)
    await report(ana, meeting, 1)
    archive.start()

    unwell = await health(port, 503)

    assert (unwell["fault"], unwell["relay"], unwell["state"]) == ("DatabaseUnavailable", True, "unwell")
    faulty.faults = 0
    assert await archive.headings(1) == ["case 1"]
    assert (await health(port, 200))["fault"] is None


async def test_a_relay_that_is_away_is_told_in_lines_without_traces_and_its_return_too(
    archive: Archive, server: LoopbackRelay, ana: Person, meeting: Place
) -> None:
    await report(ana, meeting, 1)
    await server.stop()

    with capture_logs() as lines:
        archive.start()
        await told(lines, "node_fault", 2)
        await server.start()
        await archive.headings(1)
        await told(lines, "node_recovered", 1)

    away = [line for line in lines if line["event"] == "node_fault"]
    assert [line["failures"] for line in away] == list(range(1, len(away) + 1))
    assert [line["retry_seconds"] for line in away[:2]] == [0.1, 0.2]
    assert {line["kind"] for line in away} == {"NoAnswer"}
    assert [line for line in lines if "exc_info" in line] == []


async def told(lines: Sequence[Mapping[str, object]], event: str, times: int) -> None:
    async with asyncio.timeout(SECONDS):
        while sum(line["event"] == event for line in lines) < times:  # noqa: ASYNC110 (nobody tells that a line was written)
            await asyncio.sleep(0.02)


async def health(port: int, status: int) -> dict[str, JsonValue]:
    """What the archive says once it answers so."""
    async with asyncio.timeout(SECONDS), aiohttp.ClientSession() as http:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    found: dict[str, JsonValue] = await answer.json()
                    if answer.status == status and (status == HTTPStatus.OK or found["relay"]):
                        return found
            await asyncio.sleep(0.05)


async def test_values_that_do_not_answer_their_form_are_set_aside_with_the_reason(
    archive: Archive, ana: Person, meeting: Place
) -> None:
    """An officer's program that does not judge what it sends."""
    environment = ana.mailbox.environment
    ana.mailbox.environment = replace(environment, judge_report=lambda _operation, _envelope: None)
    archive.start()
    await send(ana.mailbox, meeting.operation, meeting.channel, draft(meeting, {"case_ref": "half of it"}))
    await report(ana, meeting, 2)

    (aside,) = await archive.set_aside(1)

    assert await archive.headings(1) == ["case 2"]
    assert aside.reason is Reason.ILL_FORMED
    assert aside.account == ana.account
    assert not aside.alarm
    assert b"half of it" in aside.evidence
