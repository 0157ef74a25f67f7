"""A file with the files joined to it, seen from one row: cells by the names that a mapping gives to columns."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cencomm.forms.mapping_rules import RowMapping, says_nothing
from cencomm.forms.table import Table, TableError, TableRow, column_key, read_table

MAX_PARTS = 100  # of one cell


@dataclass(frozen=True, slots=True)
class Cell:
    """`column` is the header as the file spells it; `text` is empty if the cell says nothing."""

    column: str
    text: str


class Sheets:
    """The tables of one mapping.

    Raises:
        TableError: one of the files is no table.
    """

    def __init__(self, mapping: RowMapping, data: bytes, joined: Mapping[str, bytes]) -> None:
        self._mapping = mapping
        self.main = self._read("", data)
        self._joined = {name: self._read(name, joined[name]) for name in mapping.joins if name in joined}
        self._by_key = {name: self._index(name, table) for name, table in self._joined.items()}
        named = {column_key(column) for column in (*mapping.columns(), *mapping.ignored)}
        self.strangers = tuple(column for column in self._all_columns() if column_key(column) not in named)

    def has(self, column: str) -> bool:
        """Whether the files have this column, a "join:column" or one of the main file."""
        name, _, header = column.rpartition(":")
        table = self._joined.get(name) if name else self.main
        return table is not None and column_key(header) in table.columns

    def joined(self, name: str) -> bool:
        """Whether the file of this name was given."""
        return name in self._joined

    def row(self, row: TableRow) -> "SheetRow":
        return SheetRow(self._mapping, self.main, row, dict(self._matches(row)))

    def _read(self, name: str, data: bytes) -> Table:
        prefix = f"{name}:" if name else ""
        columns = [column for column in self._mapping.columns() if bool(name) == (":" in column)]
        wanted = (column.removeprefix(prefix) for column in columns if column.startswith(prefix))
        table = read_table(data, fallback_encoding=self._mapping.fallback_encoding, wanted=wanted)
        if name and table.broken:  # a row that is looked for and cannot be read would be missing without a word
            raise TableError(f"file {name!r}, row {table.broken[0].number} of the sheet: {table.broken[0].why}")
        return table

    def _index(self, name: str, table: Table) -> Mapping[str, TableRow]:
        """Rows by key, the first of each."""
        key = column_key(self._mapping.joins[name].column)
        found: dict[str, TableRow] = {}
        for row in table.rows:
            found.setdefault(_at(table, row, key), row)
        return found

    def _matches(self, row: TableRow) -> Iterator[tuple[str, tuple[Table, TableRow]]]:
        for name, table in self._joined.items():
            key = _at(self.main, row, column_key(self._mapping.joins[name].column))
            if key and (match := self._by_key[name].get(key)):
                yield name, (table, match)

    def _all_columns(self) -> Iterator[str]:
        yield from (header for header in self.main.headers if header)
        for name, table in self._joined.items():
            yield from (f"{name}:{header}" for header in table.headers if header)


class SheetRow:
    """One row. It remembers what was asked for, so that broken characters are reported for cells that count."""

    def __init__(
        self, mapping: RowMapping, table: Table, row: TableRow, joined: Mapping[str, tuple[Table, TableRow]]
    ) -> None:
        self._mapping = mapping
        self._table, self.number, self._row = table, row.number, row
        self._joined = joined
        self.asked: dict[str, Cell] = {}

    def joins(self, name: str) -> bool:
        return name in self._joined

    def cell(self, column: str | None) -> Cell:
        """The cell; an empty one where the files have no such column, or no joined row."""
        if column is None:
            return Cell("", "")
        name, _, header = column.rpartition(":")
        table, row = self._joined.get(name, (None, None)) if name else (self._table, self._row)
        if table is None or row is None or column_key(header) not in table.columns:
            return Cell(header.strip(), "")
        text = _at(table, row, column_key(header))
        label = table.headers[table.columns[column_key(header)]]
        found = Cell(label, "" if says_nothing(self._mapping, text) else text)
        self.asked[column] = found
        return found


def _at(table: Table, row: TableRow, key: str) -> str:
    """The cell of a row that may be shorter than its header; Excel leaves off empty cells at the end."""
    index = table.columns.get(key)
    return row.cells[index] if index is not None and index < len(row.cells) else ""


def split_cell(text: str, separators: str) -> tuple[str, ...]:
    """The different parts of a cell; what comes after MAX_PARTS stays one part."""
    if not separators:
        return (text,) if text else ()
    found = re.split(f"[{re.escape(separators)}]", text, maxsplit=MAX_PARTS)
    return tuple(dict.fromkeys(part.strip() for part in found if part.strip()))
