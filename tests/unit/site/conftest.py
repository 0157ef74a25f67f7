"""A desk on a real database, and people who come to it."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cencomm.client.vault.header import StoreKey
from cencomm.node.database import Database, migrate, open_database
from cencomm.node.sealing import Sealer
from cencomm.secret import Secret
from cencomm.site.people.desk import Desk, Policy
from cencomm.site.verifiers import Verifiers
from tests.fakes.counting_entropy import CountingEntropy
from tests.unit.site.visitor import Visitor


@pytest.fixture(scope="session")
def blank_people(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file that the migration makes, made once."""
    path = tmp_path_factory.mktemp("people") / "people.sqlite"
    migrate(path, ("cencomm.site.people",))
    return path.read_bytes()


@pytest.fixture
async def store(blank_people: bytes, tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "people.sqlite"
    path.write_bytes(blank_people)
    database = open_database(path)
    yield database
    await database.dispose()


@pytest.fixture(scope="session")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def desk(store: Database, pool: ThreadPoolExecutor) -> Desk:
    """Of a store of personal data: nobody reads anything without an authenticator."""
    entropy = CountingEntropy("desk")
    return Desk(
        store=store,
        verifiers=Verifiers(pool, entropy),
        sealing=Sealer(StoreKey(bytes(32)), entropy),
        pepper=Secret(bytes(32)),
        policy=Policy(authenticator=True, inactive_days=25),
        entropy=entropy,
    )


@pytest.fixture
async def ana(desk: Desk) -> Visitor:
    """Has an authenticator; her computer is known. Half a minute has passed, so that her next code is a new one."""
    visitor = await Visitor(desk).is_added()
    await visitor.sets_up()
    visitor.now += 30
    return visitor
