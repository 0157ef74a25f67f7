"""Other people's tables, as bytes of a CSV file -> rows of cells. Bounded, and with one error for any bytes.

Excel and databases write UTF-8 with and without a byte order mark, or the code page of their country; commas,
semicolons or tabs; padded headers. Cells are trimmed, brought to Normalization Form C, and line breaks in them become
spaces, since what matters here is their content.
"""

import codecs
import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cencomm.errors import MalformedError
from cencomm.forms.code_list import fold

MAX_FILE_BYTES = 64 << 20  # a year of a large administration, 50,000 rows, has about 20 MB
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_BROKEN_ROWS = 100  # more is no slip of a pen; and each costs a new look at the rest
MAX_SHOWN = 500  # characters of a row that cannot be read
DELIMITERS = (",", ";", "\t")
QUOTE = '"'

_SPACE = re.compile(r"\s+")


class TableError(MalformedError):
    """Bytes that are no table; the text names the row of the sheet."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """`number` is the row of the sheet: the header is row 1. `cells` are as many as the file has in this row."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row whose quotation is broken and ends with its line, so that the next row is what it seems. `text` is it."""

    number: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """Headers as the file spells them, the rows in which anything stands, and those that cannot be read."""

    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]
    broken: tuple[BrokenRow, ...]
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
        TableError: no header, a wanted column twice, more than the limits allow, or quotation that is broken in a way
            that does not show where the row ends.
    """
    if len(data) > MAX_FILE_BYTES:
        raise TableError(f"more than {MAX_FILE_BYTES} bytes")
    text = _decode(data, fallback_encoding)
    keys = frozenset(column_key(header) for header in wanted)
    delimiter = max(DELIMITERS, key=lambda one: len(keys & {column_key(cell) for cell in _first_row(text, one)}))
    parsed = _parse(text, delimiter)
    if not parsed:
        raise TableError("the file is empty")
    head = parsed[0]
    if isinstance(head, BrokenRow):
        raise TableError(f"the header cannot be read: {head.why}")
    headers = head.cells
    rows = [row for row in parsed if isinstance(row, TableRow)]
    broken = tuple(row for row in parsed if isinstance(row, BrokenRow))
    if len(headers) > MAX_COLUMNS:
        raise TableError(f"more than {MAX_COLUMNS} columns")
    filled = tuple(row for row in rows[1:] if any(row.cells))
    return Table(headers, filled, broken, len(rows) - 1 - len(filled), _columns(headers, keys))


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


def _parse(text: str, delimiter: str) -> list[TableRow | BrokenRow]:
    lines = list(io.StringIO(text, newline=""))
    rows: list[TableRow | BrokenRow] = []
    taken = 0  # lines
    while taken < len(lines):
        # strict: otherwise a quotation mark that is never closed swallows the rest of the file as one cell
        reader = csv.reader(itertools.islice(lines, taken, None), delimiter=delimiter, strict=True)
        begins = 0
        try:
            for cells in reader:
                if len(rows) > MAX_ROWS:
                    raise TableError(f"more than {MAX_ROWS} rows")
                rows.append(TableRow(len(rows) + 1, tuple(_tidy(cell) for cell in cells)))
                begins = reader.line_num
        except csv.Error as error:
            if sum(isinstance(row, BrokenRow) for row in rows) >= MAX_BROKEN_ROWS:
                raise TableError(f"more than {MAX_BROKEN_ROWS} rows with broken quotation") from error
            rows.append(_broken_row(lines, taken + begins, taken + reader.line_num, len(rows) + 1, error))
        taken += reader.line_num
    return rows


def _broken_row(lines: list[str], first: int, after: int, number: int, error: csv.Error) -> BrokenRow:
    """The row in `lines[first:after]`, if it surely ends where its line does: the next begins outside a quotation then.

    That is so when it is one line with as many marks that open as close, and the next line does not close one either.
    Otherwise what follows could be the rest of a cell, and would be read as rows that nobody wrote.

    Raises:
        TableError: it cannot be known where the row ends.
    """
    following = lines[after] if after < len(lines) else ""
    if after != first + 1 or lines[first].count(QUOTE) % 2 or following.count(QUOTE) % 2:
        raise TableError(
            f"line {first + 1} (row {number} of the sheet): {error}. Find the quotation mark there that is not closed, "
            "or stands inside a cell without being doubled, mend it, and try again"
        ) from error
    return BrokenRow(number, lines[first].strip()[:MAX_SHOWN], f"its quotation is broken: {error}")


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
