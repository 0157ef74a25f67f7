"""Sheets hold every field, as what it is; nothing in them runs, and nothing of TLP:RED leaves."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import load_workbook

from cencomm.client.words import load_words
from cencomm.errors import UsageError
from cencomm.forms.envelope import Tlp, sign_envelope
from cencomm.forms.form import Form
from cencomm.forms.wording import Wording
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.export import Export, Exported
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk, Values

EVERYTHING = Criteria()


def quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


async def to_csv(
    archive: Keep,
    export: Export,
    folder: Path,
    criteria: Criteria = EVERYTHING,
) -> tuple[Exported, dict[str, list[dict[str, str]]]]:
    async with archive.database.reading() as connection:
        exported = await export.to_csv(connection, criteria, folder, bom=False, progress=quiet)
    return exported, read_folder(folder)


def read_folder(folder: Path) -> dict[str, list[dict[str, str]]]:
    found = {}
    for path in sorted(folder.iterdir()):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.stem] = list(csv.DictReader(file, strict=True))
    return found


@pytest.fixture
def french(labels: Labels, wording: Wording) -> Export:
    return Export(labels, wording, load_words("fr"))


@pytest.fixture
def english(labels: Labels, wording: Wording) -> Export:
    return Export(labels, wording, load_words("en"))


async def test_every_answer_is_in_the_sheets_once(
    archive: Keep, desk: Desk, ivory: Values, english: Export, tmp_path: Path
) -> None:
    message = desk.message("seizure", ivory)
    await archive.take(message)

    exported, sheets = await to_csv(archive, english, tmp_path / "out")

    assert exported == Exported(records=1, withheld=0)
    (header,), items = sheets["seizure"], sheets["seizure_items"]
    assert header["Message"] == message.envelope.message.hex()
    assert header["Author"] == "Desk KE"
    assert header["Written (UTC)"] == "2026-11-22 00:00:00"
    assert header["National case reference"] == "KE-2026-0117"
    assert header["Reporting country"] == "KE"
    assert header["Reporting country (in words)"] == "Kenya"
    assert header["Method of detection"] == "xray_scanner; dog"
    assert header["How it was concealed"] == "Dans une valise\nà double fond"
    assert header["Arrests"] == "1"
    assert header["Position: latitude"] == "-1.319167"  # a number, though it begins with a minus
    assert [item["Category"] for item in items] == ["CIT", "TOB"]
    assert [item["Row"] for item in items] == ["1", "2"]
    assert items[0]["Quantity: amount"] == "12.50"  # every digit that was given
    assert [item["Quantity: not weighed or counted"] for item in items] == ["no", "yes"]
    assert (header["Author revoked since"], header["To act"]) == ("no", "")
    assert [stop["Role"] for stop in sheets["seizure_route"]] == ["origin", "destination"]
    assert sheets["seizure_conveyances"][0]["Container number"] == "TEMU9305413"


async def test_every_field_of_the_form_has_its_column(
    archive: Keep, desk: Desk, ivory: Values, english: Export, forms: Mapping[str, Form], tmp_path: Path
) -> None:
    await archive.take(desk.message("seizure", ivory))

    await to_csv(archive, english, tmp_path / "out")

    form = forms["seizure"]
    with (tmp_path / "out" / "seizure.csv").open(newline="") as file:
        heads = next(csv.reader(file))
    for field in form.fields:
        assert any(head.startswith(field.label["en"]) for head in heads), field.name
    for block in form.blocks:
        with (tmp_path / "out" / f"seizure_{block.name}.csv").open(newline="") as file:
            heads = next(csv.reader(file))
        for field in block.fields:
            assert any(head.startswith(field.label["en"]) for head in heads), field.name


async def test_heads_and_labels_speak_the_reader_s_language(
    archive: Keep, desk: Desk, ivory: Values, french: Export, tmp_path: Path
) -> None:
    await archive.take(desk.message("seizure", ivory))

    _, sheets = await to_csv(archive, french, tmp_path / "out")

    assert sheets["seizure"][0]["Pays déclarant (en clair)"] == "Kenya"
    assert "Thaïlande" in sheets["seizure_route"][1].values()


async def test_a_workbook_in_arabic_has_arabic_heads_and_begins_at_the_right(
    archive: Keep, desk: Desk, ivory: Values, labels: Labels, wording: Wording, tmp_path: Path
) -> None:
    await archive.take(desk.message("seizure", ivory))
    arabic = Export(labels, wording, load_words("ar"))

    async with archive.database.reading() as connection:
        await arabic.to_xlsx(connection, Criteria(), tmp_path / "out.xlsx", progress=quiet)

    heads = load_workbook(tmp_path / "out.xlsx").get_sheet_by_name("seizure").to_python()[0]
    assert {"الرسالة", "جهة الكاتب", "وقت الكتابة (UTC)"} < set(
        heads
    )  # and no sign in them that a program stumbles over
    with ZipFile(tmp_path / "out.xlsx") as parts:
        assert b' rightToLeft="1"' in parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\tx"])
async def test_no_text_of_an_officer_is_a_formula(
    archive: Keep, desk: Desk, english: Export, tmp_path: Path, text: str
) -> None:
    await archive.take(desk.message("note", {"text": text}))

    _, sheets = await to_csv(archive, english, tmp_path / "out")
    async with archive.database.reading() as connection:
        await english.to_xlsx(connection, Criteria(), tmp_path / "out.xlsx", progress=quiet)

    assert sheets["note"][0]["Text"] in {f"'{text}", text}
    assert sheets["note"][0]["Text"][0] not in "=+-@"
    rows = load_workbook(tmp_path / "out.xlsx").get_sheet_by_name("note").to_python()
    assert text in rows[1]  # as a text: a formula would have been read as its value


async def test_a_workbook_has_the_same_sheets_with_numbers_as_numbers(
    archive: Keep, desk: Desk, ivory: Values, english: Export, tmp_path: Path
) -> None:
    await archive.take(desk.message("seizure", ivory), desk.message("note", {"text": "https://example.org"}))

    async with archive.database.reading() as connection:
        exported = await english.to_xlsx(connection, Criteria(), tmp_path / "out.xlsx", progress=quiet)

    assert exported == Exported(records=2, withheld=0)
    workbook = load_workbook(tmp_path / "out.xlsx")
    assert {"note", "seizure", "seizure_items", "seizure_route"} <= set(workbook.sheet_names)
    heads, first, *_ = workbook.get_sheet_by_name("seizure_items").to_python()
    assert first[heads.index("Quantity: amount")] == 12.5
    assert (
        first[heads.index("Category (in words)")] == "Protected wildlife and timber (CITES)"
        or first[heads.index("Category")] == "CIT"
    )


async def test_tlp_red_is_withheld_and_counted(archive: Keep, desk: Desk, english: Export, tmp_path: Path) -> None:
    message = desk.message("note", {"text": "for named persons"})
    author = desk.officers["KE"]
    red = replace(message.envelope, body=replace(message.envelope.body, tlp=Tlp.RED))
    signed = sign_envelope(red, author.device.signing_key)
    await archive.take(desk.deliver(red, signed, author), desk.message("note", {"text": "for all"}))

    exported, sheets = await to_csv(archive, english, tmp_path / "out")

    assert exported == Exported(records=1, withheld=1)
    assert [row["Text"] for row in sheets["note"]] == ["for all"]


async def test_only_what_was_looked_for_is_exported(
    archive: Keep, desk: Desk, ivory: Values, english: Export, tmp_path: Path
) -> None:
    await archive.take(desk.message("seizure", ivory), desk.message("note", {"text": "x"}, written_at=NOW))

    exported, sheets = await to_csv(archive, english, tmp_path / "out", Criteria(form="note"))

    assert exported.records == 1
    assert set(sheets) == {"note"}


async def test_nothing_is_overwritten(archive: Keep, english: Export, tmp_path: Path) -> None:
    (tmp_path / "mine.xlsx").write_bytes(b"mine")

    async with archive.database.reading() as connection:
        with pytest.raises(UsageError):
            await english.to_csv(connection, Criteria(), tmp_path, bom=False, progress=quiet)
        with pytest.raises(UsageError):
            await english.to_xlsx(connection, Criteria(), tmp_path / "mine.xlsx", progress=quiet)

    assert (tmp_path / "mine.xlsx").read_bytes() == b"mine"


async def test_progress_reaches_the_end(archive: Keep, desk: Desk, english: Export, tmp_path: Path) -> None:
    await archive.take(*desk.many(3, "note", {"text": "x"}))
    told: list[tuple[int, int]] = []

    async with archive.database.reading() as connection:
        await english.to_csv(
            connection, Criteria(), tmp_path / "out", bom=True, progress=lambda done, total: told.append((done, total))
        )

    assert told == [(3, 3)]
    assert (tmp_path / "out" / "note.csv").read_bytes().startswith(b"\xef\xbb\xbf")
