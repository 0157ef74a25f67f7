"""A connection through which a node reads: one hand-over to its thread for each question, answers and all.

aiosqlite hands over four times for a question (a cursor, the statement, the rows, the cursor's end) and once each for
the beginning and the end of a snapshot: twenty-eight times for one search through the API, longer than SQLite took with
it (docs/performance.md). What cannot wait, making a cursor and beginning or ending a snapshot, is done in the loop;
what may walk through a million cells is done in the thread, and is broken off when whoever asked is gone.

This is aiosqlite's interface as far as SQLAlchemy's dialect of that name uses it.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Self, TypeVar

from cencomm.node.writing_connection import Parameters

T = TypeVar("T")

BEGINS_SNAPSHOT = "BEGIN"  # deferred: it takes no lock, the first question does
INTERRUPT_SECONDS = 0.02  # between two tries to break off a statement that may not have begun


class ReadingCursor:
    def __init__(self, connection: "ReadingConnection", cursor: sqlite3.Cursor) -> None:
        self._connection = connection
        self._cursor = cursor
        self._rows: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    async def execute(self, statement: str, parameters: Parameters = ()) -> Self:
        if statement == BEGINS_SNAPSHOT:
            self._cursor.execute(statement)
        else:
            self._rows = await self._connection.run(partial(self._ask, statement, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._cursor.close()

    def _ask(self, statement: str, parameters: Parameters) -> list[Any]:
        return self._cursor.execute(statement, parameters).fetchall()


class ReadingConnection:
    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    @classmethod
    async def open(cls, path: str, **options: Any) -> Self:
        thread = ThreadPoolExecutor(1, thread_name_prefix="reader")
        connect = partial(sqlite3.connect, path, **{**options, "check_same_thread": False})
        return cls(await asyncio.get_running_loop().run_in_executor(thread, connect), thread)

    def cursor(self) -> ReadingCursor:
        return ReadingCursor(self, self._connection.cursor())

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns, done in this connection's thread.

        Whoever is cancelled meanwhile goes when the thread is free again, which is at once: the statement is
        interrupted.
        """
        begun = self._thread.submit(work)
        done = asyncio.wrap_future(begun)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            while not (begun.cancel() or begun.done()):
                self._connection.interrupt()
                with suppress(asyncio.CancelledError):  # again: what comes next, a rollback, would stop the loop
                    await asyncio.wait([done], timeout=INTERRUPT_SECONDS)
            raise

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        self._connection.create_function(*arguments, **options)

    async def rollback(self) -> None:
        self._connection.rollback()

    async def close(self) -> None:
        await self.run(self._connection.close)
        self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """Of a connection whose owner is gone: what it asks is broken off."""
        self._connection.interrupt()
        self._thread.submit(self._connection.close)
        self._thread.shutdown(wait=False)
