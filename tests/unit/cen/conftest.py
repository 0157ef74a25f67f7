"""A CEN with its tables made as in production, by the migrations, beside one operation that releases to it."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from cencomm.cen.recording import ReleaseRecorder
from cencomm.client.reports import Reports
from cencomm.client.vault.header import StoreKey
from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form
from cencomm.node.database import NODE, migrate, open_database
from cencomm.node.journal import NodeJournal
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy
from tests.unit.cen.cases import Cen
from tests.unit.cen.release_desk import open_release_desk
from tests.unit.node.records.operation import NOW, Desk


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file that the migrations make, made once."""
    path = tmp_path_factory.mktemp("blank") / "node.sqlite"
    migrate(path, (NODE, *ReleaseRecorder.packages))
    return path.read_bytes()


@pytest.fixture
def desk(forms: Mapping[str, Form]) -> Desk:
    return open_release_desk(forms)


@pytest.fixture
async def cen(blank: bytes, tmp_path: Path, lists: Mapping[str, CodeList], desk: Desk) -> AsyncIterator[Cen]:
    path = tmp_path / "node.sqlite"
    path.write_bytes(blank)
    database = open_database(path)
    store = NodeStore(database, Sealer(StoreKey(bytes(32)), system_entropy))
    made = Cen(database, desk)
    made.journal = NodeJournal(store, ReleaseRecorder(Reports(lists)), made.operation, lambda: NOW + 60)
    yield made
    await database.dispose()
