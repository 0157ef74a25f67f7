"""What people wrote in words of their own, in values of a form: texts, and the site and city of a place."""

from collections.abc import Iterator, Mapping

from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.form import Field, Form
from cencomm.forms.kinds.place import PlaceKind, PlacePart
from cencomm.forms.kinds.text import TextKind

_WORDS_OF_A_PLACE = (PlacePart.SITE.value, PlacePart.CITY.value)


def free_texts(form: Form, values: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    """Path and text of each: `case_ref`, `items[0].description`, `route[1].place.site`. In the order of the form."""
    for path, holder, name in _places(form, values):
        text = holder[name]
        if isinstance(text, str):
            yield path, text


def with_text(form: Form, values: Mapping[str, JsonValue], path: str, text: str) -> dict[str, JsonValue]:
    """The values with another text there; an empty one takes it out.

    Raises:
        UsageError: there is no free text at this path.
    """
    changed = {name: _copied(value) for name, value in values.items()}
    for known, holder, name in _places(form, changed):
        if known == path:
            if text:
                holder[name] = text
            else:
                del holder[name]
            return changed
    raise UsageError(f"there is no text {path!r} in this release: name a field as it is shown")


def _places(form: Form, values: Mapping[str, JsonValue]) -> Iterator[tuple[str, dict[str, JsonValue], str]]:
    """Where each free text lies: its path, and the table and key that hold it."""
    yield from _of_row(form.fields, _table(values), "")
    for block in form.blocks:
        rows = values.get(block.name)
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            yield from _of_row(block.fields, _table(row), f"{block.name}[{number}].")


def _of_row(
    fields: tuple[Field, ...], row: dict[str, JsonValue], prefix: str
) -> Iterator[tuple[str, dict[str, JsonValue], str]]:
    for field in fields:
        if field.name not in row:
            continue
        if isinstance(field.kind, TextKind):
            yield prefix + field.name, row, field.name
        elif isinstance(field.kind, PlaceKind):
            place = _table(row[field.name])
            yield from ((f"{prefix}{field.name}.{part}", place, part) for part in _WORDS_OF_A_PLACE if part in place)


def _table(value: object) -> dict[str, JsonValue]:
    """The table itself, so that it can be changed in place; an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def _copied(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _copied(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value
