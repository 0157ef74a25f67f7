"""Excel workbooks, written row by row into several sheets at once, in memory that does not grow.

What we need of Office Open XML (ECMA-376 part 1, section 18): texts, numbers and truths, a first row that stays in
view. There is no formula, link, format or script in it, and no way to write one: a text is an inline string, whatever
it begins with. Several times as fast as a library that can do everything (docs/performance.md).
"""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import IO

from cencomm.errors import UsageError
from cencomm.node.records.sheets import SheetCell

MAX_SHEET_ROWS = 1_048_576  # Excel's
MAX_CELL_UNITS = 32_767  # Excel's, of UTF-16
MAX_SHEET_COLUMNS = 16_384  # Excel's
MAX_SHEET_NAME_CHARACTERS = 31  # Excel's
MAX_DIGITS = 15  # significant ones that Excel keeps of a number
MAX_WHOLE = 1_000_000_000_000_000  # the first number with more
MAX_EXPONENT = 307  # of a number that Excel takes
COMPRESSION_LEVEL = 3  # markup repeats itself: the usual 6 takes twice as long for a tenth less
_BUFFERED_ROWS = 200
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")  # Excel's, and what XML has no place for
_RESERVED_NAME = "history"  # Excel's own
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LOST = "\N{REPLACEMENT CHARACTER}"  # for half a character, which UTF-8 cannot say
# What XML has no place for, or its readers change; and what reads like the escape that such characters get
# (ST_Xstring, section 22.9.2.19).
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET_BEGINS = (  # the slot: which end the first column stands at
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView{{}} workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>\n'
)
_RIGHT_TO_LEFT = ' rightToLeft="1"'  # section 18.3.1.87
_SHEET_ENDS = "</sheetData></worksheet>"


class _Part:
    """One sheet of the file, on its way to a file without a name."""

    def __init__(self, file: IO[bytes], *, rtl: bool) -> None:
        self._file = file
        self.rows = 0
        self._buffer = [_SHEET_BEGINS.format(_RIGHT_TO_LEFT if rtl else "")]
        self._columns: list[str] = []  # how a cell of each begins

    def write(self, row: Sequence[SheetCell]) -> None:
        self.rows += 1
        while len(self._columns) < len(row):
            self._columns.append(f'<c r="{_column_name(len(self._columns))}')
        # What is empty goes first: of a block's columns most are, in most rows.
        filled = [(begin, cell) for begin, cell in zip(self._columns, row, strict=False) if cell is not None]
        words = "".join([cell for _, cell in filled if isinstance(cell, str)])
        plain = 2 * len(words) <= MAX_CELL_UNITS and not _SPECIAL.search(words)  # one look for all of them
        number = str(self.rows)
        parts = [f'<row r="{number}">']
        for begin, cell in filled:
            if isinstance(cell, str):
                shown = cell if plain else _escape(cell)
            elif isinstance(cell, bool):
                parts.append(f'{begin}{number}" t="b"><v>{cell:d}</v></c>')
                continue
            else:
                shown = _digits(cell)
                if _is_number_of_excel(cell):
                    parts.append(f'{begin}{number}"><v>{shown}</v></c>')
                    continue
                shown = _escape(shown)
            parts.append(f'{begin}{number}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>')
        parts.append("</row>\n")
        self._buffer.append("".join(parts))
        if len(self._buffer) > _BUFFERED_ROWS:
            self._flush()

    def pour(self, target: IO[bytes]) -> None:
        """The whole sheet, to its place in the workbook. Nothing is written to it afterwards."""
        self._buffer.append(_SHEET_ENDS)
        self._flush()
        self._file.seek(0)
        shutil.copyfileobj(self._file, target, 1 << 20)

    def _flush(self) -> None:
        self._file.write("".join(self._buffer).encode())
        self._buffer.clear()


class Worksheet:
    """Rows under one head. More of them than Excel's sheets hold go on in further sheets, each under the same head."""

    def __init__(self, name: str, begin: Callable[[], _Part], rows_each: int) -> None:
        self.name = name
        self.parts = [begin()]
        self._begin = begin
        self._rows_each = rows_each
        self._head: Sequence[SheetCell] = ()

    def write(self, row: Sequence[SheetCell]) -> None:
        """The next row; the first is the head. A text that is longer than Excel's cells ends where they do; a number
        that Excel would refuse or round is a text.

        Raises:
            UsageError: the row is longer than Excel's are.
        """
        if len(row) > MAX_SHEET_COLUMNS:
            raise UsageError(f"more than {MAX_SHEET_COLUMNS} columns in one sheet: export fewer forms, or CSV")
        part = self.parts[-1]
        if not self._head:
            self._head = tuple(row)
        elif part.rows == self._rows_each:
            part = self._begin()
            self.parts.append(part)
            part.write(self._head)
        part.write(row)


class Workbook:
    """Open it with `writing`."""

    def __init__(self, folder: Path, files: ExitStack, rows_each: int, *, rtl: bool) -> None:
        self._folder = folder
        self._files = files
        self._rows_each = rows_each
        self._rtl = rtl
        self._sheets: list[Worksheet] = []

    def add_sheet(self, name: str) -> Worksheet:
        """A further one, behind those that are there; it is called `name` as far as Excel allows that."""
        sheet = Worksheet(name, self._begin_part, self._rows_each)
        self._sheets.append(sheet)
        return sheet

    def save(self, target: IO[bytes]) -> None:
        if not self._sheets:
            self.add_sheet("empty")  # a workbook without sheets is none
        named: dict[str, _Part] = {}
        for sheet in self._sheets:
            for part in sheet.parts:
                named[_name_beside(named, sheet.name)] = part
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL) as archive:
            for name, text in _parts(tuple(named)).items():
                archive.writestr(name, _HEAD + text)
            for number, part in enumerate(named.values(), 1):
                with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as file:
                    part.pour(file)

    def _begin_part(self) -> _Part:
        file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (the stack closes it)
        self._files.callback(file.close)
        return _Part(file, rtl=self._rtl)


@contextmanager
def writing(path: Path, *, rows_each: int = MAX_SHEET_ROWS, rtl: bool = False) -> Iterator[Workbook]:
    """A new file at `path` is the workbook when the block has ended; after an error there is none.

    Its sheets begin at the right if `rtl`, as readers of Arabic expect.

    What is written until then lies beside it, in files without a name that nothing outlives.

    Raises:
        FileExistsError: there is one already.
        OSError: the disk does not take it.
    """
    with ExitStack() as files, path.open("xb") as target:
        try:
            workbook = Workbook(path.parent, files, rows_each, rtl=rtl)
            yield workbook
            workbook.save(target)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _name_beside(taken: Iterable[str], name: str) -> str:
    """`name` as Excel allows it: short, of letters that it takes, and once whatever the case."""
    folded = {one.casefold() for one in taken} | {_RESERVED_NAME}
    allowed = _NOT_IN_NAMES.sub("_", name).strip("'") or "_"
    short, number = _cut(allowed, MAX_SHEET_NAME_CHARACTERS), 1
    while short.casefold() in folded:
        number += 1
        ending = f"_{number}"
        short = _cut(allowed, MAX_SHEET_NAME_CHARACTERS - len(ending)) + ending
    return short


def _cut(name: str, units: int) -> str:
    """The beginning of it, of so many units of UTF-16: Excel counts these."""
    return name.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore").rstrip("'")


def _digits(number: float | Decimal) -> str:
    if isinstance(number, Decimal) and number.is_finite() and abs(number.adjusted()) <= MAX_EXPONENT:
        return format(number, "f")
    return str(number)


def _is_number_of_excel(number: float | Decimal) -> bool:
    """Whether a cell can hold exactly this number: it is finite, and has no more digits than Excel keeps."""
    if isinstance(number, int):
        return abs(number) < MAX_WHOLE
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    if not exact.is_finite() or abs(exact.adjusted()) > MAX_EXPONENT:
        return False
    return len(exact.normalize().as_tuple().digits) <= MAX_DIGITS


def _column_name(number: int) -> str:
    """`A` for 0, `AA` for 26."""
    name = ""
    while number >= 0:
        name = _LETTERS[number % len(_LETTERS)] + name
        number = number // len(_LETTERS) - 1
    return name


def _escape(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) > 2 * MAX_CELL_UNITS:
        text = units[: 2 * MAX_CELL_UNITS].decode("utf-16-le", "ignore")  # not half of a last character
    return _SPECIAL.sub(_escape_character, text)


def _escape_character(match: re.Match[str]) -> str:
    character = match[0]
    if "\ud800" <= character <= "\udfff":
        return _LOST
    return _MARKUP.get(character) or f"_x{ord(character):04X}_"


def _parts(names: Sequence[str]) -> dict[str, str]:
    """What makes one workbook of the sheets (section 12.3)."""
    numbered = list(enumerate(names, 1))
    sheets = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n, _ in numbered
    )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{types}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
    }
