"""What goes wrong while an archive records: a fault of ours moves nothing, a fault of theirs is set aside and said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.channel.posting import send
from cencomm.client.events import Event, MessageDelivered, Quarantined, Reason
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.node.consumer import Consumer
from cencomm.node.database import Database
from tests.scenarios.archive import Archive, report
from tests.scenarios.people import Person, Place, draft


@dataclass(slots=True)
class Faulty:
    """A consumer with a bug or a broken disk: it writes its rows, then fails, so many times."""

    consumer: Consumer
    faults: int

    @property
    def packages(self) -> Sequence[str]:
        return self.consumer.packages

    async def record(self, connection: AsyncConnection, event: Event, operation: Operation, *, now: int) -> None:
        await self.consumer.record(connection, event, operation, now=now)
        if isinstance(event, MessageDelivered) and self.faults:
            self.faults -= 1
            raise RuntimeError("the fault of a test")

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
