"""Rows of other people's files -> reports, with a warning for every doubt, and refusals with reasons.

Nothing is dropped silently: a cell that fits no field stands in the free text, a row without a required value is
refused and says so. The rules are data (`mapping_rules.py`), what they do is in `mapping_steps.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.cell import MAX_CELL_CHARACTERS, month_names
from cencomm.forms.code_list import CodeList
from cencomm.forms.doubt import Doubt, DoubtKind
from cencomm.forms.gazetteer import Gazetteer
from cencomm.forms.mapped_row import Draft, MappedFile, MappedRow, Outcome, RefusedRow, count
from cencomm.forms.mapping_rules import Reference, RowMapping, columns_of
from cencomm.forms.mapping_steps import References, Step
from cencomm.forms.sheets import SheetRow, Sheets
from cencomm.forms.table import BrokenRow, TableError, TableRow

Check = Callable[[Mapping[str, JsonValue]], Sequence[str]]
"""The values of a report -> what is wrong with them, in sentences. The judge is the form's validation."""

_BROKEN = "\N{REPLACEMENT CHARACTER}"


def accept(_values: Mapping[str, JsonValue]) -> Sequence[str]:
    """A check without objections: for a look at a file before its form is known."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMapper:
    """A mapping with what its cells are compared with. It keeps no state between files."""

    mapping: RowMapping
    code_lists: Mapping[str, CodeList]
    gazetteer: Gazetteer

    def map_file(self, data: bytes, *, joined: Mapping[str, bytes] | None = None, check: Check = accept) -> MappedFile:
        """The outcome of every row of a CSV file.

        Args:
            data: the file.
            joined: further files, by the names that the mapping gives them. An absent one is reported with each row.
            check: judges each report; one with objections is refused.

        Raises:
            TableError: a file that is no table, or has no column of a required rule; then no row was mapped.
        """
        sheets = Sheets(self.mapping, data, joined or {})
        missing = _missing_columns(self.mapping, sheets)
        references = References(
            code_lists=self.code_lists, gazetteer=self.gazetteer, months=month_names(self.mapping.languages)
        )
        used: dict[str, int] = {}
        outcomes: list[Outcome] = []
        rows: list[TableRow | BrokenRow] = [*sheets.main.rows, *sheets.main.broken]
        for row in sorted(rows, key=lambda one: one.number):
            if isinstance(row, BrokenRow):
                outcomes.append(RefusedRow(row.number, (row.text,), (row.why,)))
                continue
            outcome = self._map_row(sheets, row, references, check)
            outcomes.append(_refuse_repeated(self.mapping, outcome, row, used))
        return MappedFile(
            outcomes=tuple(outcomes),
            totals=count(outcomes, blank=sheets.main.blank_rows),
            missing_columns=missing,
        )

    def _map_row(self, sheets: Sheets, row: TableRow, references: References, check: Check) -> Outcome:
        draft = Draft()
        if any(row.cells[len(sheets.main.headers) :]):
            draft.reasons.append("the row has more cells than the header has columns")
        if any(len(cell) > MAX_CELL_CHARACTERS for cell in row.cells):
            draft.reasons.append(f"a cell is longer than {MAX_CELL_CHARACTERS} characters")
        if not draft.reasons:
            self._fill(draft, sheets, sheets.row(row), references)
        values = draft.values(self.mapping.free_text, self.mapping.free_text_most)
        reasons = draft.reasons or check(values)
        if reasons:
            return RefusedRow(row.number, row.cells, tuple(reasons))
        return MappedRow(row.number, self.mapping.form, values, tuple(draft.warnings))

    def _fill(self, draft: Draft, sheets: Sheets, row: SheetRow, references: References) -> None:
        step = Step(self.mapping, references, row, draft)
        for rule in self.mapping.rules:
            step.apply(rule)
        for column in sheets.strangers:
            cell = row.cell(column)
            if cell.text:
                why = f"no field for this column; kept in {self.mapping.free_text}"
                draft.keep_as_text(cell.column, cell.text, Doubt(DoubtKind.NO_FIELD, why))
        for name, join in self.mapping.joins.items():
            if not row.joins(name):
                why = f"the file {name!r} has no row for it" if sheets.joined(name) else f"there is no file {name!r}"
                draft.warn(join.column, row.cell(join.column).text, (Doubt(DoubtKind.NOT_JOINED, why),))
        for cell in row.asked.values():
            if _BROKEN in cell.text:
                doubt = Doubt(DoubtKind.BROKEN_CHARACTER, "a character was lost before the file came to us; kept as is")
                draft.warn(cell.column, cell.text, (doubt,))


def _missing_columns(mapping: RowMapping, sheets: Sheets) -> tuple[str, ...]:
    """Columns that the mapping names and the files lack.

    Raises:
        TableError: all columns of a required rule are missing: every row would be refused for it.
    """
    for rule in mapping.rules:
        named = columns_of(rule)
        if rule.required and named and not any(sheets.has(column) for column in named):
            raise TableError(f"the file has no column {' or '.join(repr(column.strip()) for column in named)}")
    plain = (column for rule in mapping.rules for column in columns_of(rule, numbered_too=False))
    return tuple(dict.fromkeys(column for column in plain if not sheets.has(column)))


def _refuse_repeated(mapping: RowMapping, outcome: Outcome, row: TableRow, used: dict[str, int]) -> Outcome:
    """A case reference names one case: the second row with it is refused, since neither can be known to be right."""
    if isinstance(outcome, RefusedRow):
        return outcome
    for target in (rule.to for rule in mapping.rules if isinstance(rule, Reference)):
        reference = str(outcome.values.get(target))
        first = used.setdefault(reference, row.number)
        if first != row.number:
            return RefusedRow(row.number, row.cells, (f"{reference} is the reference of row {first} already",))
    return outcome
