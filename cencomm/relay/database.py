"""SQLite as the relay uses it: one writing connection, several reading ones, and faults of the disk as one error.

Plain SQLAlchemy in threads of our own, not an asynchronous driver: such a driver hands every single statement to its
thread and back, and a transaction of four statements waits eleven times for two threads to find each other. Here a
transaction is one hand-over (docs/relay.md has the numbers).
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from cencomm.errors import Unavailable
from cencomm.relay.config import RelayConfig
from cencomm.site.migrating import upgrade

T = TypeVar("T")

READERS = 4  # threads and connections; SQLite reads beside its one writer in WAL mode


@dataclass(frozen=True, slots=True, eq=False)
class Database:
    writer: Engine  # of one connection; only `writer.py` begins transactions on it
    readers: Engine
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(READERS, "reader"))
    _long_thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "long-reader"))

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What `query` finds in a snapshot of everything that is committed. It runs in a thread.

        Raises:
            Unavailable: the database cannot be read now.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, query)

    async def read_long(self, query: Callable[[Connection], T]) -> T:
        """As `read`, for what is long and may wait: one after the other.

        Each takes the interpreter for a millisecond and more, from the loop and from the writer.
        """
        return await asyncio.get_running_loop().run_in_executor(self._long_thread, self._read, query)

    def _read(self, query: Callable[[Connection], T]) -> T:
        with faults_as_unavailable(), self.readers.connect() as connection:
            return query(connection)

    def dispose(self) -> None:
        self._threads.shutdown()
        self._long_thread.shutdown()
        self.readers.dispose()
        self.writer.dispose()


@contextmanager
def faults_as_unavailable() -> Iterator[None]:
    """A full disk, a lock, a read-only or broken file: the peer did nothing wrong and may try again."""
    try:
        yield
    except (IntegrityError, sqlite3.IntegrityError):
        raise
    except (DBAPIError, sqlite3.Error, PoolTimeout) as exc:
        raise Unavailable("the relay cannot reach its storage; nothing was accepted, try again later") from exc


def driver(connection: Connection) -> sqlite3.Connection:
    """The connection beneath, in the same transaction: for the few statements that run for every message.

    SQLAlchemy's way down to it costs more than what SQLite does there.
    """
    beneath = connection.connection.driver_connection
    assert isinstance(beneath, sqlite3.Connection)
    return beneath


def migrate(path: Path) -> None:
    """The database has the newest tables afterwards; it is made if there is none.

    Raises:
        Unavailable: it cannot be written.
    """
    engine = create_engine(f"sqlite:///{path}")
    try:
        with faults_as_unavailable(), engine.begin() as connection:
            upgrade(connection, "cencomm.relay")
    finally:
        engine.dispose()


def open_database(config: RelayConfig) -> Database:
    return Database(
        writer=_engine(config, connections=1, begin="BEGIN IMMEDIATE", pragmas=(f"synchronous={config.synchronous}",)),
        readers=_engine(config, connections=READERS + 1, begin="BEGIN", pragmas=("query_only=ON",)),
    )


def _engine(config: RelayConfig, *, connections: int, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(
        f"sqlite:///{config.database}",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error message is logged, a message or token is not
        connect_args={"isolation_level": None},  # transactions begin where we say, not where sqlite3 guesses
    )
    always = ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={round(config.lock_timeout_seconds * 1000)}")

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in always + pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        driver(connection).execute(begin)

    return engine
