"""Other people's tables, as bytes of a CSV file -> rows of cells. Bounded, and with one error for any bytes.

Excel and databases write UTF-8 with and without a byte order mark, or the code page of their country; commas,
semicolons or tabs; padded headers. Cells are trimmed, brought to Normalization Form C, and line breaks in them become
spaces, since what matters here is their content.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cencomm.errors import MalformedError
from cencomm.forms.code_list import fold

MAX_FILE_BYTES = 64 << 20  # a year of a large administration, 50,000 rows, has about 20 MB
MAX_ROWS = 100_000
MAX_COLUMNS = 200
DELIMITERS = (",", ";", "\t")

_SPACE = re.compile(r"\s+")


class TableError(MalformedError):
    """Bytes that are no table; the text names the row of the sheet."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """`number` is the row of the sheet: the header is row 1. `cells` are as many as the file has in this row."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Headers as the file spells them, and the rows in which anything stands."""

    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]
    blank_rows: int
    columns: Mapping[str, int]  # `column_key` of a header -> its first column


def column_key(header: str) -> str:
    """How a header is compared: without case, accents and any space. "Destination City 3" is "destinationcity3"."""
    return fold(header).replace(" ", "")


def read_table(data: bytes, *, fallback_encoding: str, wanted: Iterable[str]) -> Table:
    """The table that a CSV file holds.

    Args:
        data: the file.
        fallback_encoding: for bytes that are not UTF-8; what it cannot say becomes U+FFFD.
        wanted: headers that the reader looks for; the delimiter under which most are found is the file's.

    Raises:
        TableError: no header, a wanted column twice, more than the limits allow, or broken quotation.
    """
    if len(data) > MAX_FILE_BYTES:
        raise TableError(f"more than {MAX_FILE_BYTES} bytes")
    text = _decode(data, fallback_encoding)
    keys = frozenset(column_key(header) for header in wanted)
    delimiter = max(DELIMITERS, key=lambda one: len(keys & {column_key(cell) for cell in _first_row(text, one)}))
    rows = _parse(text, delimiter)
    if not rows:
        raise TableError("the file is empty")
    headers = rows[0].cells
    if len(headers) > MAX_COLUMNS:
        raise TableError(f"more than {MAX_COLUMNS} columns")
    filled = tuple(row for row in rows[1:] if any(row.cells))
    return Table(headers, filled, len(rows) - 1 - len(filled), _columns(headers, keys))


def _decode(data: bytes, fallback: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.removeprefix(codecs.BOM_UTF8).decode(fallback, errors="replace")


def _first_row(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _parse(text: str, delimiter: str) -> list[TableRow]:
    rows: list[TableRow] = []
    try:
        # strict: otherwise a quotation mark that is never closed swallows the rest of the file as one cell
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(rows) > MAX_ROWS:
                raise TableError(f"more than {MAX_ROWS} rows")
            rows.append(TableRow(len(rows) + 1, tuple(_tidy(cell) for cell in cells)))
    except csv.Error as error:
        raise TableError(f"after row {len(rows)} of the sheet: {error}") from error
    return rows


def _tidy(cell: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFC", cell)).strip()


def _columns(headers: tuple[str, ...], wanted: frozenset[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for index, header in enumerate(headers):
        key = column_key(header)
        if key in found and key in wanted:
            raise TableError(f"column {header[:100]!r} stands twice")
        found.setdefault(key, index)
    return found
