"""A node's database, made as in production: by the migrations, once; each test begins with a copy.

Folders beneath say with a `blank` of their own which tables theirs has besides.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cencomm.client.reports import Reports
from cencomm.client.vault.header import StoreKey
from cencomm.node.database import Database, migrate, open_database
from cencomm.node.journal import NodeJournal
from cencomm.node.records.recording import MessageRecorder
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk

KEY = StoreKey(b"\x0e" * 32)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("blank-node") / "node.sqlite"
    migrate(path)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node.sqlite"


@pytest.fixture
def copy(blank: bytes, path: Path) -> Path:
    path.write_bytes(blank)
    return path


@pytest.fixture
async def database(copy: Path) -> AsyncIterator[Database]:
    database = open_database(copy)
    yield database
    await database.dispose()


@pytest.fixture
def store(database: Database) -> NodeStore:
    return NodeStore(database, Sealer(KEY, system_entropy))


@pytest.fixture
def journal(store: NodeStore, desk: Desk, reports: Reports) -> NodeJournal:
    return NodeJournal(store, MessageRecorder(reports), lambda _: desk.operation, lambda: NOW + 60)


@pytest.fixture
async def archive(database: Database, journal: NodeJournal) -> Keep:
    """Keeps records where `blank` has their tables."""
    return Keep(database, journal)
