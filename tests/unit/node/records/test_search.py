"""What is looked for is found, by every criterion, in any script, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Priority
from cencomm.ids import OperationId
from cencomm.node.records.criteria import MAX_TERMS, MAX_TEXT_CHARACTERS, Criteria, Labels, Sort, terms
from cencomm.node.records.cursor import Cursor
from cencomm.node.records.search import find, find_and_count
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk, Values

DAY = 24 * 3600


@pytest.fixture
async def three(archive: Keep, desk: Desk, ivory: Values) -> Keep:
    """Ivory from Kenya to Thailand (by Kenya), cocaine from Colombia to France (by France), and a note."""
    cocaine: Values = {
        "case_ref": "FR-77",
        "seizure_date": "2026-10",
        "reporting_country": "FR",
        "location_type": "seaport",
        "place": {"city": "Le Havre", "country": "FR"},
        "concealment_text": "Спрятано в контейнере, مخفي في حاوية, 隐藏在集装箱中",
        "items": [{"category": "DRG", "subtype": "DRG-COC-HCL", "quantity": {"amount": "80", "unit": "KGM"}}],
        "route": [
            {"role": "departure", "place": {"country": "CO"}},
            {"role": "transit", "place": {"country": "KE"}},
            {"role": "final_destination", "place": {"country": "FR"}},
        ],
        "conveyances": [{"mode": "1", "container_no": "MSKU6011672"}],
    }
    await archive.take(
        desk.message("seizure", ivory, written_at=NOW, priority=Priority.FLASH),
        desk.message("seizure", cocaine, country="FR", written_at=NOW + DAY),
        desk.message("note", {"text": "Élan 100% sûr: appeler le 3e bureau_A"}, country="FR", written_at=NOW + 2 * DAY),
    )
    return archive


IVORY, COCAINE, NOTE = "KE-2026-0117", "FR-77", "Élan 100% sûr: appeler le 3e bureau_A"


def spelt(value: object) -> str:
    """A set's own repr differs from process to process; a test's name must not."""
    return repr(sorted(value)) if isinstance(value, set) else repr(value)


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (Criteria(), {IVORY, COCAINE, NOTE}),
        (Criteria(form="note"), {NOTE}),
        (Criteria(reporting="KE"), {IVORY}),
        (Criteria(origin="KE"), {IVORY}),  # not the cocaine, which only passed through
        (Criteria(origin="CO"), {COCAINE}),
        (Criteria(destination="TH"), {IVORY}),
        (Criteria(destination="FR"), {COCAINE}),
        (Criteria(country="KE"), {IVORY, COCAINE}),
        (Criteria(author_country="FR"), {COCAINE, NOTE}),
        (Criteria(commodity="CIT"), {IVORY}),
        (Criteria(commodity="DRG-COC"), {COCAINE}),  # a closer kind of it
        (Criteria(commodity="DRG-CAN"), set()),
        (Criteria(since="2026-11-05", until="2026-11-05"), {IVORY}),
        (Criteria(since="2026-10-15", until="2026-10-20"), {COCAINE}),  # some day of October
        (Criteria(since="2026-11"), {IVORY, NOTE}),
        (Criteria(until="2026-10"), {COCAINE}),
        (Criteria(until="2026"), {IVORY, COCAINE, NOTE}),
        (Criteria(since="2027"), set()),
        (Criteria(origin="KE", destination="TH", commodity="TOB", author_country="KE"), {IVORY}),
        (Criteria(origin="KE", destination="FR"), set()),
    ],
    ids=spelt,
)
async def test_criteria_find_what_they_say(three: Keep, labels: Labels, criteria: Criteria, expected: set[str]) -> None:
    assert set(await three.headings(criteria, labels)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("valise", {IVORY}),
        ("VALISE fond", {IVORY}),
        ('"double fond"', {IVORY}),
        ('"fond double"', set()),
        ("elan", {NOTE}),  # accents do not matter …
        ("SUR", {NOTE}),
        ("КОНТЕЙНЕР", {COCAINE}),  # … nor case, in any script
        ("مخفي", {COCAINE}),
        ("集装箱", {COCAINE}),
        ("30541", {IVORY}),  # part of a container number
        ("msku 1672", {COCAINE}),
        ("kq", {IVORY}),  # shorter than a trigram
        ("100%", {NOTE}),
        ("bureau_a", {NOTE}),
        ("b_r", set()),  # no wildcard
        ("%", {NOTE}),
        ("africana", {IVORY}),
        ("colombie", {COCAINE}),  # the country's name, in French …
        ("Kolumbien", {COCAINE}),
        ("كولومبيا", {COCAINE}),  # … or any other language
        ("wildlife", {IVORY}),
        ("desk", {IVORY, COCAINE, NOTE}),  # the author's name
        ("valise colombie", set()),
        ('bureau" OR "valise', set()),  # no query language reaches the index
        ("NEAR(valise fond)", set()),
    ],
)
async def test_text_finds_words_parts_and_labels(three: Keep, labels: Labels, text: str, expected: set[str]) -> None:
    assert set(await three.headings(Criteria(text=text), labels)) == expected


async def test_pages_follow_each_other_without_gap_also_when_records_come_in_between(
    archive: Keep, desk: Desk, labels: Labels
) -> None:
    values: dict[str, JsonValue] = {"text": "x"}
    await archive.take(*(desk.message("note", values, written_at=NOW + number // 2) for number in range(7)))
    seen: list[int] = []
    after: Cursor | None = None
    while True:
        async with archive.database.reading() as connection:
            page = await find(connection, Criteria(), labels, limit=3, after=after)
        seen += [found.record for found in page.found]
        await archive.take(desk.message("note", values, written_at=NOW + 1000))
        after = page.after
        if after is None:
            break

    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.WRITTEN, [NOTE, COCAINE, IVORY]),
        (Sort.HAPPENED, [NOTE, IVORY, COCAINE]),
        (Sort.RECEIVED, [NOTE, COCAINE, IVORY]),
    ],
)
async def test_the_newest_comes_first(three: Keep, labels: Labels, sort: Sort, expected: list[str]) -> None:
    page = await three.page(Criteria(), labels, sort=sort)

    assert [found.heading for found in page.found] == expected


async def test_a_record_is_listed_with_author_date_and_handling(three: Keep, labels: Labels, desk: Desk) -> None:
    (found,) = (await three.page(Criteria(reporting="KE"), labels)).found

    assert found.operation == desk.operation.id
    assert (found.form, found.form_version) == ("seizure", 2)
    assert (found.author_name, found.author_country) == ("Desk KE", "KE")
    assert (found.happened_on, found.written_at, found.received_at) == ("2026-11-05", NOW, NOW + 60)
    assert (found.priority, found.tlp, found.handling, found.author_revoked) == ("flash", "AMBER", "H0", False)


async def test_another_operation_s_records_are_not_found(three: Keep, labels: Labels, desk: Desk) -> None:
    assert len(await three.headings(Criteria(operation=desk.operation.id), labels)) == 3
    assert await three.headings(Criteria(operation=OperationId(bytes(32))), labels) == []


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(commodity="NOPE"),
        Criteria(origin="ke"),
        Criteria(reporting="Kenya"),
        Criteria(since="5 November"),
        Criteria(until="2026-11-5"),
    ],
    ids=spelt,
)
async def test_what_cannot_be_looked_for_is_refused(archive: Keep, labels: Labels, criteria: Criteria) -> None:
    with pytest.raises(UsageError):
        await archive.page(criteria, labels)


@given(st.text(max_size=MAX_TEXT_CHARACTERS))
def test_any_text_makes_few_folded_terms_or_is_refused(text: str) -> None:
    try:
        found = terms(text)
    except UsageError:
        return
    assert len(found) <= MAX_TERMS
    assert all(found)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError):
        terms("x" * (MAX_TEXT_CHARACTERS + 1))
    with pytest.raises(UsageError):
        terms(" ".join(str(number) for number in range(MAX_TERMS + 1)))


async def test_a_page_and_its_total_are_three_questions_whatever_is_on_it(three: Keep, labels: Labels) -> None:
    """Each is a hand-over to a reader's thread: one for every record would be fifty."""
    asked: list[str] = []
    event.listen(three.database.readers.sync_engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    async with three.database.reading() as connection:
        page, total = await find_and_count(connection, Criteria(country="KE"), labels)

    assert (len(page.found), total) == (2, 2)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 3
