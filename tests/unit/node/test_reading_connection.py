"""Whoever reads holds up nobody, sees one moment, and goes when they want to."""

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.node.database import READERS, Database
from cencomm.node.errors import DatabaseUnavailable
from cencomm.node.reading_connection import ReadingConnection
from cencomm.node.tables import VALUES

LONG = (
    "WITH RECURSIVE c (x) AS (SELECT begun() UNION ALL SELECT x + 1 FROM c WHERE x < 20000000) SELECT count(*) FROM c"
)
"""A question of several seconds."""


async def write(database: Database, name: str) -> None:
    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(VALUES).values(name=name, box=b""))

    await database.transact(work)


async def test_a_question_whose_asker_is_gone_is_broken_off() -> None:
    beneath, begun, ends = sqlite3.connect(":memory:", check_same_thread=False), threading.Event(), list[str]()
    connection = ReadingConnection(beneath, ThreadPoolExecutor(1))

    def begin() -> int:
        begun.set()
        return 1

    def ask() -> None:
        try:
            beneath.execute(LONG).fetchall()
        except sqlite3.OperationalError as error:
            ends.append(str(error))

    beneath.create_function("begun", 0, begin)
    asker = asyncio.create_task(connection.run(ask))
    await asyncio.to_thread(begun.wait)
    asker.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asker
    assert ends == ["interrupted"]
    assert await connection.run(beneath.execute("SELECT 1").fetchall) == [(1,)]
    await connection.close()


async def test_whoever_is_cancelled_twice_waits_for_the_thread_all_the_same() -> None:
    """Else a rollback in the loop would wait for the statement, and everybody with it."""
    begun, told = threading.Event(), threading.Event()
    connection = ReadingConnection(sqlite3.connect(":memory:", check_same_thread=False), ThreadPoolExecutor(1))

    def work() -> bool:
        begun.set()
        return told.wait()

    asker = asyncio.create_task(connection.run(work))
    await asyncio.to_thread(begun.wait)
    asker.cancel()
    await asyncio.sleep(0)
    asker.cancel()
    await asyncio.wait([asker], timeout=0)
    assert not asker.done()
    told.set()

    with pytest.raises(asyncio.CancelledError):
        await asker
    await connection.close()


async def test_the_loop_goes_on_while_a_question_is_answered() -> None:
    beneath, begun = sqlite3.connect(":memory:", check_same_thread=False), threading.Event()
    connection, told = ReadingConnection(beneath, ThreadPoolExecutor(1)), threading.Event()
    cursor = connection.cursor()

    def answer() -> bool:
        begun.set()
        return told.wait()

    beneath.create_function("answer", 0, answer)
    asker = asyncio.create_task(cursor.execute("SELECT answer()"))
    await asyncio.to_thread(begun.wait)
    told.set()  # only a loop that goes on gets here

    assert await (await asker).fetchall() == [(1,)]
    await connection.close()


async def test_readers_see_one_moment_until_they_end(database: Database) -> None:
    await write(database, "first")
    names = select(VALUES.c.name).order_by(VALUES.c.name)

    async with database.reading() as connection:
        before = (await connection.scalars(names)).all()
        await write(database, "second")
        assert (await connection.scalars(names)).all() == before == ["first"]

    async with database.reading() as connection:
        assert (await connection.scalars(names)).all() == ["first", "second"]


async def test_a_reader_after_another_who_was_cancelled_is_served(database: Database) -> None:
    for _ in range(READERS + 1):
        async with database.reading() as connection:
            asker = asyncio.create_task(connection.execute(text("SELECT 1")))
            await asyncio.sleep(0)
            asker.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asker

    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1


async def test_whoever_reads_writes_nothing(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with database.reading() as connection:
            await connection.execute(insert(VALUES).values(name="first", box=b""))
