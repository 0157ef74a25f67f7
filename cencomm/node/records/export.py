"""Records on their way out: a folder of CSV files or one Excel workbook, a sheet for each block of each form.

TLP:RED is for named persons and is never exported; how many such records were withheld is said.
"""

import csv
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.words import Words
from cencomm.errors import Unavailable, UsageError
from cencomm.forms.language import RIGHT_TO_LEFT
from cencomm.forms.wording import Wording
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.reading import StoredRecord, exportable, forms_of, stored_records
from cencomm.node.records.sheets import Filler, SheetCell, sheets_of
from cencomm.node.records.workbook import writing

Progress = Callable[[int, int], None]
"""Records done, records in all."""

# What a spreadsheet takes for a formula at the beginning of a text (OWASP, CSV injection), the wide signs of East Asian
# keyboards too; some look behind spaces and letters that show nothing.
_FORMULA = re.compile(r"[\s\x00-\x20\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUL, _LOST = "\x00", "\N{REPLACEMENT CHARACTER}"  # readers of CSV end the file at a NUL
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
    """What an export is made with: whose words, which wording, and what a kind of node asks of MESSAGES besides."""

    labels: Labels
    wording: Wording
    words: Words
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
            UsageError: there is a file already, more columns than a sheet holds, or criteria that cannot be looked for.
            Unavailable: the disk does not take it.
        """
        try:
            with writing(path, rtl=self.words.language in RIGHT_TO_LEFT) as workbook:
                return await self._write(connection, criteria, workbook.add_sheet, progress)
        except FileExistsError:
            raise UsageError(f"there is a file {path} already") from None
        except OSError as error:
            raise Unavailable(f"{path} cannot be written: {error.strerror}") from error

    def _truths(self) -> Mapping[bool, str]:
        return {truth: self.wording.word(word, self.words.language) for truth, word in ((True, "yes"), (False, "no"))}

    async def _write(
        self,
        connection: AsyncConnection,
        criteria: Criteria,
        begin: Callable[[str], SheetWriter],
        progress: Progress,
    ) -> Exported:
        chosen = await exportable(connection, criteria, self.labels, only=self.only)
        targets: dict[str, tuple[Filler, list[SheetWriter]]] = {}
        sheets = sheets_of(await forms_of(connection, chosen.wanted), self.words, self.wording)
        for form, theirs in groupby(sheets, key=lambda sheet: sheet.form_name):
            own = list(theirs)
            writers = [begin(sheet.name) for sheet in own]
            for sheet, writer in zip(own, writers, strict=True):
                writer.write(sheet.heads())
            targets[form] = Filler(own, self.labels.lists), writers
        await _pour(stored_records(connection, chosen.wanted), targets, chosen.records, progress)
        for further in () if self.further is None else await self.further(connection, chosen.wanted):
            writer = begin(further.name)
            for row in further.rows:
                writer.write(row)
        return Exported(chosen.records, chosen.withheld)


async def _pour(
    records: AsyncIterator[StoredRecord],
    targets: Mapping[str, tuple[Filler, list[SheetWriter]]],
    total: int,
    progress: Progress,
) -> None:
    done = 0
    async for record in records:
        filler, writers = targets[record.form_name]
        for sheet, row in filler.rows(record.envelope, record.cells):
            writers[sheet].write(row)
        done += 1
        if done % _PROGRESS_EVERY == 0 or done == total:
            progress(done, total)


def _make_empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: name a new folder")


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
            shown = cell.replace(_NUL, _LOST)
            return f"'{shown}" if _FORMULA.match(cell) else shown
        case Decimal():
            return format(cell, "f")
        case _:
            return str(cell)
