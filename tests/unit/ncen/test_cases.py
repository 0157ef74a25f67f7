"""Later reports of a case are versions of it; who numbered it, and under what number, makes a case."""

from sqlalchemy import func, select

from cencomm.ncen.search import Wanted, is_case
from cencomm.ncen.tables import CASES
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.search import find
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk, Values


async def cases(ncen: Keep) -> int | None:
    async with ncen.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(CASES))


async def shown(ncen: Keep, labels: Labels, wanted: Wanted) -> list[int]:
    """When the cases that fit were written, as far as they are shown."""
    async with ncen.database.reading() as connection:
        page = await find(connection, Criteria(), labels, only=is_case() & wanted.condition())
    return sorted(one.written_at - NOW for one in page.found)


async def test_a_later_report_of_a_case_is_a_version_of_it(
    ncen: Keep, desk: Desk, ivory: Values, labels: Labels
) -> None:
    await ncen.take(
        desk.message("seizure", ivory),
        desk.message("seizure", {**ivory, "case_ref": "ke-2026-0117 "}, written_at=NOW + 60),
    )

    assert await cases(ncen) == 1
    assert await shown(ncen, labels, Wanted()) == [60]
    assert await shown(ncen, labels, Wanted(every_version=True)) == [0, 60]


async def test_the_newest_version_is_the_one_that_was_written_last_not_the_one_that_came_last(
    ncen: Keep, desk: Desk, ivory: Values, labels: Labels
) -> None:
    """After a restart an author's program sends again what it wrote before (C11)."""
    await ncen.take(desk.message("seizure", ivory, written_at=NOW + 60), desk.message("seizure", ivory))

    assert await shown(ncen, labels, Wanted()) == [60]


async def test_of_two_versions_of_one_second_the_later_in_the_log_is_shown(
    ncen: Keep, desk: Desk, ivory: Values, labels: Labels
) -> None:
    await ncen.take(desk.message("seizure", ivory), desk.message("seizure", ivory))

    assert await shown(ncen, labels, Wanted()) == [0]


async def test_another_register_or_number_is_another_case(ncen: Keep, desk: Desk, ivory: Values) -> None:
    await ncen.take(
        desk.message("seizure", ivory),
        desk.message("seizure", {**ivory, "case_ref": "KE-2026-0118"}),
        desk.message("seizure", {**ivory, "case_ref_source": "Court of Mombasa"}),
    )

    assert await cases(ncen) == 3


async def test_what_is_no_seizure_is_no_case_and_is_recorded(ncen: Keep, desk: Desk, labels: Labels) -> None:
    await ncen.take(desk.message("note", {"text": "Bonjour"}))

    assert await cases(ncen) == 0
    assert await ncen.headings(Criteria(), labels) == ["Bonjour"]


async def test_a_case_is_found_by_the_beginning_of_its_reference_and_by_a_plate_however_it_is_written(
    ncen: Keep, desk: Desk, ivory: Values, labels: Labels
) -> None:
    lorry = {**ivory, "conveyances": [{"mode": "3", "plate_no": "KBT 482-C"}], "case_ref": "KE-2026-0200"}
    await ncen.take(desk.message("seizure", ivory), desk.message("seizure", lorry, written_at=NOW + 1))

    assert await shown(ncen, labels, Wanted(case="ke-2026-02")) == [1]
    assert await shown(ncen, labels, Wanted(plate="квт482с")) == [1]  # noqa: RUF001 (Cyrillic letters, as a plate has them)
    assert await shown(ncen, labels, Wanted(document="A 0000001")) == [0, 1]
    assert await shown(ncen, labels, Wanted(plate="KBT 482")) == []
