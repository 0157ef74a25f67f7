"""A report as rows of the tables: one definition of a form makes its columns, its sheet and its cells here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from cencomm.forms.columns import columns, rows
from cencomm.forms.form import Form
from cencomm.forms.kinds.kind import Cell, ColumnType
from cencomm.forms.validation import Report

HEADER = ""
MAX_HEADING_CHARACTERS = 80
_DAY_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class FieldKey:
    """A column by what it means: two versions of a form share it unless its type changed."""

    form_name: str
    block: str
    name: str
    type: ColumnType
    list: str
    nominal: str


@dataclass(frozen=True, slots=True)
class CellRow:
    """One answer, or one of several codes, with exactly the columns filled that its type has."""

    key: FieldKey
    row: int
    ordinal: int
    code: str | None = None
    text: str | None = None
    moment: str | None = None
    number: float | None = None


FieldKeys = tuple[tuple[FieldKey, ...], ...]


def field_keys(form: Form) -> FieldKeys:
    """What the columns of the header and of each block mean. The same for every report: make them once a form."""
    return tuple(
        tuple(
            FieldKey(
                form.name,
                table.block or HEADER,
                column.name,
                column.type,
                column.codes or "",
                str(column.nominal.value),
            )
            for column in table.columns
        )
        for table in columns(form)
    )


def tabulate(report: Report, keys: FieldKeys) -> Iterator[CellRow]:
    """Every answer of the report, in the order of the form."""
    for table_keys, table_rows in zip(keys, rows(report), strict=True):
        for number, cells in enumerate(table_rows):
            for key, cell in zip(table_keys, cells, strict=True):
                yield from _split(key, number, cell)


def words(cells: Iterable[CellRow]) -> Iterator[str]:
    """What people wrote and what they read off papers and containers, for the full text."""
    yield from (cell.text for cell in cells if cell.text is not None and cell.key.type is ColumnType.TEXT)


def heading(cells: Iterable[CellRow]) -> str:
    """The first words of the header, on one line."""
    own = (cell.text for cell in cells if cell.text and cell.key.block == HEADER and cell.key.type is ColumnType.TEXT)
    return " ".join(next(own, "").split())[:MAX_HEADING_CHARACTERS]


def happened_on(report: Report, *, written_on: str) -> str:
    """The ISO date that the report is about, as exact as it was given; without one the day of writing."""
    dated_by = report.form.dated_by
    answer = report.header.get(dated_by) if dated_by is not None else None
    if answer is None:
        return written_on
    (date, *_) = answer.cells()
    return str(date)[:_DAY_CHARACTERS]


def _split(key: FieldKey, row: int, cell: Cell) -> Iterator[CellRow]:
    match cell:
        case None:
            return
        case tuple():
            for ordinal, code in enumerate(cell):
                yield CellRow(key, row, ordinal, code=code)
        case bool() | int():
            yield CellRow(key, row, 0, number=float(cell))
        case Decimal():
            yield CellRow(key, row, 0, number=float(cell), text=format(cell, "f"))
        case str() if key.type is ColumnType.CODE:
            yield CellRow(key, row, 0, code=cell)
        case str() if key.type in {ColumnType.DATE, ColumnType.TIME, ColumnType.INSTANT}:
            yield CellRow(key, row, 0, moment=cell)
        case str():
            yield CellRow(key, row, 0, text=cell)
