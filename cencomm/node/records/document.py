"""One record as its reader sees it: every answer with its label, codes beside what they are called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from cencomm.forms.code_list import CodeList
from cencomm.forms.columns import TableColumn, columns, heading
from cencomm.forms.form import Form
from cencomm.forms.kinds.kind import ColumnType
from cencomm.forms.language import pick
from cencomm.forms.wording import Wording
from cencomm.node.records.cells import HEADER, FieldKey, field_keys
from cencomm.node.records.sheets import StoredCell

FieldValue: TypeAlias = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class Field:
    """`value` as it is compared and stored: codes, ISO dates, decimals with the digits that were given; `words`, of
    codes, what they are called. `nominal`: 0, 1 or X, as the form says.
    """

    name: str
    label: str
    nominal: str
    value: FieldValue
    words: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """The header (no name) or one of the form's blocks; each row has the fields that were answered."""

    name: str
    title: str
    rows: tuple[tuple[Field, ...], ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """In whose language a record is read."""

    lists: Mapping[str, CodeList]
    wording: Wording
    language: str

    def blocks(self, form: Form, cells: Sequence[StoredCell]) -> tuple[Block, ...]:
        """What the record answers, in the order of its form; blocks without an answer are left out."""
        found = []
        for table, keys in zip(columns(form), field_keys(form), strict=True):
            rows = self._rows(list(zip(table.columns, keys, strict=True)), cells)
            if rows:
                found.append(Block(table.block or HEADER, pick(table.label, self.language), rows))
        return tuple(found)

    def _rows(
        self, described: Sequence[tuple[TableColumn, FieldKey]], cells: Sequence[StoredCell]
    ) -> tuple[tuple[Field, ...], ...]:
        own = {key for _, key in described}
        by_row: dict[int, dict[FieldKey, list[StoredCell]]] = {}
        for cell in cells:
            if cell.key in own:
                by_row.setdefault(cell.row, {}).setdefault(cell.key, []).append(cell)
        return tuple(
            tuple(self._field(column, key, answers[key]) for column, key in described if key in answers)
            for _, answers in sorted(by_row.items())
        )

    def _field(self, column: TableColumn, key: FieldKey, cells: Iterable[StoredCell]) -> Field:
        ordered = sorted(cells, key=lambda cell: cell.ordinal)
        codes = [cell.code for cell in ordered if cell.code is not None]
        label = heading(column, self.language, self.wording)
        return Field(
            name=column.name,
            label=label,
            nominal=key.nominal,
            value=codes if key.type is ColumnType.CODES else _value(ordered[0]),
            words="; ".join(self._called(key.list, code) for code in codes) or None,
        )

    def _called(self, name: str, code: str) -> str:
        known = self.lists.get(name)
        return code if known is None else known.label(code, self.language)


def _value(cell: StoredCell) -> FieldValue:
    match cell.key.type:
        case ColumnType.INTEGER:
            return int(cell.number or 0)
        case ColumnType.BOOLEAN:
            return bool(cell.number)
        case ColumnType.DECIMAL:
            return format(Decimal(cell.text or "0"), "f")
        case ColumnType.DATE | ColumnType.TIME | ColumnType.INSTANT:
            return cell.moment or ""
        case _:
            return (cell.text if cell.text is not None else cell.code) or ""
