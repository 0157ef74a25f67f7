"""The store of Kenya, with its tables made as in production: by the migrations."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cencomm.client.reports import Reports
from cencomm.client.vault.header import StoreKey
from cencomm.ncen.nation import Nation
from cencomm.ncen.recording import NationRecorder
from cencomm.node.database import NODE, migrate, open_database
from cencomm.node.journal import NodeJournal
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk

KENYA = Nation("KE")


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file that the migrations make, made once."""
    path = tmp_path_factory.mktemp("blank") / "node.sqlite"
    migrate(path, (NODE, *NationRecorder.packages))
    return path.read_bytes()


@pytest.fixture
async def ncen(blank: bytes, tmp_path: Path, desk: Desk, reports: Reports) -> AsyncIterator[Keep]:
    path = tmp_path / "node.sqlite"
    path.write_bytes(blank)
    database = open_database(path)
    store = NodeStore(database, Sealer(StoreKey(bytes(32)), system_entropy))
    yield Keep(database, NodeJournal(store, NationRecorder(reports, KENYA), lambda _: desk.operation, lambda: NOW + 60))
    await database.dispose()
