"""The API of Kenya's store behind a real socket, and an analyst's program at it."""

import pytest

from cencomm.ncen.kind import NATION
from cencomm.node.api.kind import ApiKind
from cencomm.node.database import Database, migrate
from cencomm.node.people import PEOPLE
from tests.unit.node.api.conftest import ana, clock, pool, room, server, shared_labels, visitor
from tests.unit.node.records.keep import Keep

__all__ = ["ana", "clock", "pool", "room", "server", "shared_labels", "visitor"]


@pytest.fixture(scope="session")
def blank(blank: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """With the tables of people too, as a running node has them."""
    path = tmp_path_factory.mktemp("blank-api") / "node.sqlite"
    path.write_bytes(blank)
    migrate(path, (PEOPLE,))
    return path.read_bytes()


@pytest.fixture
def kind() -> ApiKind:
    return NATION.api


@pytest.fixture
def database(ncen: Keep) -> Database:
    return ncen.database
