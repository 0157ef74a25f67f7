"""Names: what the ledger points to by salted hash and only members can read (rules L6, L7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from cencomm.errors import MalformedError
from cencomm.forms import canonical_json
from cencomm.forms.canonical_json import JsonValue

MAX_NAME_BYTES = 16 << 10
MAX_PROFILE_LETTERS = 200  # of a name, of an organisation
_ALSO_PRINTED = frozenset("\u00a0\u202f\u200c\u200d")  # spaces of French, joiners of Persian and Urdu
Labels = Mapping[str, str]
"""Language -> text; English is always there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Who a member is to the others: a post or person, its service, its country (ISO 3166-1 alpha-2, or None)."""

    name: str
    organisation: str
    country: str | None

    def judge(self) -> None:
        """Raises MalformedError for words that are no one line."""
        for text in (self.name, self.organisation, self.country or ""):
            judge_line(text, most=MAX_PROFILE_LETTERS)

    def encode(self) -> bytes:
        """Raises MalformedError for words that are no one line: nobody would show them."""
        self.judge()
        return canonical_json.encode({"country": self.country, "name": self.name, "organisation": self.organisation})


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What an operation is for."""

    title: Labels
    purpose: Labels
    legal_basis: str

    def encode(self) -> bytes:
        return canonical_json.encode(
            {"legal_basis": self.legal_basis, "purpose": dict(self.purpose), "title": dict(self.title)}
        )


def decode_profile(data: bytes) -> Profile:
    """Raises MalformedError for anything that `Profile.encode` does not write, and for words that are no one line."""
    match canonical_json.decode(data, most=MAX_NAME_BYTES):
        case {"name": str(name), "organisation": str(organisation), "country": str() | None as country, **rest} if (
            not rest
        ):
            profile = Profile(name=name, organisation=organisation, country=country)
            profile.judge()
            return profile
        case _:
            raise MalformedError("not a profile")


def decode_purpose(data: bytes) -> Purpose:
    """Raises MalformedError for anything that `Purpose.encode` does not write."""
    match canonical_json.decode(data, most=MAX_NAME_BYTES):
        case {"title": title, "purpose": purpose, "legal_basis": str(legal_basis), **rest} if not rest:
            return Purpose(title=_titles(title), purpose=_labels(purpose), legal_basis=legal_basis)
        case _:
            raise MalformedError("not an operation's plan")


def encode_labels(labels: Labels) -> bytes:
    return canonical_json.encode(dict(labels))


def decode_labels(data: bytes) -> Labels:
    """Raises MalformedError for anything that `encode_labels` does not write, and for words that are no one line."""
    return _titles(canonical_json.decode(data, most=MAX_NAME_BYTES))


def label(labels: Labels, language: str) -> str:
    """The text in `language`, else in English, else in any: a name is never empty because of a language."""
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), "")


def judge_line(text: str, *, most: int) -> None:
    """A name is one line, read in the order in which it is stored: it cannot pass for another line of a screen.

    Raises:
        MalformedError: line breaks, control characters, overridden directions, or longer than `most` letters.
    """
    if len(text) > most or not all(letter.isprintable() or letter in _ALSO_PRINTED for letter in text):
        raise MalformedError(f"a name is one line of at most {most} letters, without control characters")


def _titles(value: JsonValue) -> Labels:
    titles = _labels(value)
    for title in titles.values():
        judge_line(title, most=MAX_NAME_BYTES)
    return titles


def _labels(value: JsonValue) -> Labels:
    if not isinstance(value, dict) or not value:
        raise MalformedError("texts by language are needed")
    labels = {language: text for language, text in value.items() if isinstance(text, str)}
    if len(labels) != len(value):
        raise MalformedError("texts by language are needed")
    return labels
