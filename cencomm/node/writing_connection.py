"""The connection through which a node writes: statements run where they are asked for, only waiting goes to a thread.

aiosqlite hands each call to a thread and back: three hand-overs for one statement, twenty for one record, each as long
as the statement itself many times over (docs/performance.md). Inside a write transaction a statement touches pages in
memory and takes 10 to 100 µs, so it runs in the loop. What waits, for the lock at BEGIN and for the disk at COMMIT,
runs in a thread. Readers ask in threads of their own (`reading_connection.py`): a search through a million cells must
hold up nobody.

This is aiosqlite's interface as far as SQLAlchemy's dialect of that name uses it.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Self

WAITS = ("BEGIN", "COMMIT", "PRAGMA", "ROLLBACK")  # statements that lock or sync

Parameters = Sequence[Any] | dict[str, Any]


class WritingCursor:
    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.arraysize = cursor.arraysize

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Parameters = ()) -> Self:
        if statement.upper().startswith(WAITS):
            await asyncio.to_thread(self._cursor.execute, statement, parameters)
        else:
            self._cursor.execute(statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Iterable[Parameters]) -> Self:
        self._cursor.executemany(statement, parameters)
        return self

    async def fetchone(self) -> Any:
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        return self._cursor.fetchmany(size or self.arraysize)

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    async def close(self) -> None:
        self._cursor.close()


class WritingConnection:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, path: str, **options: Any) -> Self:
        connect = partial(sqlite3.connect, path, **{**options, "check_same_thread": False})
        return cls(await asyncio.to_thread(connect))

    def cursor(self) -> WritingCursor:
        return WritingCursor(self._connection.cursor())

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        self._connection.create_function(*arguments, **options)

    async def cut_log(self) -> bool:
        """Whether the write-ahead log is empty now; outside of a transaction."""
        return await asyncio.to_thread(self._cut_log)

    def _cut_log(self) -> bool:
        ((patience,),) = self._connection.execute("PRAGMA busy_timeout").fetchall()
        self._connection.execute("PRAGMA busy_timeout=0")
        try:
            ((busy, _, _),) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            self._connection.execute(f"PRAGMA busy_timeout={patience}")
        return not busy

    async def commit(self) -> None:
        await asyncio.to_thread(self._connection.commit)

    async def rollback(self) -> None:
        await asyncio.to_thread(self._connection.rollback)

    async def close(self) -> None:
        await asyncio.to_thread(self._connection.close)

    def stop(self) -> None:
        """Of a connection whose owner was cancelled: what it began is undone."""
        self._connection.close()
