"""Whole numbers, exact decimals, yes and no.

Decimals travel as text: a weight that was read as 0.10 keeps its last digit, and no reader rounds it.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from cencomm.forms.canonical_json import MAX_SAFE_INTEGER, JsonValue
from cencomm.forms.fault import FaultCode
from cencomm.forms.kinds.kind import Cell, Column, ColumnType, Spot
from cencomm.forms.record import Record
from cencomm.forms.tongue import Tongue

MAX_PLACES = 9
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class IntegerValue:
    number: int

    def to_json(self) -> JsonValue:
        return self.number

    def cells(self) -> tuple[Cell, ...]:
        return (self.number,)

    def show(self, tongue: Tongue) -> str:
        return tongue.number(Decimal(self.number))


@dataclass(frozen=True, slots=True)
class IntegerKind:
    min: int
    max: int
    type = "integer"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        return {"max": self.max, "min": self.min}

    def parse(self, value: JsonValue, spot: Spot) -> IntegerValue | None:
        if isinstance(value, bool) or not isinstance(value, int):
            spot.fault(FaultCode.WRONG_TYPE)
        elif value < self.min:
            spot.fault(FaultCode.TOO_SMALL, min=self.min)
        elif value > self.max:
            spot.fault(FaultCode.TOO_LARGE, max=self.max)
        else:
            return IntegerValue(value)
        return None

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.INTEGER),)


def integer_kind(record: Record) -> IntegerKind:
    least = record.integer("min", least=-MAX_SAFE_INTEGER, most=MAX_SAFE_INTEGER)
    most = record.integer("max", least=-MAX_SAFE_INTEGER, most=MAX_SAFE_INTEGER)
    if least > most:
        record.complain("min is above max")
    return IntegerKind(least, most)


@dataclass(frozen=True, slots=True)
class DecimalValue:
    number: Decimal

    def to_json(self) -> JsonValue:
        return format(self.number, "f")

    def cells(self) -> tuple[Cell, ...]:
        return (self.number,)

    def show(self, tongue: Tongue) -> str:
        return tongue.number(self.number)


@dataclass(frozen=True, slots=True)
class DecimalKind:
    min: Decimal | None
    max: Decimal | None
    places: int
    type = "decimal"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {} if self.places == MAX_PLACES else {"places": self.places}
        found |= {} if self.min is None else {"min": format(self.min, "f")}
        return found | ({} if self.max is None else {"max": format(self.max, "f")})

    def parse(self, value: JsonValue, spot: Spot) -> DecimalValue | None:
        number = parse_decimal(value, spot, places=self.places)
        if number is None:
            return None
        if self.min is not None and number < self.min:
            spot.fault(FaultCode.TOO_SMALL, min=format(self.min, "f"))
        elif self.max is not None and number > self.max:
            spot.fault(FaultCode.TOO_LARGE, max=format(self.max, "f"))
        else:
            return DecimalValue(number)
        return None

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.DECIMAL),)


def decimal_kind(record: Record) -> DecimalKind:
    places = record.optional_integer("places", least=0, most=MAX_PLACES)
    limits = [_limit(record, key) for key in ("min", "max")]
    if limits[0] is not None and limits[1] is not None and limits[0] > limits[1]:
        record.complain("min is above max")
    return DecimalKind(limits[0], limits[1], MAX_PLACES if places is None else places)


def parse_decimal(value: JsonValue, spot: Spot, *, part: str = "", places: int = MAX_PLACES) -> Decimal | None:
    """The exact number that a text such as "12.50" writes; None after a fault."""
    number = decimal_of(value)
    if number is None:
        spot.fault(FaultCode.NUMBER_FORMAT, part)
    elif -int(number.as_tuple().exponent) > places:
        spot.fault(FaultCode.TOO_EXACT, part, places=places)
        return None
    return number


def decimal_of(value: JsonValue) -> Decimal | None:
    """At most 15 digits before and 9 after the point, no leading zeros, no plus, no exponent, no minus zero."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        return None
    number = Decimal(value)
    return None if number.is_zero() and number.is_signed() else number


def _limit(record: Record, key: str) -> Decimal | None:
    value = record.take(key)
    number = decimal_of(value)
    if value is not None and number is None:
        record.complain(f'{key} is a decimal number in quotes, as "0.5"')
    return number


@dataclass(frozen=True, slots=True)
class BooleanValue:
    truth: bool

    def to_json(self) -> JsonValue:
        return self.truth

    def cells(self) -> tuple[Cell, ...]:
        return (self.truth,)

    def show(self, tongue: Tongue) -> str:
        return tongue.word("yes" if self.truth else "no")


@dataclass(frozen=True, slots=True)
class BooleanKind:
    type = "boolean"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        return {}

    def parse(self, value: JsonValue, spot: Spot) -> BooleanValue | None:
        if isinstance(value, bool):
            return BooleanValue(value)
        spot.fault(FaultCode.WRONG_TYPE)
        return None

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.BOOLEAN),)


def boolean_kind(_record: Record) -> BooleanKind:
    return BooleanKind()
