"""Records on their way out: a folder of CSV files or one Excel workbook, a sheet for each block of each form.

TLP:RED is for named persons and is never exported; how many such records were withheld is said.
"""

import csv
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import xlsxwriter
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.errors import Unavailable, UsageError
from cencomm.forms.code_list import CodeList
from cencomm.forms.wording import Wording
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.reading import StoredRecord, exportable, forms_of, stored_records
from cencomm.node.records.sheets import Sheet, SheetCell, sheet_rows, sheets_of

Progress = Callable[[int, int], None]
"""Records done, records in all."""

# What a spreadsheet takes for a formula at the beginning of a text (OWASP, CSV injection).
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
MAX_SHEET_ROWS = 1_048_576  # Excel's
MAX_CELL_CHARACTERS = 32_767  # Excel's
MAX_SHEET_NAME_CHARACTERS = 31  # Excel's
_PROGRESS_EVERY = 100  # records


@dataclass(frozen=True, slots=True)
class Exported:
    """`withheld` records fit too, but are TLP:RED."""

    records: int
    withheld: int


@dataclass(frozen=True, slots=True)
class FurtherSheet:
    """One that no form makes: how a kind of node links its records. The first row are its heads."""

    name: str
    rows: Sequence[Sequence[SheetCell]]


Further = Callable[[AsyncConnection, ColumnElement[bool]], Awaitable[Sequence[FurtherSheet]]]
"""Makes such sheets of the exported records, given as a condition on MESSAGES."""


class SheetWriter(Protocol):
    """Where the rows of one sheet go."""

    def write(self, row: Sequence[SheetCell]) -> None: ...


@dataclass(frozen=True, slots=True)
class Export:
    """What an export is made with: whose language, which words, and what a kind of node asks of MESSAGES besides."""

    labels: Labels
    wording: Wording
    language: str
    only: ColumnElement[bool] | None = None
    further: Further | None = None

    async def to_csv(
        self, connection: AsyncConnection, criteria: Criteria, folder: Path, *, bom: bool, progress: Progress
    ) -> Exported:
        """`<form>.csv` and `<form>_<block>.csv` in `folder`, UTF-8, after RFC 4180.

        Args:
            bom: begin each file with a byte order mark, by which Excel knows that it is UTF-8.

        Raises:
            UsageError: the folder holds something, or the criteria cannot be looked for.
            Unavailable: the disk does not take it.
        """
        try:
            _make_empty(folder)
            with ExitStack() as files:

                def begin(name: str) -> SheetWriter:
                    encoding = "utf-8-sig" if bom else "utf-8"
                    file = files.enter_context((folder / f"{name}.csv").open("x", encoding=encoding, newline=""))
                    return CsvSheet(csv.writer(file).writerow, self._truths())

                return await self._write(connection, criteria, begin, progress)
        except OSError as error:
            raise Unavailable(f"{folder} cannot be written: {error.strerror}") from error

    async def to_xlsx(
        self, connection: AsyncConnection, criteria: Criteria, path: Path, *, progress: Progress
    ) -> Exported:
        """One workbook at `path`.

        Raises:
            UsageError: there is a file already, more rows than a sheet holds, or criteria that cannot be looked for.
            Unavailable: the disk does not take it.
        """
        try:
            _claim(path)
            with xlsxwriter.Workbook(
                path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
            ) as workbook:
                taken: set[str] = set()

                def begin(name: str) -> SheetWriter:
                    worksheet = workbook.add_worksheet(sheet_name(name, taken))
                    worksheet.freeze_panes(1, 0)
                    return XlsxSheet(worksheet)

                return await self._write(connection, criteria, begin, progress)
        except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
            raise Unavailable(f"{path} cannot be written") from error

    def _truths(self) -> Mapping[bool, str]:
        return {True: self.wording.word("yes", self.language), False: self.wording.word("no", self.language)}

    async def _write(
        self,
        connection: AsyncConnection,
        criteria: Criteria,
        begin: Callable[[str], SheetWriter],
        progress: Progress,
    ) -> Exported:
        chosen = await exportable(connection, criteria, self.labels, only=self.only)
        sheets: dict[str, list[tuple[Sheet, SheetWriter]]] = {}
        for sheet in sheets_of(await forms_of(connection, chosen.wanted), self.language, self.wording):
            writer = begin(sheet.name)
            writer.write(sheet.heads())
            sheets.setdefault(sheet.form_name, []).append((sheet, writer))
        await _pour(stored_records(connection, chosen.wanted), sheets, self.labels.lists, chosen.records, progress)
        for further in () if self.further is None else await self.further(connection, chosen.wanted):
            writer = begin(further.name)
            for row in further.rows:
                writer.write(row)
        return Exported(chosen.records, chosen.withheld)


async def _pour(
    records: AsyncIterator[StoredRecord],
    sheets: Mapping[str, list[tuple[Sheet, SheetWriter]]],
    lists: Mapping[str, CodeList],
    total: int,
    progress: Progress,
) -> None:
    done = 0
    async for record in records:
        for sheet, writer in sheets[record.form_name]:
            for row in sheet_rows(sheet, record.envelope, record.cells, lists):
                writer.write(row)
        done += 1
        if done % _PROGRESS_EVERY == 0 or done == total:
            progress(done, total)


def _make_empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: name a new folder")


def _claim(path: Path) -> None:
    try:
        path.open("x").close()
    except FileExistsError:
        raise UsageError(f"there is a file {path} already") from None


class CsvSheet:
    """Texts that a spreadsheet would run are made texts by an apostrophe; numbers are numbers and stay.

    `truths` is what true and false are called: CSV has no values of that kind, and a 0 would be taken for a number.
    """

    def __init__(self, write_row: Callable[[Sequence[str]], object], truths: Mapping[bool, str]) -> None:
        self._write_row = write_row
        self._truths = truths

    def write(self, row: Sequence[SheetCell]) -> None:
        self._write_row([_csv_cell(cell, self._truths) for cell in row])


def _csv_cell(cell: SheetCell, truths: Mapping[bool, str]) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return truths[cell]
        case str():
            return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell
        case Decimal():
            return format(cell, "f")
        case _:
            return str(cell)


class XlsxSheet:
    """Writes texts as texts, whatever they begin with."""

    def __init__(self, worksheet: "xlsxwriter.worksheet.Worksheet") -> None:
        self._worksheet = worksheet
        self._row = 0

    def write(self, row: Sequence[SheetCell]) -> None:
        if self._row >= MAX_SHEET_ROWS:
            raise UsageError(f"more than {MAX_SHEET_ROWS} rows in one sheet: export a shorter period, or CSV")
        for column, cell in enumerate(row):
            match cell:
                case None:
                    continue
                case bool():
                    self._worksheet.write_boolean(self._row, column, cell)
                case str():
                    self._worksheet.write_string(self._row, column, cell[:MAX_CELL_CHARACTERS])
                case _:
                    self._worksheet.write_number(self._row, column, float(cell))
        self._row += 1


def sheet_name(name: str, taken: set[str]) -> str:
    """`name` as Excel allows it: short, and once whatever the case."""
    short = name[:MAX_SHEET_NAME_CHARACTERS]
    number = 1
    while short in taken:
        number += 1
        ending = f"_{number}"
        short = name[: MAX_SHEET_NAME_CHARACTERS - len(ending)] + ending
    taken.add(short)
    return short
