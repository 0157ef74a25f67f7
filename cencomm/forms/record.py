"""Reading a JSON or TOML table key by key, refusing what is left over: what `codec.Reader` is to bytes.

It does not stop at the first mistake. Each one becomes a complaint and a harmless value takes its place, so that
whoever writes a form or an operation sees all that is wrong at once; the caller raises if there are complaints, and
then throws away whatever was built.
"""

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from typing import TypeVar

from cencomm.errors import MalformedError
from cencomm.forms.canonical_json import MAX_SAFE_INTEGER, JsonValue
from cencomm.forms.code_list import LANGUAGES
from cencomm.forms.fault import quoted
from cencomm.forms.language import LAST_RESORT, Labels

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

MAX_SOURCE_CHARACTERS = 1 << 19  # the longest form we ship is a tenth of it
MAX_COMPLAINTS = 100
MAX_LABEL = 200
MAX_LIST = 500
# Control characters, line separators, characters that turn the direction of text, halves of surrogate pairs: a label
# stands on every screen and could change what is shown around it.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
NAME = re.compile(r"[a-z][a-z0-9_]{0,47}", re.ASCII)


def parse_toml(source: str) -> dict[str, JsonValue]:
    """The tables of a TOML text that holds only what JSON can say: no fractions, no dates.

    Raises:
        MalformedError: not TOML, too long, or a value of another kind.
    """
    if len(source) > MAX_SOURCE_CHARACTERS:
        raise MalformedError(f"longer than {MAX_SOURCE_CHARACTERS} characters")
    try:
        return {key: _plain(value) for key, value in tomllib.loads(source).items()}
    except (ValueError, RecursionError) as exc:
        raise MalformedError(f"not TOML of ours: {exc}") from None


def _plain(value: object) -> JsonValue:
    match value:
        case bool() | str():
            return value
        case int() if abs(value) <= MAX_SAFE_INTEGER:
            return value
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            raise MalformedError(f"{quoted(repr(value))} is neither text, whole number, true, false, list nor table")


class Record:
    """One table of a form or an operation. Each key is asked for once; `end()` complains about the others."""

    __slots__ = ("_table", "complaints", "where")

    def __init__(self, value: JsonValue, where: str, complaints: list[str]) -> None:
        self.where = where
        self.complaints = complaints
        self._table: dict[str, JsonValue] = {}
        if isinstance(value, dict):
            self._table = dict(value)
        else:
            self.complain("a table belongs here")

    def complain(self, complaint: str) -> None:
        if len(self.complaints) < MAX_COMPLAINTS:
            self.complaints.append(f"{self.where}: {complaint}" if self.where else complaint)

    def end(self) -> None:
        for key in sorted(self._table):
            self.complain(f"unknown key {key[:50]!r}")
        self._table = {}

    def has(self, key: str) -> bool:
        return key in self._table

    def take(self, key: str) -> JsonValue:
        """The value of `key` as it stands, None if there is none; for keys of more than one type."""
        return self._table.pop(key, None)

    def text(self, key: str, *, most: int = MAX_LABEL) -> str:
        return self._required(key, self.optional_text(key, most=most), "")

    def optional_text(self, key: str, *, most: int = MAX_LABEL) -> str | None:
        value = self.take(key)
        if value is None:
            return None
        if not isinstance(value, str) or not 0 < len(value) <= most or _UNFIT.search(value):
            self.complain(f"{key} is one line of 1 to {most} characters that can be seen")
            return ""
        return value

    def name(self, key: str) -> str:
        return self._required(key, self.optional_name(key), "")

    def optional_name(self, key: str) -> str | None:
        value = self.take(key)
        if value is None:
            return None
        if not isinstance(value, str) or not NAME.fullmatch(value):
            self.complain(f"{key} is a machine name: a to z, 0 to 9 and _, a letter first, at most 48")
            return ""
        return value

    def integer(self, key: str, *, least: int, most: int) -> int:
        return self._required(key, self.optional_integer(key, least=least, most=most), least)

    def optional_integer(self, key: str, *, least: int, most: int) -> int | None:
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.complain(f"{key} is a whole number from {least} to {most}")
            return least
        return value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self.complain(f"{key} is true or false")
        return value is True

    def choice(self, key: str, choices: type[E]) -> E:
        return self._required(key, self.optional_choice(key, choices), next(iter(choices)))

    def optional_choice(self, key: str, choices: type[E]) -> E | None:
        value = self.take(key)
        if value is None:
            return None
        for choice in choices:
            if value == choice.value:
                return choice
        self.complain(f"{key} is one of {', '.join(choice.value for choice in choices)}")
        return next(iter(choices))

    def texts(self, key: str, *, most: int = MAX_LIST) -> tuple[str, ...]:
        """A list of different short texts (codes, names, paths); an absent one is empty."""
        value = self.take(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else []
        texts = tuple(item for item in items if isinstance(item, str) and 0 < len(item) <= MAX_LABEL)
        if len(texts) != len(items) or not 0 < len(set(texts)) == len(texts) <= most:
            self.complain(f"{key} is a list of 1 to {most} different texts")
            return ()
        return texts

    def labels(self, key: str, *, most: int = MAX_LABEL) -> Labels:
        return self._required(key, self.optional_labels(key, most=most), {})

    def optional_labels(self, key: str, *, most: int = MAX_LABEL) -> Labels | None:
        """language -> text; the last resort of every reader has to be there."""
        if not self.has(key):
            return None
        inner = self.record(key)
        found = {language: inner.text(language, most=most) for language in LANGUAGES if inner.has(language)}
        inner.end()
        if LAST_RESORT not in found:
            inner.complain(f"there is no text in {LAST_RESORT!r}, which readers of other languages fall back to")
        return found

    def record(self, key: str) -> "Record":
        return Record(self.take(key), f"{self.where}.{key}".lstrip("."), self.complaints)

    def records(self, key: str, *, most: int) -> Iterator["Record"]:
        """The tables of a list; each is named in complaints by its own `name` if it has one, else by its place."""
        value = self.take(key)
        if value is None:
            return
        if not isinstance(value, list) or not 0 < len(value) <= most:
            self.complain(f"{key} is a list of 1 to {most} tables")
            return
        for place, item in enumerate(value):
            name = item.get("name") if isinstance(item, dict) else None
            shown = name if isinstance(name, str) and NAME.fullmatch(name) else place
            yield Record(item, f"{self.where}.{key}[{shown}]".lstrip("."), self.complaints)

    def items(self, key: str) -> tuple[tuple[str, JsonValue], ...]:
        """The pairs of a table whose keys are paths of somebody else's making; an absent one has none."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, dict) or not 0 < len(value) <= MAX_LIST:
            self.complain(f"{key} is a table of 1 to {MAX_LIST} entries")
            return ()
        return tuple(value.items())

    def _required(self, key: str, value: T | None, harmless: T) -> T:
        if value is None:
            self.complain(f"{key} is missing")
            return harmless
        return value
