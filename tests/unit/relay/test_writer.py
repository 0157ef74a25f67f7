"""The one writer: who shares a transaction, and so a flush to disk."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection

from cencomm.errors import CencommError
from cencomm.ids import AccountId, ChannelId, OperationId, SendId
from cencomm.relay.database import migrate, open_database
from cencomm.relay.state import Draft, State
from cencomm.relay.submission import Submission
from cencomm.relay.writer import Writer
from cencomm.wire.log import Publish
from tests.fakes.served_relay import config_for

MESSAGE = Submission.unread(
    AccountId(bytes(16)),
    OperationId(bytes(32)),
    ChannelId(bytes(16)),
    1,
    Publish(send_id=SendId(bytes(16)), kind=2, message=b"anything"),
)


@dataclass
class Desk:
    """A writer on a real database that notes how many messages each of its transactions took."""

    writer: Writer
    transactions: list[int]

    async def write_at_once(self, count: int) -> None:
        await asyncio.gather(*(self.writer.publish(MESSAGE) for _ in range(count)))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    config, transactions = config_for(tmp_path), list[int]()
    migrate(config.database)

    def accept(_: Connection, __: Draft, submissions: Sequence[Submission]) -> list[bytes | CencommError]:
        transactions.append(len(submissions))
        return [b"receipt"] * len(submissions)

    writer = Writer(State({}, {}, {}), accept, lambda _: None, lambda _, __: None)
    database = open_database(config)
    running = asyncio.create_task(writer.run(database.writer))
    yield Desk(writer, transactions)
    await writer.stop()
    await running
    database.dispose()


async def test_those_who_wrote_together_and_write_again_share_a_flush_though_one_is_first(desk: Desk) -> None:
    """Else the first gets a flush of its own and the four others wait for the next."""
    await desk.write_at_once(5)
    first = asyncio.create_task(desk.writer.publish(MESSAGE))
    for _ in range(5):
        await asyncio.sleep(0)

    await desk.write_at_once(4)
    await first

    assert desk.transactions == [5, 5]


async def test_who_writes_alone_after_others_is_not_kept_waiting_for_them(desk: Desk) -> None:
    await desk.write_at_once(5)

    async with asyncio.timeout(5):
        await desk.write_at_once(1)
        await desk.write_at_once(1)

    assert desk.transactions == [5, 1, 1]


async def test_a_writer_that_stops_does_not_wait_for_others(desk: Desk) -> None:
    await desk.write_at_once(5)
    last = asyncio.create_task(desk.writer.publish(MESSAGE))
    await asyncio.sleep(0)

    await desk.writer.stop()

    async with asyncio.timeout(5):
        assert await last == b"receipt"
