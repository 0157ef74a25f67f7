"""SQLite as a node uses it: one writing connection, several reading ones, and faults of the disk as one error."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from cencomm.node.errors import DatabaseUnavailable
from cencomm.node.reading_connection import BEGINS_SNAPSHOT, ReadingConnection
from cencomm.node.writing_connection import WritingConnection
from cencomm.site.migrating import upgrade

T = TypeVar("T")
Work: TypeAlias = Callable[[AsyncConnection], Awaitable[T]]
"""Something done in an open transaction. It never commits."""

NODE = "cencomm.node"
READERS = 4  # connections; SQLite reads beside its one writer in WAL mode
LOCK_TIMEOUT_MILLISECONDS = 5_000  # a backup may hold the file so long; then the transaction is tried again
CACHE_KIB = 65_536  # pages of a reader: a search through 100,000 records touches about as much
# FULL: what moved the cursor survives a power cut. The others: secrets of past epochs are overwritten (S6), not freed.
_WRITER_PRAGMAS = ("synchronous=FULL", "secure_delete=ON", "journal_size_limit=0")
_READER_PRAGMAS = ("query_only=ON", f"cache_size=-{CACHE_KIB}")


@dataclass(frozen=True, slots=True)
class Database:
    """`writer` has one connection: a node's transactions follow each other."""

    writer: AsyncEngine
    readers: AsyncEngine

    async def transact(self, work: Work[T]) -> T:
        """What `work` returns, once all that it wrote is durable; or nothing of it was written.

        Whoever is cancelled while waiting here waits on: the transaction takes place, whole, and then the cancellation.
        A consumer is so never interrupted between two statements, and a node that is told to stop leaves nothing begun.

        Raises:
            Unavailable: the disk is full, locked or broken.
        """
        task = asyncio.create_task(self._transact(work))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise

    async def _transact(self, work: Work[T]) -> T:
        with faults_as_unavailable():
            async with self.writer.begin() as connection:
                return await work(connection)

    async def cut_log(self) -> bool:
        """Whether every earlier page is gone from the write-ahead log; whoever reads now may hold it back.

        Nobody waits for it: neither a reader nor the next transaction.

        Raises:
            Unavailable: the disk does not take it.
        """
        with faults_as_unavailable():
            async with self.writer.connect() as connection:
                beneath = (await connection.get_raw_connection()).driver_connection
                assert isinstance(beneath, WritingConnection)
                return await beneath.cut_log()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A snapshot of what is committed, while the node writes on.

        Raises:
            Unavailable: it cannot be read now.
        """
        with faults_as_unavailable():
            async with self.readers.connect() as connection:
                yield connection

    async def dispose(self) -> None:
        await self.readers.dispose()
        await self.writer.dispose()


@contextmanager
def faults_as_unavailable() -> Iterator[None]:
    """A full disk, a lock, a broken file is nobody's message's fault: it is tried again, and nothing has moved.

    A broken constraint is a fault of this program and stays what it is.
    """
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout) as error:
        raise DatabaseUnavailable(f"the node's database cannot be used now: {type(error).__name__}") from error


def migrate(path: Path, packages: Sequence[str] = (NODE,)) -> None:
    """The database has the newest tables of each package (`<package>/migrations`); it is made if there is none.

    Each package counts its own versions, in one transaction for all: a new table of the archive is no matter of the
    node's.

    Raises:
        Unavailable: it cannot be written.
    """
    engine = create_engine(f"sqlite:///{path}", connect_args={"isolation_level": None}, hide_parameters=True)
    _prepare(engine, begin="BEGIN IMMEDIATE", pragmas=_WRITER_PRAGMAS)
    try:
        with faults_as_unavailable(), engine.begin() as connection:
            for package in packages:
                upgrade(connection, package)
    finally:
        engine.dispose()


def open_database(path: Path) -> Database:
    return Database(
        writer=_engine(
            path,
            connections=1,
            begin="BEGIN IMMEDIATE",
            pragmas=_WRITER_PRAGMAS,
            async_creator_fn=WritingConnection.open,
        ),
        readers=_engine(
            path,
            connections=READERS,
            begin=BEGINS_SNAPSHOT,
            pragmas=_READER_PRAGMAS,
            async_creator_fn=ReadingConnection.open,
        ),
    )


def _engine(path: Path, *, connections: int, begin: str, pragmas: tuple[str, ...], **connecting: Any) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error message is logged, a record is not
        # Transactions begin where we say, not where sqlite3 guesses.
        connect_args={"isolation_level": None, **connecting},
    )
    _prepare(engine.sync_engine, begin=begin, pragmas=pragmas)
    return engine


def _prepare(engine: Engine, *, begin: str, pragmas: tuple[str, ...]) -> None:
    always = ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={LOCK_TIMEOUT_MILLISECONDS}", "trusted_schema=OFF")

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in always + pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
