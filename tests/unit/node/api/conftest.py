"""An archive's API behind a real socket, on a real database, and people at it."""

from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiohttp.test_utils import BaseTestServer, TestServer

from cencomm.archive.kind import ARCHIVE
from cencomm.client.vault.header import StoreKey
from cencomm.forms.code_list import CodeList
from cencomm.node.api.app import build_api
from cencomm.node.api.kind import ApiKind
from cencomm.node.api.room import Room
from cencomm.node.data_folder import DataFolder
from cencomm.node.database import NODE, Database, migrate
from cencomm.node.people import PEOPLE
from cencomm.node.records.criteria import Labels
from cencomm.node.records.recording import RECORDS
from cencomm.node.sealing import Sealer
from cencomm.secret import Secret
from cencomm.site.people.consultation import LogKey
from cencomm.site.people.desk import Desk as PeopleDesk
from cencomm.site.people.person import Role
from cencomm.site.verifiers import Verifiers
from tests.fakes.counting_entropy import CountingEntropy
from tests.unit.node.api.clock import StandingClock
from tests.unit.node.api.visitor import Visitor
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import Desk, Values


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """With the tables of records and of people, as a running node has them."""
    path = tmp_path_factory.mktemp("blank-api") / "node.sqlite"
    migrate(path, (NODE, RECORDS, PEOPLE))
    return path.read_bytes()


@pytest.fixture(scope="session")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="session")
def shared_labels(lists: Mapping[str, CodeList]) -> Labels:
    return Labels(lists)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def kind() -> ApiKind:
    return ARCHIVE.api


@pytest.fixture
def room(
    kind: ApiKind,
    database: Database,
    tmp_path: Path,
    pool: ThreadPoolExecutor,
    lists: Mapping[str, CodeList],
    shared_labels: Labels,
    clock: StandingClock,
) -> Room:
    entropy = CountingEntropy("people")
    desk = PeopleDesk(
        store=database,
        verifiers=Verifiers(pool, entropy),
        sealing=Sealer(StoreKey(bytes(32)), entropy),
        pepper=Secret(bytes(32)),
        policy=kind.policy,
        entropy=entropy,
    )
    room = Room(
        kind=kind,
        folder=DataFolder(tmp_path),
        database=database,
        desk=desk,
        log_key=LogKey(bytes(32)),
        lists=lists,
        clock=clock,
    )
    room.__dict__["labels"] = shared_labels  # the cached property: folding all labels once is enough for all tests
    return room


@pytest.fixture
async def server(room: Room) -> AsyncIterator[BaseTestServer]:
    async with TestServer(build_api(room)) as server:
        yield server


@pytest.fixture
async def visitor(server: BaseTestServer, room: Room) -> AsyncIterator[Visitor]:
    """At the door of the archive, with no account yet."""
    async with Visitor.at(server, room) as visitor:
        yield visitor


@pytest.fixture
async def ana(visitor: Visitor) -> Visitor:
    """An analyst's program."""
    await visitor.has_token("ana", Role.ANALYST)
    return visitor


@pytest.fixture
async def eve(visitor: Visitor) -> Visitor:
    """The program of somebody who may export."""
    await visitor.has_token("eve", Role.EXPORTER)
    return visitor


@pytest.fixture
async def seized(archive: Keep, desk: Desk, ivory: Values) -> Keep:
    """One seizure of ivory, record 1."""
    await archive.take(desk.message("seizure", ivory))
    return archive
