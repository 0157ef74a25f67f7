"""Reports that answer every question of a form, each with a value that can be recognised wherever it turns up."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.condition import All, Condition, Not, OneOf, Present, holds
from cencomm.forms.fault import Fault
from cencomm.forms.form import Block, Field, Form, Variant
from cencomm.forms.kinds.code import CodeKind, CodesKind
from cencomm.forms.kinds.identifier import IdentifierKind
from cencomm.forms.kinds.number import IntegerKind
from cencomm.forms.validation import InvalidReport, validate

Row = dict[str, JsonValue]
TRIES = 6  # removals of what a row may not hold; each brings the next fault to light
HAPPENED = "2013-11-07"
TELLING = 8  # letters from which on a value is found by accident in no amount of ciphertext that a test makes

_IDENTIFIERS = {
    "hs6": "010620",
    "flight": "ET917",
    "aircraft_registration": "5Y-KQX",
    "container": "CSQU3054383",
    "imo": "9074729",
    "mmsi": "636092297",
    "vin": "1M8GDM9AXKP042788",
    "upu_s10": "RR473124829GB",
    "phone": "+254700918273",
    "email": "quillfeather@example.org",
    "awb": "70612345675",
    "cas": "7732-18-5",
}
_FAULT = re.compile(r"(?:(?P<block>\w+)\[(?P<row>\d+)\]\.)?(?P<field>\w+)")


@dataclass(slots=True)
class Planted:
    """Values by the field that each was planted in. `root` begins every text and occurs nowhere else."""

    root: str
    texts: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def text(self, path: str) -> str:
        text = f"{self.root}{next(self._numbers):03d}"
        self.texts[text] = path
        return text

    def known(self, path: str, text: str) -> str:
        if len(text) >= TELLING:
            self.texts[text] = path
        return text


def fullest_reports(form: Form, lists: Mapping[str, CodeList], planted: Planted, *, written_at: int) -> list[Row]:
    """Valid reports that together answer each field of the form, and `planted` knows with what."""
    reports = []
    for choice in _choices(form.fields, lists):
        report = _row(form.fields, "", choice, choice, lists, planted)
        for block in form.blocks:
            if block.applies is None or holds(block.applies, report, report):
                report[block.name] = _rows(block, report, lists, planted)
        reports.append(_made_valid(form, report, lists, written_at))
    for report in reports:
        planted.answered |= set(_paths(report))
    return reports


def _rows(block: Block, header: Row, lists: Mapping[str, CodeList], planted: Planted) -> list[JsonValue]:
    choices = list(_choices(block.fields, lists))[: block.max_rows]
    return [_row(block.fields, f"{block.name}.", choice, header, lists, planted) for choice in choices]


def _choices(fields: tuple[Field, ...], lists: Mapping[str, CodeList]) -> Iterator[Row]:
    """What to fix beforehand, so that each condition is met in some row."""
    fixed = {
        (name, constant)
        for one in fields
        for name, constants in _asked(one.applies)
        for constant in constants
        if any(name == other.name for other in fields) and isinstance(constant, str)
    }
    applies = {one.name: one.applies for one in fields}
    yield {}
    for name, constant in sorted(fixed):
        earlier: Row = {other: first for other, (first, *_) in _asked(applies[name])}
        yield {**earlier, name: constant}
    for one in fields:
        if one.name in {name for name, _ in fixed} and isinstance(one.kind, CodeKind):
            yield {one.name: _codes(one.kind, lists)[-1]}  # for conditions that ask for anything else


def _asked(condition: Condition | None) -> Iterator[tuple[str, tuple[bool | int | str, ...]]]:
    match condition:
        case OneOf(name, constants):
            yield name, constants
        case All(conditions):
            for inner in conditions:
                yield from _asked(inner)
        case Not(inner):
            yield from _asked(inner)
        case Present() | None:
            return


def _row(
    fields: tuple[Field, ...],
    prefix: str,
    choice: Row,
    header: Row,
    lists: Mapping[str, CodeList],
    planted: Planted,
) -> Row:
    row = dict(choice)
    for _ in range(2):  # a field may depend on one that comes later
        for one in fields:
            if one.name not in row and (one.applies is None or holds(one.applies, row, header)):
                value = _value(one, prefix + one.name, row, lists, planted)
                if value is not None:
                    row[one.name] = value
    return row


def _value(one: Field, path: str, row: Row, lists: Mapping[str, CodeList], planted: Planted) -> JsonValue:
    match one.kind:
        case CodeKind() as kind:
            return _code(kind, row, lists)
        case CodesKind() as kind:
            return [_codes(kind, lists)[0]]
        case IdentifierKind() as kind:
            return planted.known(path, _IDENTIFIERS[kind.scheme.value])
        case IntegerKind() as kind:
            return min(kind.max, 918_273)
    match one.kind.type:
        case "text" | "long_text":
            return planted.text(path)
        case "decimal":
            return planted.known(path, "73.918273645")
        case "boolean":
            return True
        case "date":
            return planted.known(path, HAPPENED)
        case "time":
            return "04:17"
        case "instant":
            return planted.known(path, "2013-11-07T04:17:00Z")
        case "place":
            return {"city": planted.text(path), "site": planted.text(path), "country": "KE"}
        case "coordinate":
            return {"lat": planted.known(path, "-1.319167"), "lon": planted.known(path, "36.927518")}
        case "quantity":
            return {"amount": planted.known(path, "918273.645"), "unit": "KGM"}
        case "money":
            return {"amount": planted.known(path, "827364.55"), "currency": "XPF"}
        case "message" | "attachment":
            return planted.known(path, "5eed" * 8)
        case other:
            raise AssertionError(f"no value for a field of type {other}")


def _code(kind: CodeKind, row: Row, lists: Mapping[str, CodeList]) -> str | None:
    codes = _codes(kind, lists)
    if kind.under is None:
        return codes[0]
    return next((code for code in codes if code.startswith(f"{row.get(kind.under)}-")), None)


def _codes(kind: CodeKind | CodesKind, lists: Mapping[str, CodeList]) -> tuple[str, ...]:
    listed = lists[kind.list]
    codes = kind.only or tuple(entry.code for entry in listed.entries)
    widest_only = isinstance(kind, CodeKind) and kind.level == 1
    return tuple(
        code for code in codes if listed.valid(code, HAPPENED) and not (widest_only and listed.ancestors(code))
    )


def _made_valid(form: Form, report: Row, lists: Mapping[str, CodeList], written_at: int) -> Row:
    """Without the answers that do not go together; what is left out here is answered in another row."""
    left: tuple[Fault, ...] = ()
    for _ in range(TRIES):
        try:
            validate(form, report, variant=Variant.LONG, lists=lists, written_at=written_at)
        except InvalidReport as error:
            left = error.faults
            for fault in left:
                _remove(report, fault.path)
        else:
            return report
    raise AssertionError(f"no valid report was found: {left}")


def _remove(report: Row, path: str) -> None:
    match = _FAULT.match(path)
    assert match is not None, path
    row: Row = report
    if match["block"] is not None:
        rows = report[match["block"]]
        assert isinstance(rows, list)
        inner = rows[int(match["row"])]
        assert isinstance(inner, dict)
        row = inner
    row.pop(match["field"], None)


def _paths(report: Row) -> Iterator[str]:
    for name, value in report.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from (f"{name}.{inner}" for row in value if isinstance(row, dict) for inner in row)
        else:
            yield name
