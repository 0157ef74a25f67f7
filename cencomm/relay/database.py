"""SQLite as the relay uses it: one writing connection, several reading ones, and faults of the disk as one error."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from cencomm.errors import Unavailable
from cencomm.relay.config import RelayConfig

READERS = 4  # connections; SQLite reads beside its one writer in WAL mode


@dataclass(frozen=True, slots=True)
class Database:
    writer: AsyncEngine  # of one connection; only `writer.py` begins transactions on it
    readers: AsyncEngine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A snapshot of everything that is committed.

        Raises:
            Unavailable: the database cannot be read now.
        """
        with faults_as_unavailable():
            async with self.readers.connect() as connection:
                yield connection

    async def dispose(self) -> None:
        await self.readers.dispose()
        await self.writer.dispose()


@contextmanager
def faults_as_unavailable() -> Iterator[None]:
    """A full disk, a lock, a read-only or broken file: the peer did nothing wrong and may try again."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout) as exc:
        raise Unavailable("the relay cannot reach its storage; nothing was accepted, try again later") from exc


def migrate(path: Path) -> None:
    """The database has the newest tables afterwards; it is made if there is none.

    Raises:
        Unavailable: it cannot be written.
    """
    engine = create_engine(f"sqlite:///{path}")
    try:
        with as_file(files("cencomm.relay") / "migrations") as scripts, faults_as_unavailable(), engine.begin() as one:
            config = Config()
            config.set_main_option("script_location", str(scripts).replace("%", "%%"))
            config.attributes["connection"] = one
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def open_database(config: RelayConfig) -> Database:
    return Database(
        writer=_engine(config, connections=1, begin="BEGIN IMMEDIATE", pragmas=(f"synchronous={config.synchronous}",)),
        readers=_engine(config, connections=READERS, begin="BEGIN", pragmas=("query_only=ON",)),
    )


def _engine(config: RelayConfig, *, connections: int, begin: str, pragmas: tuple[str, ...]) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{config.database}",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error message is logged, a message or token is not
        connect_args={"isolation_level": None},  # transactions begin where we say, not where sqlite3 guesses
    )
    always = ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={round(config.lock_timeout_seconds * 1000)}")

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in always + pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
