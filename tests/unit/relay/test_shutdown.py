"""A relay that stops under load: sockets are closed, then what waits is written, then the database is let go."""

import asyncio
import threading
from dataclasses import dataclass, field

import pytest
from aiohttp import WSCloseCode
from sqlalchemy import Connection, text

from cencomm.errors import Unavailable, UsageError
from cencomm.relay.config import RelayConfig
from cencomm.relay.folder_lock import folder_locked
from cencomm.relay.keys import DATABASE, WRITER
from cencomm.relay.state import Draft
from tests.fakes.founded_operation import found_operation
from tests.fakes.served_relay import StandingClock, running
from tests.unit.relay.test_stream import close_code, stream

MESSAGES = 20


@dataclass(frozen=True)
class SlowTransaction:
    """Keeps the writer's thread until it may end."""

    began: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)

    def __call__(self, _: Connection, __: Draft) -> str:
        self.began.set()
        assert self.may_end.wait(10)
        return "written"


@pytest.fixture
def slow() -> SlowTransaction:
    return SlowTransaction()


async def test_streams_are_closed_at_once_and_every_message_under_way_gets_its_receipt(
    config: RelayConfig, slow: SlowTransaction
) -> None:
    async with running(config, StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
        before = len((await operation.log()).entries)
        async with stream(operation.coordinator) as socket, asyncio.timeout(10):
            writing = asyncio.create_task(relay.app[WRITER].write(slow))
            await asyncio.to_thread(slow.began.wait, 10)
            publishing = [asyncio.create_task(operation.publish(operation.message())) for _ in range(MESSAGES)]
            while relay.app[WRITER].waiting < MESSAGES:  # noqa: ASYNC110 (the relay tells nobody who waits)
                await asyncio.sleep(0)

            stopping = asyncio.create_task(relay.server.close())

            assert await close_code(socket) == WSCloseCode.GOING_AWAY
            assert not writing.done()
            slow.may_end.set()
            answers = await asyncio.gather(*publishing)
            await stopping

    assert [answer.status for answer in answers] == [200] * MESSAGES
    async with running(config, StandingClock()) as again:
        operation.coordinator.relay = again
        assert len((await operation.log()).entries) == before + MESSAGES


async def test_the_database_and_the_folder_are_let_go_after_the_last_transaction(
    config: RelayConfig, slow: SlowTransaction
) -> None:
    async with running(config, StandingClock()) as relay, asyncio.timeout(10):
        writer, database = relay.app[WRITER], relay.app[DATABASE]
        first = asyncio.create_task(writer.write(slow))
        await asyncio.to_thread(slow.began.wait, 10)
        last = asyncio.create_task(writer.write(lambda _, __: "written too"))

        stopping = asyncio.create_task(relay.server.close())
        while not writer._stopped:  # noqa: ASYNC110 (nor that it stops)
            await asyncio.sleep(0)

        with pytest.raises(Unavailable, match="shutting down"):
            await writer.write(slow)
        assert await database.read(lambda connection: connection.scalar(text("SELECT 1"))) == 1
        with pytest.raises(UsageError, match="already"), folder_locked(config.data):
            pass
        slow.may_end.set()
        await stopping
        assert (await first, await last) == ("written", "written too")
        with pytest.raises(RuntimeError, match="after shutdown"):
            await database.read(lambda _: None)
        with folder_locked(config.data):
            pass
