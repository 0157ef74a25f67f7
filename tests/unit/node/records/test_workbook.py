"""A workbook says what was written to it, and is nothing but texts, numbers and truths."""

import json
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from cencomm.errors import UsageError
from cencomm.node.records.sheets import SheetCell
from cencomm.node.records.workbook import MAX_CELL_UNITS, MAX_SHEET_COLUMNS, writing

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def written(path: Path, *rows: Sequence[SheetCell]) -> Sequence[Sequence[object]]:
    """What another reader of such files finds in it."""
    path.unlink(missing_ok=True)
    with writing(path) as workbook:
        sheet = workbook.add_sheet("sheet")
        for row in rows:
            sheet.write(row)
    return load_workbook(path).get_sheet_by_name("sheet").to_python()


def markup(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 (our own)


def test_each_kind_of_value_is_read_as_what_it_is(tmp_path: Path) -> None:
    row: list[SheetCell] = ["text", None, True, 7, Decimal("12.50"), 0.25]

    assert written(tmp_path / "a.xlsx", row) == [["text", "", True, 7.0, 12.5, 0.25]]


def test_what_spreadsheets_and_markup_take_for_something_else_is_the_text_that_it_is(
    tmp_path: Path, shared: Path
) -> None:
    """All at once, by the reader of another project."""
    naughty: list[str] = json.loads((shared / "data/bad/blns.json").read_text("utf-8"))
    texts = [*naughty, "=cmd|' /C calc'!A0", "https://example.org", "</t></is></c>", "]]>", "  kept  ", "a\nb\tc"]

    read = written(tmp_path / "a.xlsx", *((number, text) for number, text in enumerate(texts)))

    plain = [text for text in texts if text.isprintable()]
    assert [row[1] for row in read if texts[int(str(row[0]).partition(".")[0])].isprintable()] == plain


def test_no_cell_has_a_formula_or_a_link_and_no_file_but_ours_is_in_it(tmp_path: Path) -> None:
    written(tmp_path / "a.xlsx", ["=1+1", '=HYPERLINK("file:///etc/passwd")', "@SUM(A1)", "https://example.org"])

    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        names = archive.namelist()
    kinds = {cell.get("t") for cell in markup(tmp_path / "a.xlsx").iter(f"{NAMESPACE}c")}
    tags = {element.tag.removeprefix(NAMESPACE) for element in markup(tmp_path / "a.xlsx").iter()}

    assert kinds == {"inlineStr"}
    assert not tags & {"f", "hyperlink", "hyperlinks", "extLst"}
    assert sorted(names) == [
        *("[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/workbook.xml"),
        "xl/worksheets/sheet1.xml",
    ]


def test_characters_that_markup_has_no_place_for_are_escaped_as_the_standard_says(tmp_path: Path) -> None:
    """ECMA-376 part 1, section 22.9.2.19; what reads like such an escape is escaped too."""
    written(tmp_path / "a.xlsx", ["\x00\x1b\r", "_x0041_", "\ud800", "\uffff"])

    texts = [element.text for element in markup(tmp_path / "a.xlsx").iter(f"{NAMESPACE}t")]

    assert texts == ["_x0000__x001B__x000D_", "_x005F_x0041_", "\N{REPLACEMENT CHARACTER}", "_xFFFF_"]


@pytest.mark.parametrize("letter", ["a", "é", "\N{GRINNING FACE}"])
def test_a_text_longer_than_a_cell_ends_with_a_whole_character_where_the_cell_does(tmp_path: Path, letter: str) -> None:
    ((read,),) = written(tmp_path / "a.xlsx", [letter * 40_000])

    assert isinstance(read, str)
    assert set(read) == {letter}
    assert MAX_CELL_UNITS - 1 <= len(read.encode("utf-16-le")) // 2 <= MAX_CELL_UNITS


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_any_texts_make_a_file_that_is_well_formed(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.xlsx"

    written(path, list(texts))

    assert len([element.text for element in markup(path).iter(f"{NAMESPACE}t")]) == len(texts)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next_under_the_same_head(tmp_path: Path) -> None:
    with writing(tmp_path / "a.xlsx", rows_each=4) as workbook:
        long, other = workbook.add_sheet("items"), workbook.add_sheet("items_2")
        long.write(["head"])
        other.write(["another"])
        for number in range(7):
            long.write([number])

    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheet_names == ["items", "items_2", "items_3", "items_2_2"]
    read = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert read == [[["head"], [0], [1], [2]], [["head"], [3], [4], [5]], [["head"], [6]], [["another"]]]


def test_a_sheet_of_more_columns_than_excel_has_is_refused_before_anything_is_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="columns"):
        written(tmp_path / "a.xlsx", list(range(MAX_SHEET_COLUMNS + 1)))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "number", [Decimal("NaN"), Decimal("-Infinity"), float("inf"), Decimal("1E+400"), Decimal("1E-400"), 10**20 + 1]
)
def test_a_number_that_excel_refuses_or_rounds_is_a_text(tmp_path: Path, number: SheetCell) -> None:
    ((read, digits, exact),) = written(tmp_path / "a.xlsx", [number, Decimal("0.1234567890123456"), Decimal("1E+3")])

    assert (read, digits, exact) == (str(number), "0.1234567890123456", 1000.0)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("a/b\\c[d]e:f*g?h", "a_b_c_d_e_f_g_h"),
        ("'quoted'", "quoted"),
        ("''", "_"),
        ("", "_"),
        ("History", "History_2"),
        ('\ud800\x00<&"', '__<&"'),
        ("\N{GRINNING FACE}" * 20, "\N{GRINNING FACE}" * 15),
        ("a" * 30 + "'b", "a" * 30),
    ],
)
def test_a_name_that_excel_refuses_is_mended(tmp_path: Path, name: str, called: str) -> None:
    with writing(tmp_path / "a.xlsx") as workbook:
        workbook.add_sheet(name)

    assert load_workbook(tmp_path / "a.xlsx").sheet_names == [called]


def test_names_that_differ_by_case_alone_are_told_apart(tmp_path: Path) -> None:
    with writing(tmp_path / "a.xlsx") as workbook:
        for name in ("Items", "items", "ITEMS"):
            workbook.add_sheet(name)

    assert load_workbook(tmp_path / "a.xlsx").sheet_names == ["Items", "items_2", "ITEMS_3"]


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_names_are_ones_that_excel_takes(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "names.xlsx"
    path.unlink(missing_ok=True)
    with writing(path) as workbook:
        for name in names:
            workbook.add_sheet(name)

    read = load_workbook(path).sheet_names
    assert len({name.casefold() for name in read}) == len(names)
    for name in read:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
        assert name.casefold() != "history"


def test_many_columns_have_their_own_names(tmp_path: Path) -> None:
    ((*row,),) = written(tmp_path / "a.xlsx", list(range(800)))

    assert row == list(range(800))
    names = [cell.get("r") for cell in markup(tmp_path / "a.xlsx").iter(f"{NAMESPACE}c")]
    assert [names[number] for number in (0, 25, 26, 701, 702)] == ["A1", "Z1", "AA1", "ZZ1", "AAA1"]


def test_sheets_grow_side_by_side_and_their_names_are_short_and_differ(tmp_path: Path) -> None:
    with writing(tmp_path / "a.xlsx") as workbook:
        sheets = [workbook.add_sheet("a_form_with_a_very_long_name_indeed_items") for _ in range(3)]
        for number in range(3):
            for sheet in sheets:
                sheet.write([number])

    book = load_workbook(tmp_path / "a.xlsx")
    assert len(set(book.sheet_names)) == 3
    assert all(len(name) <= 31 for name in book.sheet_names)
    assert all(book.get_sheet_by_name(name).to_python() == [[0], [1], [2]] for name in book.sheet_names)


def test_nothing_to_write_is_a_workbook_all_the_same(tmp_path: Path) -> None:
    with writing(tmp_path / "a.xlsx"):
        pass

    assert load_workbook(tmp_path / "a.xlsx").sheet_names == ["empty"]


def test_after_an_error_there_is_no_file(tmp_path: Path) -> None:
    def fail() -> None:
        with writing(tmp_path / "a.xlsx") as workbook:
            workbook.add_sheet("sheet").write(["half"])
            raise UsageError("enough")

    with pytest.raises(UsageError):
        fail()

    assert list(tmp_path.iterdir()) == []
