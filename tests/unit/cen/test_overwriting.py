"""What an owner took back is gone from every file of the folder: tables, index of words, write-ahead log (R7)."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select

from cencomm.cen.overwriting import overwrite_withdrawn
from cencomm.cen.recording import ReleaseRecorder
from cencomm.cen.tables import TOMBSTONES, Gone
from cencomm.client.reports import Reports
from cencomm.forms.code_list import CodeList, fold
from cencomm.node.records.tables import MESSAGES
from tests.unit.cen.cases import Cen
from tests.unit.cen.release_desk import release, withdrawal
from tests.unit.node.records.operation import NOW, Desk

SECRET = "ⵣⵎⵥ-77"  # Tifinagh: none of its letters stands in any other word, so the index has parts that are its alone


def traces(folder: Path, words: str) -> set[str]:
    """Files that hold the words in whole, or parts of them as the index of words has them."""
    folded = fold(words)
    parts = [words.encode(), *(folded[start : start + 3].encode() for start in range(2))]
    return {path.name for path in folder.iterdir() for part in parts if part in path.read_bytes()}


async def gone(cen: Cen) -> Gone:
    async with cen.database.reading() as connection:
        return Gone((await connection.execute(select(TOMBSTONES.c.honoured))).scalar_one())


async def test_no_byte_of_a_withdrawn_release_is_left_in_any_file(cen: Cen, desk: Desk, tmp_path: Path) -> None:
    released = desk.message("release", release(SECRET))
    await cen.take(released, *desk.many(20, "release", release("KE-2")))
    await cen.take(withdrawal(desk, released, by="KE"))
    assert traces(tmp_path, SECRET), "SQLite keeps words and pages, so this test would see them"

    assert await overwrite_withdrawn(cen.database)

    assert traces(tmp_path, SECRET) == set()
    assert await gone(cen) is Gone.FROM_DISK


async def test_a_reader_holds_the_log_back_and_it_is_tried_again(cen: Cen, desk: Desk, tmp_path: Path) -> None:
    released = desk.message("release", release(SECRET))
    await cen.take(released)
    async with cen.database.reading() as connection:
        await connection.execute(select(MESSAGES.c.id))  # a snapshot from before
        await cen.take(withdrawal(desk, released, by="KE"))

        assert not await overwrite_withdrawn(cen.database)

    assert await gone(cen) is Gone.BEING_OVERWRITTEN
    assert await overwrite_withdrawn(cen.database)
    assert traces(tmp_path, SECRET) == set()


async def test_what_waits_to_be_overwritten_is_told_to_whoever_watches(
    cen: Cen, desk: Desk, lists: Mapping[str, CodeList]
) -> None:
    async def unfinished() -> Mapping[str, int]:
        async with cen.database.reading() as connection:
            return await ReleaseRecorder(Reports(lists)).unfinished(connection)

    released = desk.message("release", release(SECRET))
    await cen.take(released, withdrawal(desk, released, by="KE", at=NOW + 1))

    assert await unfinished() == {"withdrawn_on_disk": 1}
    await overwrite_withdrawn(cen.database)

    assert await unfinished() == {"withdrawn_on_disk": 0}
