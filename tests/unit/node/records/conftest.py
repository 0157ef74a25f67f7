"""A node's database with the archive's tables, made as in production: by the migrations."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cencomm.client.reports import Reports
from cencomm.client.vault.header import StoreKey
from cencomm.node.database import NODE, Database, migrate, open_database
from cencomm.node.journal import NodeJournal
from cencomm.node.records.recording import RECORDS, MessageRecorder
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file that the migrations make, made once."""
    path = tmp_path_factory.mktemp("blank") / "node.sqlite"
    migrate(path, (NODE, RECORDS))
    return path.read_bytes()


@pytest.fixture
async def database(blank: bytes, tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "node.sqlite"
    path.write_bytes(blank)
    database = open_database(path)
    yield database
    await database.dispose()


@pytest.fixture
def store(database: Database) -> NodeStore:
    return NodeStore(database, Sealer(StoreKey(bytes(32)), system_entropy))


@pytest.fixture
def journal(store: NodeStore, desk: Desk, reports: Reports) -> NodeJournal:
    return NodeJournal(store, MessageRecorder(reports), lambda _: desk.operation, lambda: NOW + 60)


@pytest.fixture
async def archive(database: Database, journal: NodeJournal) -> Keep:
    return Keep(database, journal)
