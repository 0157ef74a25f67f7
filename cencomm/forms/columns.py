"""Reports as tables: one for the header, one for each block, the same in the archive and in an Excel sheet.

A narrowed form has fewer columns than the form that it narrows, never others, so the tables of the archive are those of
the form that ships.
"""

from dataclasses import dataclass

from cencomm.forms.form import Field, Form, Nominal
from cencomm.forms.kinds.kind import Cell, ColumnType
from cencomm.forms.language import Labels, pick
from cencomm.forms.validation import Answers, Report
from cencomm.forms.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """One column.

    Args:
        name: `quantity_unit`: field and part; unique in its table.
        part: `unit`; empty for a field with one column.
        codes: the code list whose codes it holds, if it does.
        label: of the field, in each language.
    """

    name: str
    field: str
    part: str
    type: ColumnType
    codes: str | None
    label: Labels
    nominal: Nominal


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is the form's, for a block with the block's behind it: `seizure`, `seizure_items`."""

    name: str
    block: str | None
    label: Labels
    columns: tuple[TableColumn, ...]


def columns(form: Form) -> tuple[Table, ...]:
    """The table of the header and then that of each block, in the order of the form."""
    header = Table(form.name, None, form.label, _columns(form.fields))
    blocks = (Table(f"{form.name}_{b.name}", b.name, b.label, _columns(b.fields)) for b in form.blocks)
    return (header, *blocks)


def rows(report: Report) -> tuple[tuple[tuple[Cell, ...], ...], ...]:
    """The rows of each of `columns(report.form)`: one of the header, any number of a block; None where not answered."""
    form = report.form
    header = (_cells(form.fields, report.header),)
    blocks = (tuple(_cells(b.fields, row) for row in report.blocks.get(b.name, ())) for b in form.blocks)
    return (header, *blocks)


def heading(column: TableColumn, language: str, wording: Wording) -> str:
    """What stands above the column in a sheet: `Quantity: unit`."""
    label = pick(column.label, language)
    return f"{label}: {wording.word(f'part_{column.part}', language)}" if column.part else label


def _columns(fields: tuple[Field, ...]) -> tuple[TableColumn, ...]:
    return tuple(
        TableColumn(
            name=name,
            field=field.name,
            part=column.part,
            type=column.type,
            codes=column.codes,
            label=field.label,
            nominal=field.nominal,
        )
        for field in fields
        for name, column in field.columns()
    )


def _cells(fields: tuple[Field, ...], answers: Answers) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for field in fields:
        answer = answers.get(field.name)
        cells.extend((None,) * len(field.kind.columns()) if answer is None else answer.cells())
    return tuple(cells)
