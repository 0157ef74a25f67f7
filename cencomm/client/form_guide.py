"""What a form asks, for whoever is about to write one at a command line: names to type, codes to choose from."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cencomm.client.reports import Reports
from cencomm.errors import UsageError
from cencomm.forms.code_list import MAX_ENTRIES, MAX_SEARCH_RESULTS, CodeEntry
from cencomm.forms.condition import Condition
from cencomm.forms.form import Field, Form
from cencomm.forms.kinds.code import CodeKind, CodesKind
from cencomm.forms.kinds.kind import Column, ColumnType
from cencomm.forms.kinds.place import PlaceKind, PlacePart
from cencomm.forms.kinds.quantity import UNITS, QuantityKind
from cencomm.forms.language import pick

_SHAPES = {  # the same in every language
    ColumnType.TEXT: "…",
    ColumnType.INTEGER: "12",
    ColumnType.DECIMAL: "12.5",
    ColumnType.BOOLEAN: "yes",
    ColumnType.DATE: "2026-03-01",
    ColumnType.TIME: "10:00",
    ColumnType.INSTANT: "2026-03-01T10:00Z",
    ColumnType.CODE: "CODE",
    ColumnType.CODES: "CODE,CODE",
}
_ROW = re.compile(r"\[\d{1,3}\]")


@dataclass(frozen=True, slots=True)
class Question:
    """One line: what to type before `=`, whether it must be answered (`*`, in some cases `(*)`), and in what shape."""

    path: str
    mark: str
    label: str
    shape: str


def questions(form: Form, language: str) -> Iterator[Question]:
    """All that the long variant asks, rows as `[0]`."""
    for field in form.fields:
        yield _question(field, field.name, language)
    for block in form.blocks:
        yield Question(f"{block.name}[0]", _mark(required=block.required), pick(block.label, language), "")
        for field in block.fields:
            yield _question(field, f"{block.name}[0].{field.name}", language)


def choices(form: Form, typed: str, word: str, language: str, reports: Reports, on: dt.date) -> tuple[CodeEntry, ...]:
    """The codes that may be typed there on that day, those that `word` could mean if it is not empty.

    Raises:
        UsageError: the form has no such field, or it takes no codes.
    """
    path = _ROW.sub("", typed)
    fields = dict(form.all_fields())
    field, part = fields.get(path), ""
    if field is None:
        above, _, part = path.rpartition(".")
        field = fields.get(above)
    if field is None:
        raise UsageError(f"the form {form.name} has no field {typed!r}: `cencomm form {form.name}` lists them")
    column = _chosen(field, part, typed)
    assert column.codes is not None  # the only ones that can be chosen
    codes = reports.lists[column.codes]
    found = codes.search(word, language, limit=MAX_SEARCH_RESULTS if word else MAX_ENTRIES)
    only, level = _offer(field, column)
    return tuple(
        entry
        for entry in found
        if (not only or entry.code in only)
        and (level is None or len(codes.ancestors(entry.code)) + 1 == level)
        and codes.valid(entry.code, on.isoformat())
    )


def asks_place(form: Form, typed: str) -> bool:
    """Whether a place's code is written there, of which there is no list that a form names."""
    path, _, part = _ROW.sub("", typed).rpartition(".")
    field = dict(form.all_fields()).get(path)
    return field is not None and isinstance(field.kind, PlaceKind) and part == PlacePart.CODE


def _question(field: Field, path: str, language: str) -> Question:
    return Question(path, _mark(required=field.required), pick(field.label, language), _shape(field.kind.columns()))


def _mark(*, required: bool | Condition) -> str:
    if required is True:
        return "*"
    return "" if required is False else "(*)"


def _shape(columns: Iterable[Column]) -> str:
    """Of each part that `--set` can give; flags beside an answer (`unweighed`, `as_seen`) take a file."""
    settable = [one for one in columns if not one.part or one.type is not ColumnType.BOOLEAN]
    return " ".join(f".{one.part}={_SHAPES[one.type]}" if one.part else _SHAPES[one.type] for one in settable)


def _chosen(field: Field, part: str, typed: str) -> Column:
    coded = [one for one in field.kind.columns() if one.codes is not None]
    fitting = [one for one in coded if one.part == part] or (coded if not part and len(coded) == 1 else [])
    if fitting:
        return fitting[0]
    if coded and not part:
        raise UsageError(f"ask for one of {', '.join(f'{typed}.{one.part}' for one in coded)}")
    raise UsageError(f"{typed!r} takes no code: write there what you have to say")


def _offer(field: Field, column: Column) -> tuple[tuple[str, ...], int | None]:
    """What of its list the operation offers there, and of which level; all, if it says nothing."""
    match field.kind:
        case CodeKind():
            return field.kind.only, field.kind.level
        case CodesKind():
            return field.kind.only, None
        case QuantityKind() if column.codes == UNITS:
            return field.kind.only, None
        case _:
            return (), None
