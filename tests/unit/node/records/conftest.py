"""A node's database with the tables of records."""

import pytest

from cencomm.node.database import NODE, migrate
from cencomm.node.records.recording import RECORDS


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("blank-records") / "node.sqlite"
    migrate(path, (NODE, RECORDS))
    return path.read_bytes()
