"""Each message is recorded once, wherever the process dies: at every statement before it, after it, at the commit.

One test for all consumers (design.md section 9): whoever adds one adds it to TAKERS.
"""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeGuard

import pytest
from sqlalchemy import Connection, Table, delete, event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from cencomm.cen.recording import ReleaseRecorder
from cencomm.cen.tables import RELEASES
from cencomm.client.events import Event, MessageDelivered, Quarantined, Reason
from cencomm.client.reports import Reports
from cencomm.client.vault.header import StoreKey
from cencomm.client.vault.journal import Fetched
from cencomm.errors import Unavailable
from cencomm.forms.code_list import CodeList
from cencomm.ledger.kinds import ChannelKind
from cencomm.ncen.nation import Nation
from cencomm.ncen.recording import NationRecorder
from cencomm.ncen.tables import CASE_VERSIONS, SUSPECTS
from cencomm.node.consumer import Consumer
from cencomm.node.database import NODE, Database, migrate, open_database
from cencomm.node.journal import NodeJournal
from cencomm.node.quarantine import list_set_aside
from cencomm.node.records.recording import MessageRecorder
from cencomm.node.records.tables import CELLS, MESSAGES, WORDS
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.node.tables import VALUES
from cencomm.secret import system_entropy
from tests.unit.cen.release_desk import release, with_channel
from tests.unit.node.records.operation import NOW, Desk, Values

POSITION = "channel/position"


class Killed(BaseException):
    """The process ends here: nothing that would run afterwards counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """A consumer, whose messages it takes, and what it makes of each beside a record: rows of these tables."""

    name: str
    consumer: Callable[[Reports], Consumer]
    takes: Callable[[MessageDelivered, Desk], bool]
    report: tuple[str, Values]
    rows: tuple[Table, ...] = ()
    stage: Callable[[Desk], Desk] = lambda desk: desk  # where its messages are said


NOTE: tuple[str, Values] = ("note", {"text": "Bonjour " * 1000})
CASE: tuple[str, Values] = (
    "seizure",
    {
        "case_ref": "KE-1",
        "seizure_date": "2026-11-05",
        "reporting_country": "KE",
        "location_type": "airport",
        "place": {"country": "KE"},
        "items": [{"category": "CIT", "quantity": {"unweighed": True}}],
        "persons": [{"role": "courier", "surname": "Exemple"}],
        "remarks": "Bonjour " * 500,
    },
)


def from_kenya(message: MessageDelivered, desk: Desk) -> bool:
    return message.account == desk.officers["KE"].identity.account


TAKERS = (
    Taker(name="archive", consumer=MessageRecorder, takes=lambda _, __: True, report=NOTE),
    Taker(
        name="ncen",
        consumer=lambda reports: NationRecorder(reports, Nation("KE")),
        takes=from_kenya,
        report=CASE,
        rows=(CASE_VERSIONS, SUSPECTS.roles),
    ),
    Taker(
        name="cen",
        consumer=ReleaseRecorder,
        takes=lambda _, __: True,
        report=("release", release(concealment_text="Bonjour " * 200)),
        rows=(RELEASES,),
        stage=lambda desk: with_channel(desk, ChannelKind.RELEASE),
    ),
)


@dataclass(slots=True)
class Trap:
    """Springs at the n-th step of the database."""

    at: int
    steps: int = 0
    sprung: bool = False

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            self.sprung = True
            raise Killed

    def set_on(self, engine: AsyncEngine) -> None:
        """Before and after each statement, and before the commit."""

        def before(*_: object) -> None:
            self.step()

        def commit(_: Connection) -> None:
            self.step()

        event.listen(engine.sync_engine, "before_cursor_execute", before)
        event.listen(engine.sync_engine, "after_cursor_execute", before)
        event.listen(engine.sync_engine, "commit", commit)


class FullDisk:
    """No page more than the file has."""

    def set_on(self, engine: AsyncEngine) -> None:
        def fill(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA max_page_count = 1")  # SQLite raises it to what there is
            cursor.close()

        event.listen(engine.sync_engine, "connect", fill)

    def step(self) -> None:
        pass


@dataclass(slots=True)
class Node:
    """A member reduced to its cursor: it reads the log from where its own database says that it stands."""

    path: Path
    taker: Taker
    desk: Desk
    reports: Reports
    log: list[Event]
    told: list[int] = field(default_factory=list)  # places whose record was acknowledged to the member
    as_history: bool = False  # all that is new comes as one part of an answer (H2)

    async def run(self, trap: Trap | FullDisk | None = None) -> None:
        """One life of the process, from its files to the end of the log or to the trap."""
        database = open_database(self.path)
        try:
            store = NodeStore(database, Sealer(StoreKey(bytes(32)), system_entropy))
            journal = NodeJournal(store, self.taker.consumer(self.reports), lambda _: self.desk.operation, lambda: NOW)
            position, version = int(await store.get(POSITION) or b"0"), await store.version()
            if trap is not None:
                trap.set_on(database.writer)
            if self.as_history and (part := self.log[position:]):
                end = {POSITION: str(len(self.log)).encode()}
                await journal.record_history(end, [one for one in part if is_fetched(one)], expected_version=version)
                self.told.append(len(self.log))
                return
            for entry in self.log[position:]:
                position += 1
                writes = {POSITION: str(position).encode(), "channel/gone": None}
                version = await journal.record(writes, entry, expected_version=version)
                self.told.append(position)
                if trap is not None:
                    trap.step()
        finally:
            await database.dispose()


def is_fetched(entry: Event) -> TypeGuard[Fetched]:
    return isinstance(entry, MessageDelivered | Quarantined)


@pytest.fixture(scope="module", params=TAKERS, ids=lambda taker: taker.name)
def taker(request: pytest.FixtureRequest) -> Taker:
    found: Taker = request.param
    return found


@pytest.fixture(scope="module")
def empty(taker: Taker, lists: Mapping[str, CodeList], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file that the migrations of this consumer make, made once."""
    path = tmp_path_factory.mktemp("empty") / "node.sqlite"
    migrate(path, (NODE, *taker.consumer(Reports(lists)).packages))
    return path.read_bytes()


@pytest.fixture
def node(taker: Taker, empty: bytes, tmp_path: Path, desk: Desk, lists: Mapping[str, CodeList]) -> Iterator[Node]:
    path = tmp_path / "node.sqlite"
    path.write_bytes(empty)
    form, values = taker.report
    desk = taker.stage(desk)
    first = desk.message(form, values)
    bad = Quarantined(
        place=desk.next_place(), reason=Reason.UNDECRYPTABLE, detail="no key", message=b"sealed", account=None
    )
    gc.freeze()  # `die` collects often; code lists and modules need not be looked at each time
    log: list[Event] = [first, bad, desk.message(form, values, country="FR")]
    yield Node(path, taker, desk, Reports(lists), log)
    gc.unfreeze()


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Database]:
    database = open_database(path)
    try:
        yield database
    finally:
        await database.dispose()


async def check(node: Node) -> None:
    """Every message once, with all its cells and words; the other entry once in quarantine."""
    messages = [
        entry for entry in node.log if isinstance(entry, MessageDelivered) and node.taker.takes(entry, node.desk)
    ]
    async with opened(node.path) as database, database.reading() as connection:
        recorded = (await connection.scalars(select(MESSAGES.c.message).order_by(MESSAGES.c.sequence))).all()
        counts = await connection.execute(select(CELLS.c.message, func.count()).group_by(CELLS.c.message))
        cells = {message: count for message, count in counts}  # noqa: C416 (a row is not typed as a pair)
        words = (await connection.scalars(select(WORDS.c.rowid))).all()
        rows = {table.name: (await connection.scalars(select(table.c.message))).all() for table in node.taker.rows}
        aside = await list_set_aside(connection)
    assert recorded == [entry.envelope.message for entry in messages]
    assert len(cells) == len(words) == len(messages)
    assert len(set(cells.values())) == 1  # as many of each as the other has
    assert rows == {table.name: words for table in node.taker.rows}  # one of each, of every record
    assert [entry.reason for entry in aside] == [Reason.UNDECRYPTABLE]


async def die(node: Node, trap: Trap) -> None:
    with contextlib.suppress(Killed):
        await node.run(trap)
    gc.collect()  # the kernel closes a killed process's files; here the collector has to


async def test_a_run_without_accident_records_each_message_once(node: Node) -> None:
    await node.run()
    await node.run()

    await check(node)
    assert node.told == [1, 2, 3]


async def test_a_process_that_dies_at_any_step_loses_and_doubles_nothing(node: Node, tmp_path: Path) -> None:
    empty = node.path.read_bytes()
    step, deaths = 0, 0
    while True:
        step += 1
        node.path = tmp_path / f"life-{step}.sqlite"
        node.path.write_bytes(empty)
        trap = Trap(at=step)
        await die(node, trap)
        if not trap.sprung:
            break
        deaths += 1
        await node.run()
        await check(node)
    assert deaths > 40  # before and after each statement, at each commit and after each acknowledgement


async def test_of_a_part_of_history_all_is_recorded_or_nothing_wherever_the_process_dies(
    node: Node, tmp_path: Path
) -> None:
    """H2: its place counts as fetched in the transaction of its records."""
    node.as_history, empty = True, node.path.read_bytes()
    for step in range(1, 40, 5):
        node.path = tmp_path / f"life-{step}.sqlite"
        node.path.write_bytes(empty)
        await die(node, Trap(at=step))
        await node.run()
        await check(node)


async def test_what_history_says_of_an_entry_that_was_set_aside_changes_nothing(node: Node) -> None:
    await node.run()
    async with opened(node.path) as database:
        await database.transact(lambda one: one.execute(delete(VALUES).where(VALUES.c.name == POSITION)))
    node.as_history, node.log = True, node.log[1:2]

    await node.run()

    async with opened(node.path) as database, database.reading() as connection:
        assert len(await list_set_aside(connection)) == 1


async def test_a_process_that_dies_again_and_again_gets_to_the_end(node: Node) -> None:
    for step in (3, 9, 1, 14, 5, 12, 20, 7):
        await die(node, Trap(at=step))
    await node.run()

    await check(node)


async def test_a_form_that_is_not_here_yet_moves_nothing_and_is_tried_again(node: Node) -> None:
    whole = node.desk.operation
    node.desk.operation = replace(whole, blobs={})

    with pytest.raises(Unavailable):
        await node.run()
    assert node.told == []
    node.desk.operation = whole
    await node.run()

    await check(node)


async def test_a_full_disk_moves_nothing_and_is_tried_again(node: Node) -> None:
    with pytest.raises(Unavailable):
        await node.run(FullDisk())
    assert node.told == []

    await node.run()

    await check(node)


async def test_a_message_that_the_log_gives_twice_is_not_recorded_twice(node: Node) -> None:
    """Were the cursor ever not moved with the record, the database itself refuses the second copy."""
    await node.run()
    async with opened(node.path) as database:
        await database.transact(lambda one: one.execute(delete(VALUES).where(VALUES.c.name == POSITION)))

    with pytest.raises(IntegrityError):
        await node.run()

    await check(node)


async def test_a_process_that_is_told_to_stop_finishes_what_it_writes(node: Node, tmp_path: Path) -> None:
    empty = node.path.read_bytes()
    for turns in range(0, 120, 7):
        node.path = tmp_path / f"stopped-{turns}.sqlite"
        node.path.write_bytes(empty)
        running = asyncio.create_task(node.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

        await node.run()

        await check(node)
