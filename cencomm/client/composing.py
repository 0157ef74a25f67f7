"""A report as somebody types it: a TOML or JSON document, or `field=value` on a command line, made into form values.

Nothing is judged here. Words become numbers, truths and lists where the form has such fields, and stay what they are
where that fails: the validation then says what is wrong, next to the field.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.form import Field, Form
from cencomm.forms.kinds.code import CodesKind
from cencomm.forms.kinds.number import BooleanKind, DecimalKind, IntegerKind
from cencomm.forms.kinds.place import CoordinateKind
from cencomm.forms.kinds.quantity import MoneyKind, QuantityKind
from cencomm.forms.kinds.reference import ReferenceKind
from cencomm.ids import AttachmentId

MAX_ROW = 199  # as many rows as the largest block of any form has
_STEP = re.compile(r"([a-z][a-z0-9_]*)(?:\[(\d{1,3})\])?")
_DECIMAL_PARTS = frozenset({"amount", "lat", "lon"})  # of quantities, money and positions
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


def read_values(text: str, path: Path) -> dict[str, JsonValue]:
    """The values in a file that ends in .json or .toml.

    Raises:
        UsageError: another kind of file, or not a table of values.
    """
    try:
        values = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not a {path.suffix or 'TOML'} document: {error}") from None
    if not isinstance(values, dict):
        raise UsageError(f"{path} does not hold a table of fields")
    return {str(name): _plain(value) for name, value in values.items()}


def set_values(values: dict[str, JsonValue], settings: Sequence[str], form: Form) -> dict[str, JsonValue]:
    """The values with each `field=value` of `settings`, as `case_ref=A-1` or `items[0].quantity.amount=12.5`.

    A whole number of a document, where the form has a decimal one, becomes the text that forms write decimals as.

    Raises:
        UsageError: not of this shape, or two settings contradict each other about what a field holds.
    """
    changed: dict[str, JsonValue] = json.loads(json.dumps(values))
    _write_decimals(changed, form)
    fields = dict(form.all_fields())
    for setting in settings:
        path, equals, text = setting.partition("=")
        steps = [_STEP.fullmatch(step) for step in path.strip().split(".")]
        if not equals or not all(steps):
            raise UsageError(f"{setting!r} is not of the form field=value")
        names = [(step[1], None if step[2] is None else int(step[2])) for step in steps if step]
        field = fields.get(".".join(name for name, _ in names))
        _put(changed, names, text if field is None else _typed(text, field), setting)
    return changed


def name_files(values: dict[str, JsonValue], form: Form, ids: Sequence[AttachmentId]) -> dict[str, JsonValue]:
    """The values, in which fields for attachments that say 1, 2 … name the first, second … file of the message.

    Raises:
        UsageError: there is no such file.
    """
    changed: dict[str, JsonValue] = json.loads(json.dumps(values))
    for path, field in form.all_fields():
        if not isinstance(field.kind, ReferenceKind) or field.kind.type != "attachment":
            continue
        block, _, name = path.rpartition(".")
        rows = changed.get(block) if block else [changed]
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and re.fullmatch(r"\d{1,3}", str(row.get(name))):
                row[name] = _id_of(int(str(row[name])), ids, path)
    return changed


def _id_of(number: int, ids: Sequence[AttachmentId], path: str) -> str:
    if not 1 <= number <= len(ids):
        raise UsageError(f"{path} names file {number}, and {len(ids)} are attached: count them from 1")
    return ids[number - 1].hex()


def _put(values: dict[str, JsonValue], names: Sequence[tuple[str, int | None]], value: JsonValue, setting: str) -> None:
    here = values
    for place, (name, row) in enumerate(names):
        last = place == len(names) - 1
        if row is None and last:
            here[name] = value
            return
        if row is None:
            inner = here.setdefault(name, {})
        else:
            rows = here.setdefault(name, [])
            if not isinstance(rows, list) or row > MAX_ROW or row > len(rows):
                raise UsageError(f"{setting!r}: rows count from 0, without gaps")
            if row == len(rows):
                rows.append({})
            inner = rows[row]
        if not isinstance(inner, dict) or last:
            raise UsageError(f"{setting!r} does not fit to what was set before")
        here = inner


def _write_decimals(values: dict[str, JsonValue], form: Form) -> None:
    _write_row(values, form.fields)
    for block in form.blocks:
        rows = values.get(block.name)
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                _write_row(row, block.fields)


def _write_row(row: dict[str, JsonValue], fields: Iterable[Field]) -> None:
    for field in fields:
        value = row.get(field.name)
        match field.kind:
            case DecimalKind() if _is_whole(value):
                row[field.name] = str(value)
            case QuantityKind() | MoneyKind() | CoordinateKind() if isinstance(value, dict):
                for part in _DECIMAL_PARTS & value.keys():
                    value[part] = str(value[part]) if _is_whole(value[part]) else value[part]


def _is_whole(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _typed(text: str, field: Field) -> JsonValue:
    match field.kind:
        case IntegerKind() if re.fullmatch(r"-?\d{1,15}", text):
            return int(text)
        case BooleanKind():
            return _TRUTHS.get(text.lower(), text)
        case CodesKind():
            return [code.strip() for code in text.split(",")]
        case _:
            return text


def _plain(value: object) -> JsonValue:
    """JSON of what a document holds; decimals become texts, which is how forms write them, and so do dates."""
    match value:
        case dict():
            return {str(name): _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case bool() | int() | str() | None:
            return value
        case _:
            return str(value)
