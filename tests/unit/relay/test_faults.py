"""A disk that is full, locked or read-only: 503 and nothing stored, then everything as before."""

import sqlite3

from sqlalchemy import Connection, text
from structlog.testing import capture_logs

from cencomm.relay.config import RelayConfig
from cencomm.relay.keys import WRITER
from cencomm.relay.state import Draft
from cencomm.wire.errors import ErrorCode
from tests.fakes.founded_operation import Operation
from tests.fakes.served_relay import Relay


async def pragma(relay: Relay, statement: str) -> None:
    """Said on the connection that writes, between two transactions."""

    def say(connection: Connection, _: Draft) -> None:
        connection.execute(text(statement))

    await relay.app[WRITER].write(say)


async def test_a_read_only_database_refuses_writes_and_still_reads(operation: Operation) -> None:
    await pragma(operation.relay, "PRAGMA query_only=ON")

    answer = await operation.publish(operation.message())

    assert answer.code == ErrorCode.UNAVAILABLE
    assert (await operation.relay.ask("GET", "/healthz")).status == 503
    assert len((await operation.log()).entries) == 1
    assert (await operation.coordinator.ask("GET", "/v1/operations")).status == 200


async def test_a_full_disk_refuses_writes_until_there_is_room(operation: Operation) -> None:
    relay = operation.relay
    await pragma(relay, "PRAGMA max_page_count=1")  # SQLite reads it as: as large as it is, no larger
    message = operation.message(bytes(900_000))

    full = await operation.publish(message)

    assert full.code == ErrorCode.UNAVAILABLE
    assert len((await operation.log()).entries) == 1
    await pragma(relay, "PRAGMA max_page_count=1000000")
    answer = await operation.publish(message)
    assert operation.receipt(answer).sequence == 2


async def test_a_locked_database_refuses_writes_until_it_is_free(operation: Operation, config: RelayConfig) -> None:
    blocker = sqlite3.connect(config.database, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    message = operation.message()

    with capture_logs() as logs:
        locked = await operation.publish(message)
        commit = await operation.commit()
        entry = await operation.append(operation.channel_body())

    assert {line["event"] for line in logs} == {"transaction_failed"}  # and no defect
    assert locked.code == commit.code == entry.code == ErrorCode.UNAVAILABLE
    blocker.execute("ROLLBACK")
    blocker.close()
    assert operation.receipt(await operation.publish(message)).sequence == 2
    assert (await operation.append(operation.channel_body())).status == 200


async def test_the_relay_is_healthy_when_it_can_write(relay: Relay) -> None:
    answer = await relay.ask("GET", "/healthz")

    assert (answer.status, answer.body) == (200, b"ok\n")
