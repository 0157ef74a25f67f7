"""What every type of field does, so that a new type is one new file.

Kind: how a field was declared (limits, list)     Value: one answer that was checked
  options()  as the form writes it                  to_json()  as it travels, byte for byte as it came
  parse()    JSON -> Value, or faults               cells()    for the columns of the archive
  columns()  of the archive and the sheet           show()     for people, in the reader's language
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeAlias

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.fault import Fault, FaultCode
from cencomm.forms.tongue import Tongue

MAX_FAULTS = 100  # nobody corrects more at once, and a hostile report shall not fill the memory with them


class ColumnType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"  # ISO 8601 text of 4, 7 or 10 characters, which sorts
    TIME = "time"
    INSTANT = "instant"  # ISO 8601 text in UTC
    CODE = "code"
    CODES = "codes"


Cell: TypeAlias = str | int | bool | Decimal | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the archive. `part` is what follows the field's name: "" or "unit"."""

    part: str
    type: ColumnType
    codes: str | None = None  # the code list that labels it


class Value(Protocol):
    def to_json(self) -> JsonValue: ...
    def cells(self) -> tuple[Cell, ...]: ...
    def show(self, tongue: Tongue) -> str: ...


class Kind(Protocol):
    @property
    def type(self) -> str: ...
    @property
    def own_words(self) -> bool:
        """Whether people write here in a language of their own, which is shown as it is."""
        ...

    def options(self) -> dict[str, JsonValue]: ...
    def parse(self, value: JsonValue, spot: "Spot") -> Value | None: ...
    def columns(self) -> tuple[Column, ...]: ...


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a report a value stands, and what it is judged by."""

    path: str
    faults: list[Fault]
    lists: Mapping[str, CodeList]
    row: Mapping[str, JsonValue]
    on_date: str  # ISO date that the report is about: codes are valid or not on it
    today: dt.date  # UTC, when the report was written

    def at(self, name: str, row: Mapping[str, JsonValue]) -> "Spot":
        """The spot of `name`, which stands in `row`, beneath this one."""
        return Spot(
            f"{self.path}.{name}" if self.path else name, self.faults, self.lists, row, self.on_date, self.today
        )

    def fault(self, code: FaultCode, part: str = "", **facts: str | int) -> None:
        """Record a fault of this value, or of one of its parts."""
        if len(self.faults) < MAX_FAULTS:
            path = ".".join(filter(None, (self.path, part)))
            self.faults.append(Fault(path, code, tuple((name, str(fact)) for name, fact in facts.items())))
