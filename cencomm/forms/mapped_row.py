"""What becomes of one row of somebody's file: a report with warnings, or a refusal with reasons; never silence."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.doubt import Doubt, DoubtKind


@dataclass(frozen=True, slots=True)
class RowWarning:
    """A doubt about a cell of a row that was kept. `column` is the header as the file spells it."""

    column: str
    cell: str
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class MappedRow:
    """A report. `row_number` is the row of the sheet (the header is row 1), `values` those of a report of `form`."""

    row_number: int
    form: str
    values: Mapping[str, JsonValue]
    warnings: tuple[RowWarning, ...]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """No report: at least one reason, and the cells as they were."""

    row_number: int
    cells: tuple[str, ...]
    reasons: tuple[str, ...]


Outcome: TypeAlias = MappedRow | RefusedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """rows = mapped + refused; blank rows are beside them."""

    rows: int
    mapped: int
    refused: int
    blank: int
    with_warnings: int
    warnings: Mapping[DoubtKind, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedFile:
    """The outcome of each row, in order. `missing_columns`: named by the mapping, not in the file."""

    outcomes: tuple[Outcome, ...]
    totals: Totals
    missing_columns: tuple[str, ...]


def count(outcomes: Iterable[Outcome], *, blank: int) -> Totals:
    rows = tuple(outcomes)
    mapped = [row for row in rows if isinstance(row, MappedRow)]
    return Totals(
        rows=len(rows),
        mapped=len(mapped),
        refused=len(rows) - len(mapped),
        blank=blank,
        with_warnings=sum(bool(row.warnings) for row in mapped),
        warnings=Counter(warning.doubt.kind for row in mapped for warning in row.warnings),
    )


class Draft:
    """The report that rules are filling in. Once done it is turned into an outcome and thrown away."""

    __slots__ = ("_free_text", "_values", "reasons", "warnings")

    def __init__(self) -> None:
        self._values: dict[str, dict[str, JsonValue]] = {"": {}}
        self._free_text: list[str] = []
        self.reasons: list[str] = []
        self.warnings: list[RowWarning] = []

    def put(self, target: str, value: JsonValue) -> None:
        """`target` is a field, or block.field in the first row of the block."""
        block, _, field = target.rpartition(".")
        self._values.setdefault(block, {})[field] = value

    def get(self, target: str) -> JsonValue:
        block, _, field = target.rpartition(".")
        return self._values.get(block, {}).get(field)

    def append(self, block: str, row: Mapping[str, JsonValue]) -> None:
        rows = self._values[""].setdefault(block, [])
        if isinstance(rows, list):
            rows.append(row)

    def warn(self, column: str, cell: str, doubts: Iterable[Doubt]) -> None:
        self.warnings.extend(RowWarning(column, cell, doubt) for doubt in doubts)

    def note(self, column: str, cell: str) -> None:
        """The cell goes to the free text under the name of its column."""
        self._free_text.append(f"{column.strip()}: {cell}")

    def keep_as_text(self, column: str, cell: str, doubt: Doubt) -> None:
        """`note` with a warning."""
        self.note(column, cell)
        self.warn(column, cell, (doubt,))

    def values(self, free_text: str, most: int) -> Mapping[str, JsonValue]:
        """The report's values; a free text that does not fit is a reason to refuse the row, never cut."""
        values = dict(self._values[""])
        values |= {block: [row] for block, row in self._values.items() if block and row}
        if self._free_text:
            written = values.get(free_text)
            text = "\n".join([*([written] if isinstance(written, str) else []), *self._free_text])
            if len(text) > most:
                self.reasons.append(f"what fits no field is longer than the {most} characters of {free_text}")
            values[free_text] = text
        return values
