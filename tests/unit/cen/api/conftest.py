"""CEN's API behind a real socket, and an analyst's program at it."""

import pytest

from cencomm.cen.kind import CEN_NODE
from cencomm.node.api.kind import ApiKind
from cencomm.node.database import Database, migrate
from cencomm.node.people import PEOPLE
from tests.unit.cen.cases import Cen
from tests.unit.node.api.conftest import ana, clock, pool, room, server, shared_labels, visitor

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
    return CEN_NODE.api


@pytest.fixture
def database(cen: Cen) -> Database:
    return cen.database
