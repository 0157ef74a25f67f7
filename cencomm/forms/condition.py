"""When a field is required, and when it applies at all: a condition on other fields of the same row or the header.

    { field = "category", equals = "CIT" }          { field = "category", one_of = ["TOB", "EXC"] }
    { present = "doc_type" }                        { all = [ ..., ... ] }          { not = ... }

In a block, `header.trigger` names a field of the header. For a field of several codes, `equals` and `one_of` ask
whether the code is among them. There is nothing more: a condition always ends, and two languages evaluate it alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.record import NAME, Record

MAX_DEPTH = 4
MAX_TERMS = 20
HEADER = "header."

Constant: TypeAlias = bool | int | str


@dataclass(frozen=True, slots=True)
class OneOf:
    """Also what `equals` means, with one constant."""

    field: str
    constants: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Present:
    field: str


@dataclass(frozen=True, slots=True)
class All:
    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: "Condition"


Condition: TypeAlias = OneOf | Present | All | Not


def holds(condition: Condition, row: Mapping[str, JsonValue], header: Mapping[str, JsonValue]) -> bool:
    """Whether the values as they were given, checked or not, meet the condition."""
    match condition:
        case OneOf(field, constants):
            value = _value(field, row, header)
            given = value if isinstance(value, list) else [value]
            return any(_same(item, constant) for item in given for constant in constants)
        case Present(field):
            return _value(field, row, header) is not None
        case All(conditions):
            return all(holds(inner, row, header) for inner in conditions)
        case Not(inner):
            return not holds(inner, row, header)
        case _:
            assert_never(condition)


def fields_of(condition: Condition) -> Iterator[str]:
    """The names that the condition asks about, as written."""
    match condition:
        case OneOf(field, _) | Present(field):
            yield field
        case All(conditions):
            for inner in conditions:
                yield from fields_of(inner)
        case Not(inner):
            yield from fields_of(inner)
        case _:
            assert_never(condition)


def decode_condition(record: Record, depth: int = MAX_DEPTH) -> Condition:
    """The condition that a table says; complaints go to the record."""
    condition = _decode(record, depth)
    record.end()
    return condition


def _decode(record: Record, depth: int) -> Condition:
    if depth == 0:
        record.complain("conditions nested too deeply")
    elif record.has("field"):
        field = _field(record, "field")
        if record.has("equals"):
            return OneOf(field, _constants(record, [record.take("equals")]))
        several = record.take("one_of")
        return OneOf(field, _constants(record, several if isinstance(several, list) else []))
    elif record.has("present"):
        return Present(_field(record, "present"))
    elif record.has("all"):
        return All(tuple(decode_condition(inner, depth - 1) for inner in record.records("all", most=MAX_TERMS)))
    elif record.has("not"):
        return Not(decode_condition(record.record("not"), depth - 1))
    else:
        record.complain("a condition has field and equals or one_of, or present, or all, or not")
    return All(())


def _field(record: Record, key: str) -> str:
    name = record.text(key)
    if not NAME.fullmatch(name.removeprefix(HEADER)):
        record.complain(f"{key} names a field, or header.field")
    return name


def _constants(record: Record, values: list[JsonValue]) -> tuple[Constant, ...]:
    constants = tuple(value for value in values if isinstance(value, bool | int | str))
    if not 0 < len(constants) == len(values) <= MAX_TERMS:
        record.complain(f"a field is compared with 1 to {MAX_TERMS} texts, whole numbers or true and false")
    return constants


def encode_condition(condition: Condition) -> dict[str, JsonValue]:
    match condition:
        case OneOf(field, (constant,)):
            return {"field": field, "equals": constant}
        case OneOf(field, constants):
            return {"field": field, "one_of": list(constants)}
        case Present(field):
            return {"present": field}
        case All(conditions):
            return {"all": [encode_condition(inner) for inner in conditions]}
        case Not(inner):
            return {"not": encode_condition(inner)}
        case _:
            assert_never(condition)


def _value(field: str, row: Mapping[str, JsonValue], header: Mapping[str, JsonValue]) -> JsonValue:
    if field.startswith(HEADER):
        return header.get(field.removeprefix(HEADER))
    return row.get(field)


def _same(value: JsonValue, constant: Constant) -> bool:
    # Python takes True for 1; JavaScript, the other reader of these forms, does not.
    return type(value) is type(constant) and value == constant
