"""Excel workbooks, written row by row into several sheets at once, in memory that does not grow.

What we need of Office Open XML (ECMA-376 part 1, section 18): texts, numbers and truths, a first row that stays in
view. There is no formula, link, format or script in it, and no way to write one: a text is an inline string, whatever
it begins with. Several times as fast as a library that can do everything (docs/performance.md).
"""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import IO

from cencomm.errors import UsageError
from cencomm.node.records.sheets import SheetCell

MAX_SHEET_ROWS = 1_048_576  # Excel's
MAX_CELL_UNITS = 32_767  # Excel's, of UTF-16
MAX_SHEET_NAME_CHARACTERS = 31  # Excel's
COMPRESSION_LEVEL = 3  # markup repeats itself: the usual 6 takes twice as long for a tenth less
_BUFFERED_ROWS = 200
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

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
_SHEET_BEGINS = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>\n'
)
_SHEET_ENDS = "</sheetData></worksheet>"


class Worksheet:
    """One sheet, on its way to a file without a name."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rows = 0
        self._buffer = [_SHEET_BEGINS]
        self._columns: list[str] = []  # how a cell of each begins

    def write(self, row: Sequence[SheetCell]) -> None:
        """The next row. A text that is longer than Excel's cells ends where they do.

        Raises:
            UsageError: the sheet is full.
        """
        self._rows += 1
        if self._rows > MAX_SHEET_ROWS:
            raise UsageError(f"more than {MAX_SHEET_ROWS} rows in one sheet: export a shorter period, or CSV")
        while len(self._columns) < len(row):
            self._columns.append(f'<c r="{_column_name(len(self._columns))}')
        words = "".join([cell for cell in row if isinstance(cell, str)])
        plain = 2 * len(words) <= MAX_CELL_UNITS and not _SPECIAL.search(words)  # one look for all of them
        number = str(self._rows)
        parts = [f'<row r="{number}">']
        for begin, cell in zip(self._columns, row, strict=False):  # earlier rows may have been longer
            if cell is None:
                continue
            if isinstance(cell, str):
                shown = cell if plain else _escape(cell)
                parts.append(f'{begin}{number}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>')
            elif isinstance(cell, bool):
                parts.append(f'{begin}{number}" t="b"><v>{cell:d}</v></c>')
            else:
                shown = format(cell, "f") if isinstance(cell, Decimal) else str(cell)
                parts.append(f'{begin}{number}"><v>{shown}</v></c>')
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


class Workbook:
    """Open it with `writing`."""

    def __init__(self, folder: Path, files: ExitStack) -> None:
        self._folder = folder
        self._files = files
        self._sheets: dict[str, Worksheet] = {}

    def add_sheet(self, name: str) -> Worksheet:
        """A further one, behind those that are there; `name` as Excel allows it: short, and once whatever the case."""
        short, number = name[:MAX_SHEET_NAME_CHARACTERS], 1
        while short in self._sheets:
            number += 1
            ending = f"_{number}"
            short = name[: MAX_SHEET_NAME_CHARACTERS - len(ending)] + ending
        file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (the stack closes it)
        self._files.callback(file.close)
        sheet = self._sheets[short] = Worksheet(file)
        return sheet

    def save(self, target: IO[bytes]) -> None:
        if not self._sheets:
            self.add_sheet("empty")  # a workbook without sheets is none
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL) as archive:
            for name, text in _parts(tuple(self._sheets)).items():
                archive.writestr(name, _HEAD + text)
            for number, sheet in enumerate(self._sheets.values(), 1):
                with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                    sheet.pour(part)


@contextmanager
def writing(path: Path) -> Iterator[Workbook]:
    """A new file at `path` is the workbook when the block has ended; after an error there is none.

    What is written until then lies beside it, in files without a name that nothing outlives.

    Raises:
        FileExistsError: there is one already.
        OSError: the disk does not take it.
    """
    with ExitStack() as files, path.open("xb") as target:
        try:
            workbook = Workbook(path.parent, files)
            yield workbook
            workbook.save(target)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


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
