"""CSV files as bytes: what is read, and what is refused with one error."""

import json
from pathlib import Path

import pytest

from cencomm.forms.table import (
    MAX_BROKEN_ROWS,
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_ROWS,
    TableError,
    column_key,
    read_table,
)


def rows(data: bytes, *wanted: str) -> list[tuple[str, ...]]:
    table = read_table(data, fallback_encoding="cp1252", wanted=wanted)
    return [table.headers, *(row.cells for row in table.rows)]


def test_headers_are_compared_without_case_and_space() -> None:
    assert column_key("Destination City 3") == column_key(" destination city3 ")
    assert column_key("Weight (kg) ") == column_key("WEIGHT (kg)")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_under_which_the_wanted_columns_appear(delimiter: str) -> None:
    data = delimiter.join(("ID", "City, Country" if delimiter != "," else '"City, Country"', "Date"))

    assert rows(data.encode(), "ID", "City, Country", "Date") == [("ID", "City, Country", "Date")]


@pytest.mark.parametrize(
    "data", ["Größe\n1".encode(), "\ufeffGröße\n1".encode(), "Größe\n1".encode("cp1252"), "Gro\u0308ße\n1".encode()]
)
def test_utf_8_with_and_without_mark_and_the_declared_code_page_read_alike(data: bytes) -> None:
    assert rows(data) == [("Größe",), ("1",)]


def test_a_byte_that_no_code_page_knows_becomes_the_replacement_character() -> None:
    assert rows(b"a\nx\x81\xff") == [("a",), ("x\ufffd\u00ff",)]


def test_blank_rows_are_counted_and_rows_keep_the_number_of_the_sheet() -> None:
    table = read_table(b"a,b\n1,2\n,\n\n3,4\n", fallback_encoding="cp1252", wanted=())

    assert [row.number for row in table.rows] == [2, 5]
    assert table.blank_rows == 2


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b'a,b\n1,"never closed\n2,3\n', "line 2"),
        (b'a,b\n"x"y,"2\n', "line 2"),
        (b'"a"b,c\n1,2\n', "header"),
        (b'a,b\n"x"y,2\n3,"4\n5"\n', "line 2"),
        (b"a,b\n" + b'"x"y,2\n' * (MAX_BROKEN_ROWS + 1), "rows with broken quotation"),
        (b",".join([b"c"] * (MAX_COLUMNS + 1)), "columns"),
        (b"a\n" + b"1\n" * (MAX_ROWS + 1), "rows"),
        (b"x" * (MAX_FILE_BYTES + 1), "bytes"),
    ],
    ids=[
        "empty",
        "open quotation",
        "text after a quotation, and another that opens",
        "broken header",
        "a line that may close what a broken one opened",
        "too many broken rows",
        "too many columns",
        "too many rows",
        "too large",
    ],
)
def test_a_file_that_is_no_table_is_refused_with_one_error(data: bytes, why: str) -> None:
    with pytest.raises(TableError, match=why):
        rows(data)


@pytest.mark.parametrize(
    "line", [b'"x"y,2', b'1,"a "big" one"', b"1," + b"x" * 200_000], ids=["after", "inside", "endless"]
)
def test_a_row_that_cannot_be_read_and_ends_with_its_line_keeps_no_other_out(line: bytes) -> None:
    table = read_table(b"a,b\n1,2\n" + line + b'\n3,"4"\n', fallback_encoding="cp1252", wanted=())

    assert [(row.number, row.cells) for row in table.rows] == [(2, ("1", "2")), (4, ("3", "4"))]
    (broken,) = table.broken
    assert broken.number == 3
    assert len(broken.text) <= 500


def test_a_wanted_column_that_stands_twice_is_refused_because_either_could_be_meant() -> None:
    with pytest.raises(TableError, match="twice"):
        rows(b"ID,Date,date \n1,2,3\n", "Date")
    assert rows(b"ID,x,x\n1,2,3\n", "ID")[1] == ("1", "2", "3")


def test_every_file_of_csv_spectrum_reads_as_its_authors_say(shared: Path) -> None:
    folder = shared / "data/bad/csv-spectrum"
    files = sorted((folder / "csvs").glob("*.csv"))
    assert len(files) == 11

    for file in files:
        headers, *found = rows(file.read_bytes())
        published = json.loads((folder / "json" / f"{file.stem}.json").read_text("utf-8"))
        expected = [{key: " ".join(value.split()) for key, value in row.items()} for row in published]
        assert [dict(zip(headers, cells, strict=True)) for cells in found] == expected, file.name
