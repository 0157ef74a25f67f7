"""Amounts with their unit, as somebody gave them: quantities and money. Nothing is converted.

{"amount": "12.5", "unit": "KGM"}    {"amount": "300", "unit": "C62", "basis": "estimated"}
{"unweighed": true}                  {"unweighed": true, "unit": "KGM"}
{"amount": "1200.50", "currency": "USD"}
"""

from dataclasses import dataclass
from decimal import Decimal

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.fault import FaultCode, quoted
from cencomm.forms.kinds.code import parse_code
from cencomm.forms.kinds.kind import Cell, Column, ColumnType, Spot
from cencomm.forms.kinds.number import parse_decimal
from cencomm.forms.record import NAME, Record
from cencomm.forms.tongue import Tongue

UNITS, BASES, CURRENCIES = "unit", "quantity_basis", "currency"


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """An amount in a unit; without an amount it is known that there was something, but not how much."""

    amount: Decimal | None
    unit: str | None
    basis: str | None = None

    def to_json(self) -> JsonValue:
        found: dict[str, JsonValue] = (
            {"unweighed": True} if self.amount is None else {"amount": format(self.amount, "f")}
        )
        found |= {} if self.unit is None else {"unit": self.unit}
        return found | ({} if self.basis is None else {"basis": self.basis})

    def cells(self) -> tuple[Cell, ...]:
        return (self.amount, self.unit, self.basis, self.amount is None)

    def show(self, tongue: Tongue) -> str:
        if self.amount is None:
            unit = "" if self.unit is None else f" ({tongue.code(UNITS, self.unit)})"
            return tongue.word("unweighed") + unit
        amount = tongue.quantity(self.amount, self.unit or "")
        return amount if self.basis is None else f"{amount} ({tongue.code(BASES, self.basis)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityKind:
    unweighed: bool = False  # whether "neither weighed nor counted" is an answer
    only: tuple[str, ...] = ()  # units on offer, all if empty
    first: tuple[str, ...] = ()
    type = "quantity"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {"unweighed": True} if self.unweighed else {}
        found |= {"only": [*self.only]} if self.only else {}
        return found | ({"first": [*self.first]} if self.first else {})

    def parse(self, value: JsonValue, spot: Spot) -> QuantityValue | None:
        parts = parse_parts(value, spot, frozenset({"amount", "unit", "basis", "unweighed"}))
        if parts is None:
            return None
        before = len(spot.faults)
        unit, basis, amount = None, None, None
        if "unit" in parts:
            unit = parse_code(parts["unit"], spot, UNITS, part="unit", only=self.only)
        if "unweighed" in parts:
            self._check_unweighed(parts, spot)
        else:
            amount = _positive(parts, spot)
            if "unit" not in parts:
                spot.fault(FaultCode.PART_MISSING, "unit")
            if "basis" in parts:
                basis = parse_code(parts["basis"], spot, BASES, part="basis")
        return QuantityValue(amount, unit, basis) if len(spot.faults) == before else None

    def _check_unweighed(self, parts: dict[str, JsonValue], spot: Spot) -> None:
        if parts["unweighed"] is not True:
            spot.fault(FaultCode.WRONG_TYPE, "unweighed")
        elif not self.unweighed:
            spot.fault(FaultCode.UNWEIGHED_NOT_ALLOWED)
        elif "amount" in parts or "basis" in parts:
            spot.fault(FaultCode.UNWEIGHED_WITH_AMOUNT)

    def columns(self) -> tuple[Column, ...]:
        return (
            Column("amount", ColumnType.DECIMAL),
            Column("unit", ColumnType.CODE, UNITS),
            Column("basis", ColumnType.CODE, BASES),
            Column("unweighed", ColumnType.BOOLEAN),
        )


def quantity_kind(record: Record) -> QuantityKind:
    return QuantityKind(unweighed=record.flag("unweighed"), only=record.texts("only"), first=record.texts("first"))


@dataclass(frozen=True, slots=True)
class MoneyValue:
    amount: Decimal
    currency: str

    def to_json(self) -> JsonValue:
        return {"amount": format(self.amount, "f"), "currency": self.currency}

    def cells(self) -> tuple[Cell, ...]:
        return (self.amount, self.currency)

    def show(self, tongue: Tongue) -> str:
        return tongue.money(self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class MoneyKind:
    first: tuple[str, ...] = ()  # currencies that the entry screen shows first
    type = "money"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        return {"first": [*self.first]} if self.first else {}

    def parse(self, value: JsonValue, spot: Spot) -> MoneyValue | None:
        parts = parse_parts(value, spot, frozenset({"amount", "currency"}))
        if parts is None:
            return None
        amount = _positive(parts, spot)
        if "currency" not in parts:
            spot.fault(FaultCode.PART_MISSING, "currency")
            return None
        currency = parse_code(parts["currency"], spot, CURRENCIES, part="currency")
        return None if amount is None or currency is None else MoneyValue(amount, currency)

    def columns(self) -> tuple[Column, ...]:
        return (Column("amount", ColumnType.DECIMAL), Column("currency", ColumnType.CODE, CURRENCIES))


def money_kind(record: Record) -> MoneyKind:
    return MoneyKind(record.texts("first"))


def parse_parts(value: JsonValue, spot: Spot, allowed: frozenset[str]) -> dict[str, JsonValue] | None:
    """The parts of a composite value, none of them empty or unheard of; None after a fault."""
    if not isinstance(value, dict):
        spot.fault(FaultCode.WRONG_TYPE)
        return None
    for key in value:
        if key not in allowed:
            spot.fault(FaultCode.UNKNOWN_FIELD, key if NAME.fullmatch(key) else "", name=quoted(key))
            return None
        if value[key] is None or value[key] == "":
            spot.fault(FaultCode.EMPTY, key)
            return None
    return value


def _positive(parts: dict[str, JsonValue], spot: Spot) -> Decimal | None:
    if "amount" not in parts:
        spot.fault(FaultCode.PART_MISSING, "amount")
        return None
    amount = parse_decimal(parts["amount"], spot, part="amount")
    if amount is not None and amount <= 0:
        spot.fault(FaultCode.TOO_SMALL, "amount", min="> 0")
        return None
    return amount
