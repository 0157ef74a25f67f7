"""What somebody looks for among the records."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cencomm.errors import UsageError
from cencomm.forms.code_list import CodeList, fold
from cencomm.ids import OperationId

MAX_TEXT_CHARACTERS = 200
MAX_TERMS = 10
TRIGRAM = 3  # characters: what the full text finds by index; shorter terms are looked for in every record

DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')

COMMODITY, COUNTRY, ROUTE_ROLE = "commodity", "country", "route_role"
ORIGINS = ("origin", "departure")
DESTINATIONS = ("destination", "final_destination")


class Sort(StrEnum):
    """The newest first, by when it was written, by what it is about, or by when we got it."""

    WRITTEN = "written"
    HAPPENED = "happened"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """All that are given must hold.

    Args:
        form: machine name of a form, any version of it.
        since, until: ISO dates, of 4, 7 or 10 characters, first and last day of what the message is about. A message
            whose own date is not exact is found if it can lie within.
        reporting, origin, destination: countries, as the report says; `country`: in whatever role, also nationality.
        author_country: of the author's post.
        commodity: a code; closer kinds of it are found too.
        text: words or parts of them, in any script, all of which must be there; "in quotes" together. A label in any
            language finds its code.
        text_outside_red: as `text`, but looked for in nothing that is TLP:RED: whoever may not read that would learn by
            guessing words, one search each, what stands in it.
    """

    operation: OperationId | None = None
    form: str | None = None
    since: str | None = None
    until: str | None = None
    reporting: str | None = None
    origin: str | None = None
    destination: str | None = None
    country: str | None = None
    author_country: str | None = None
    commodity: str | None = None
    text: str | None = None
    text_outside_red: str | None = None

    @property
    def asks_of_routes(self) -> bool:
        """Whether what a stop is to a route is asked, and not only what a record says anywhere."""
        return self.origin is not None or self.destination is not None

    def check(self, lists: Mapping[str, CodeList]) -> None:
        """Raises UsageError for a date or country that is none: it would find nothing, and nobody would know why."""
        for date in (self.since, self.until):
            if date is not None and not DATE.fullmatch(date):
                raise UsageError(f"{date[:40]!r} is not a day, month or year: 2026-11-05, 2026-11 or 2026")
        for country in (self.reporting, self.origin, self.destination, self.country, self.author_country):
            if country is not None and country not in lists[COUNTRY]:
                raise UsageError(f"{country[:40]!r} is not a country's code: two capital letters")


def terms(text: str) -> tuple[str, ...]:
    """What of a text must be found, folded.

    Raises:
        UsageError: too long, or too many words.
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        raise UsageError(f"look for at most {MAX_TEXT_CHARACTERS} characters")
    parts = (together or word for together, word in _TERM.findall(text))
    found = tuple(dict.fromkeys(folded for part in parts if (folded := fold(part))))
    if len(found) > MAX_TERMS:
        raise UsageError(f"look for at most {MAX_TERMS} words at once")
    return found


def with_closer_kinds(codes: CodeList, code: str) -> tuple[str, ...]:
    """The code and every closer kind of it.

    Raises:
        UsageError: the list has no such code.
    """
    if code not in codes:
        raise UsageError(f"the list {codes.name!r} has no code {code[:40]!r}")
    return (code, *(entry.code for entry in codes.entries if code in codes.ancestors(entry.code)))


class Labels:
    """Codes by what they are called, in every language at once. Made once: it folds some ten thousand labels."""

    def __init__(self, lists: Mapping[str, CodeList]) -> None:
        self.lists = lists
        self._spoken = [
            (name, entry.code, "\n".join(f" {fold(label)}" for label in {entry.code, *entry.labels.values()}))
            for name, codes in lists.items()
            for entry in codes.entries
        ]

    def named(self, term: str) -> dict[str, frozenset[str]]:
        """List -> its codes that `term`, folded, begins a word of; with their closer kinds."""
        found: dict[str, set[str]] = {}
        for name, code, spoken in self._spoken:
            if f" {term}" in spoken and (len(term) >= TRIGRAM or fold(code) == term):
                found.setdefault(name, set()).update(with_closer_kinds(self.lists[name], code))
        return {name: frozenset(codes) for name, codes in found.items()}
