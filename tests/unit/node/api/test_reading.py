"""What an analyst gets to read, by API, and in which words."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from python_calamine import CalamineWorkbook

from cencomm.errors import MalformedError, UsageError
from cencomm.forms.envelope import Tlp, sign_envelope
from cencomm.node.api.edge import read_parameters
from cencomm.node.api.export_routes import ExportAsked
from cencomm.node.api.log_routes import HeadAsked, LogAsked
from cencomm.node.api.record_routes import FileAsked, RecordAsked
from cencomm.node.api.search_routes import RecordsAsked
from cencomm.node.records.criteria import Sort
from cencomm.node.records.cursor import Cursor, read_cursor
from tests.unit.node.api.visitor import Visitor
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk, Values

RED = "TLP:RED is in no answer"


@pytest.fixture
async def red(seized: Keep, desk: Desk, ivory: Values) -> Keep:
    """Beside the seizure, record 2, for named persons."""
    message = desk.message("seizure", {**ivory, "case_ref": RED})
    author = desk.officers["KE"]
    envelope = replace(message.envelope, body=replace(message.envelope.body, tlp=Tlp.RED))
    await seized.take(desk.deliver(envelope, sign_envelope(envelope, author.device.signing_key), author))
    return seized


@pytest.mark.usefixtures("seized")
async def test_a_search_finds_what_the_criteria_say(ana: Visitor) -> None:
    page = (await ana.get("/v1/records?origin=KE&commodity=CIT&since=2026-11&text=valise")).document

    (record,) = page["records"]
    assert (record["heading"], record["form"], record["author_country"]) == ("KE-2026-0117", "seizure", "KE")
    assert (page["total"], page["after"]) == (1, None)
    assert (await ana.get("/v1/records?reporting=FR")).document["total"] == 0


async def test_pages_follow_each_other_without_gap_or_repetition(
    ana: Visitor, archive: Keep, desk: Desk, ivory: Values
) -> None:
    for number in range(5):
        await archive.take(desk.message("seizure", {**ivory, "case_ref": f"case {number}"}, written_at=NOW + number))
    for sort in Sort:
        seen, after = [], ""
        while after is not None:
            page = (await ana.get(f"/v1/records?limit=2&sort={sort}" + (f"&after={after}" if after else ""))).document
            seen += [record["heading"] for record in page["records"]]
            after = page["after"]

        assert seen == [f"case {number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.usefixtures("seized")
async def test_a_record_has_every_answer_with_its_label_in_the_readers_language(ana: Visitor) -> None:
    english = (await ana.get("/v1/records/1")).document
    french = (await ana.get("/v1/records/1", headers={"Accept-Language": "fr-CA, en;q=0.5"})).document

    def field(document: Any, block: str, name: str) -> Any:
        rows = next(one["rows"] for one in document["blocks"] if one["name"] == block)
        return next(one for one in rows[0] if one["name"] == name)

    assert field(english, "", "case_ref")["value"] == "KE-2026-0117"
    assert field(english, "", "detection_method")["value"] == ["xray_scanner", "dog"]
    assert field(english, "items", "quantity_amount")["value"] == "12.50"
    assert field(english, "items", "category")["words"] != field(french, "items", "category")["words"]
    assert field(english, "persons", "surname")["nominal"] == "1"
    assert english["envelope"]["author_country"] == "KE"


async def test_a_record_that_is_not_there_is_not_found(ana: Visitor) -> None:
    assert (await ana.get("/v1/records/1")).code == "not_found"


@pytest.mark.usefixtures("red")
async def test_of_tlp_red_there_is_nothing_to_read_but_that_it_is_there(ana: Visitor) -> None:
    page = (await ana.get("/v1/records")).document
    hidden = next(record for record in page["records"] if record["tlp"] == "RED")

    assert (hidden["withheld"], hidden["heading"], hidden["files"]) == (True, "", [])
    assert (await ana.get("/v1/records/2")).code == "withheld"


@pytest.mark.usefixtures("red")
async def test_nobody_guesses_by_words_what_stands_in_tlp_red(eve: Visitor) -> None:
    word = RED.lower()

    assert (await eve.get("/v1/records?form=seizure")).document["total"] == 2
    assert (await eve.get(f"/v1/records?text={word}")).document["total"] == 0
    assert (await eve.get(f"/v1/statistics?text={word}")).document["records"] == 0
    exported = await eve.get(f"/v1/export?text={word}&recipient=Prosecutor&format=json")
    assert exported.headers["Cencomm-Withheld"] == "0"


@pytest.mark.usefixtures("red")
async def test_an_export_withholds_tlp_red_and_says_how_many(eve: Visitor) -> None:
    for form in ("xlsx", "csv", "json"):
        reply = await eve.get(f"/v1/export?format={form}&recipient=Prosecutor")

        assert (reply.headers["Cencomm-Records"], reply.headers["Cencomm-Withheld"]) == ("1", "1")
        text = "".join(str(cell) for cell in cells_of(form, reply.body))
        assert "KE-2026-0117" in text
        assert RED not in text
        assert list(eve.room.spool.iterdir()) == []


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_spreadsheet_formulas_stay_texts(
    eve: Visitor, archive: Keep, desk: Desk, ivory: Values, form: str
) -> None:
    """CSV injection: what an officer, or whoever wrote on a parcel, typed never runs on an analyst's computer."""
    formula = "=cmd|'/C calc'!A0"
    await archive.take(desk.message("seizure", {**ivory, "case_ref": formula}))

    reply = await eve.get(f"/v1/export?format={form}&recipient=Prosecutor")

    cells = [str(cell) for cell in cells_of(form, reply.body)]
    assert (f"'{formula}" if form == "csv" else formula) in cells  # a formula's cell would read as its result
    if form == "csv":
        assert formula not in cells


async def test_statistics_count_by_month_country_and_route(
    ana: Visitor, archive: Keep, desk: Desk, ivory: Values
) -> None:
    await archive.take(desk.message("seizure", ivory), desk.message("seizure", {**ivory, "seizure_date": "2026-10-01"}))

    counted = (await ana.get("/v1/statistics", purpose=False)).document

    assert counted["records"] == 2
    months = {(one["month"], one["commodity"]): one["records"] for one in counted["months"]}
    assert months == {("2026-10", "CIT"): 1, ("2026-10", "TOB"): 1, ("2026-11", "CIT"): 1, ("2026-11", "TOB"): 1}
    countries = {(one["role"], one["country"]): one["records"] for one in counted["countries"]}
    assert countries == {("reporting", "KE"): 2, ("origin", "KE"): 2, ("destination", "TH"): 2}
    assert [(one["origin"], one["destination"], one["records"]) for one in counted["routes"]] == [("KE", "TH", 2)]
    assert counted["routes"][0]["destination_label"] == "Thailand"
    narrowed = (await ana.get("/v1/statistics?since=2026-11", purpose=False)).document
    assert narrowed["records"] == 1


@pytest.mark.usefixtures("seized")
async def test_operations_are_listed_with_their_records(ana: Visitor, desk: Desk) -> None:
    listed = (await ana.get("/v1/operations", purpose=False)).document

    assert [(one["operation"], one["records"]) for one in listed["operations"]] == [(desk.operation.id.hex(), 1)]


async def test_a_question_that_we_do_not_know_is_refused_with_its_reason(ana: Visitor) -> None:
    """Among them a token in the address, which would stand in every log on the way: it is no parameter of ours."""
    for query in (
        "limit=0",
        "limit=1001",
        "limit=many",
        "since=yesterday",
        "reporting=Kenya",
        "commodity=NOPE",
        "operation=xx",
        "unknown=1",
        "text=a&text=b",
        "sort=author",
        "after=9/",
        "after=1/99999999999999999999",
        f"text={'x' * 201}",
        "text=" + "+".join("abcdefghijkl"),
        "token=secret",
    ):
        reply = await ana.get(f"/v1/records?{query}")

        assert (reply.status, reply.code) == (400, "malformed"), query
        assert reply.error.details.reason


@given(st.text(max_size=60), st.sampled_from(Sort))
def test_any_text_is_a_cursor_or_refused(text: str, sort: Sort) -> None:
    try:
        cursor = read_cursor(text, sort)
    except UsageError:
        return
    assert read_cursor(cursor.text(), sort) == cursor
    assert 0 <= cursor.record < 1 << 63


@given(st.integers(0, 10**18 - 1), st.integers(0, 10**18 - 1))
def test_every_cursor_is_read_as_it_was_written(value: int, record: int) -> None:
    assert read_cursor(Cursor(value, record).text(), Sort.WRITTEN) == Cursor(value, record)


@given(
    st.sampled_from([RecordsAsked, RecordAsked, FileAsked, ExportAsked, LogAsked, HeadAsked]),
    st.lists(st.tuples(st.sampled_from(["limit", "text", "record", "sort", "x"]) | st.text(), st.text())),
)
def test_any_parameters_are_read_or_refused(shape: type[Struct], given_: list[tuple[str, str]]) -> None:
    try:
        assert isinstance(read_parameters(shape, given_), shape)
    except MalformedError:
        return


async def test_a_word_that_looks_like_nothing_is_looked_for_as_it_is(
    ana: Visitor, archive: Keep, desk: Desk, ivory: Values
) -> None:
    await archive.take(desk.message("seizure", {**ivory, "case_ref": "null"}))

    assert (await ana.get("/v1/records?text=null")).document["total"] == 1


def cells_of(form: str, body: bytes) -> list[object]:
    match form:
        case "xlsx":
            book = CalamineWorkbook.from_filelike(io.BytesIO(body))
            return [
                cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
            ]
        case "csv":
            with zipfile.ZipFile(io.BytesIO(body)) as files:
                texts = [files.read(name).decode() for name in files.namelist()]
            return [cell.strip('"') for text in texts for line in text.splitlines() for cell in line.split(",")]
        case _:
            document: Mapping[str, Any] = json.loads(body)
            return [field for record in document["records"] for field in fields_of(record)]


def fields_of(record: Any) -> list[object]:
    return [field["value"] for block in record["blocks"] for row in block["rows"] for field in row]
