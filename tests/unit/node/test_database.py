"""Transactions are whole: also when their caller is gone before they end."""

import asyncio

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.node.database import Database
from cencomm.node.tables import VALUES


async def names(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.scalars(select(VALUES.c.name))).all())


async def test_a_transaction_whose_caller_is_cancelled_takes_place_whole(database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(VALUES).values(name="first", box=b""))
        begun.set()
        await go_on.wait()
        await connection.execute(insert(VALUES).values(name="second", box=b""))

    caller = asyncio.create_task(database.transact(work))
    await begun.wait()
    caller.cancel()
    await asyncio.sleep(0)
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await names(database) == ["first", "second"]


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(VALUES).values(name="first", box=b""))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.transact(work)
    assert await names(database) == []


async def test_a_broken_constraint_is_no_fault_of_the_disk(database: Database) -> None:
    async def work(connection: AsyncConnection) -> None:
        for _ in range(2):
            await connection.execute(insert(VALUES).values(name="first", box=b""))

    with pytest.raises(IntegrityError):
        await database.transact(work)


async def test_readers_see_what_is_committed_and_nothing_begun(database: Database) -> None:
    async def work(connection: AsyncConnection) -> list[str]:
        await connection.execute(insert(VALUES).values(name="first", box=b""))
        return await names(database)

    assert await database.transact(work) == []
    assert await names(database) == ["first"]
