"""An archive from before other nodes kept records (ADR 0015) goes on as it was."""

import lzma
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest

from cencomm.archive.history import ArchivedHoldings
from cencomm.client.reports import Reports
from cencomm.client.vault.header import StoreKey
from cencomm.forms.code_list import CodeList
from cencomm.ids import ChannelId, OperationId
from cencomm.node.database import NODE, migrate, open_database
from cencomm.node.journal import NodeJournal
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.reading import channels_of
from cencomm.node.records.recording import RECORDS, MessageRecorder
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import CHANNEL, NOW, Desk, Values

BEFORE = Path(__file__).parent / "archive_0002.sqlite.xz"  # written by the archive's own migrations, 0001 and 0002


def tables(path: Path) -> set[tuple[str, str]]:
    """Name and definition of everything in the schema."""
    with sqlite3.connect(path) as connection:
        return set(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


@pytest.fixture
def archived(tmp_path: Path) -> Path:
    path = tmp_path / "archived.sqlite"
    path.write_bytes(lzma.decompress(BEFORE.read_bytes()))
    return path


def test_the_archives_count_of_its_tables_goes_on_under_its_new_name(archived: Path) -> None:
    before = {name for name, _ in tables(archived)}

    migrate(archived, (NODE, RECORDS))
    migrate(archived, (NODE, RECORDS))

    assert {name for name, _ in tables(archived)} == before - {"archive_version"} | {"records_version", "deletions"}


def test_an_upgraded_archive_has_the_tables_of_a_new_one(archived: Path, blank: bytes, tmp_path: Path) -> None:
    new = tmp_path / "new.sqlite"
    new.write_bytes(blank)

    migrate(archived, (NODE, RECORDS))

    renamed = {name for name, _ in tables(new)} & {"records_version"}  # keeps the name of its constraint
    assert {one for one in tables(archived) if one[0] not in renamed} == {
        one for one in tables(new) if one[0] not in renamed
    }


async def test_an_upgraded_archive_holds_what_it_held_and_records_on(
    archived: Path, desk: Desk, ivory: Values, lists: Mapping[str, CodeList], labels: Labels
) -> None:
    migrate(archived, (NODE, RECORDS))
    database = open_database(archived)
    store = NodeStore(database, Sealer(StoreKey(bytes(32)), system_entropy))
    journal = NodeJournal(store, MessageRecorder(Reports(lists)), lambda _: desk.operation, lambda: NOW + 60)
    archive = Keep(database, journal, version=await store.version())
    desk.generation = 2  # its log of then is behind us

    await archive.take(desk.message("seizure", {**ivory, "case_ref": "KE-2026-0118"}))

    assert await archive.headings(Criteria(), labels) == ["Bonjour", "KE-2026-0117", "KE-2026-0118"]
    assert await archive.headings(Criteria(text="loxodonta"), labels) == ["KE-2026-0117", "KE-2026-0118"]
    async with database.reading() as connection:
        ((operation, channel, generation), *_) = await channels_of(connection)
    held = await ArchivedHoldings(store).held(OperationId(operation), ChannelId(channel), generation, window=0)
    assert channel == CHANNEL
    assert sorted(held) == [1, 2, 3]
    await database.dispose()
