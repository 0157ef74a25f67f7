"""A node's database, made as in production: by the migrations."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cencomm.client.vault.header import StoreKey
from cencomm.node.database import Database, migrate, open_database
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy

KEY = StoreKey(b"\x0e" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node.sqlite"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    migrate(path)
    database = open_database(path)
    yield database
    await database.dispose()


@pytest.fixture
def store(database: Database) -> NodeStore:
    return NodeStore(database, Sealer(KEY, system_entropy))
