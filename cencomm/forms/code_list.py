"""Code lists: what may stand in a field of type code, with labels in the reader's language.

Most lists are files in `templates/codes/` (format: the README there); countries and currencies are CLDR's (cldr.py).
"""

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import msgspec

from cencomm.forms.cldr import country_entries, currency_entries
from cencomm.forms.code_entry import LANGUAGES, CodeEntry, CodeListError, fallback_chain
from cencomm.resources import resources

__all__ = [
    "COMPLETE_LANGUAGES",
    "LANGUAGES",
    "MAX_ENTRIES",
    "MAX_FILE_BYTES",
    "MAX_LABEL_CHARACTERS",
    "MAX_SEARCH_RESULTS",
    "CodeEntry",
    "CodeList",
    "CodeListError",
    "countries",
    "currencies",
    "decode_code_list",
    "fallback_chain",
    "fold",
    "load_code_lists",
]

COMPLETE_LANGUAGES = ("en", "fr")  # every entry has a label in these; `en` ends every fallback chain

MAX_FILE_BYTES = 1 << 20  # the longest list that ships, commodity, has 30 kB
MAX_ENTRIES = 20_000  # Harmonized System, the longest list one could wish for: 6,942 codes at all levels
MAX_LABEL_CHARACTERS = 200
MAX_SEARCH_RESULTS = 50

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,31}")
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list whose codes are unique, whose parents exist, and whose labels are complete in English and French.

    Raises:
        CodeListError: the entries are not such a list.
    """

    name: str
    entries: tuple[CodeEntry, ...]
    _by_code: Mapping[str, CodeEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code = {entry.code: entry for entry in self.entries}
        if len(by_code) != len(self.entries):
            raise CodeListError(f"{self.name}: a code stands twice")
        if len(by_code) > MAX_ENTRIES:
            raise CodeListError(f"{self.name}: more than {MAX_ENTRIES} entries")
        object.__setattr__(self, "_by_code", by_code)
        for entry in self.entries:
            _check_entry(self, entry)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> CodeEntry | None:
        return self._by_code.get(code)

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The wider codes, nearest first; empty for an unknown code."""
        entry = self._by_code.get(code)
        return () if entry is None else tuple(_climb(self, entry))

    def label(self, code: str, language: str) -> str:
        """The label in `language` or its nearest fallback; an unknown code is its own label.

        A reader with older lists must still see what a newer writer chose.
        """
        entry = self._by_code.get(code)
        return code if entry is None else entry.label(language)

    def valid(self, code: str, on_date: str) -> bool:
        """Whether a report about `on_date`, an ISO date, may use `code`; of a month or a year one day is enough."""
        entry = self._by_code.get(code)
        if entry is None:
            return False
        digits = len(on_date)
        begun = entry.valid_from is None or entry.valid_from[:digits] <= on_date
        return begun and (entry.valid_to is None or on_date <= entry.valid_to[:digits])

    def search(self, text: str, language: str, *, limit: int = MAX_SEARCH_RESULTS) -> tuple[CodeEntry, ...]:
        """Entries that `text` could mean, best first; all, in their own order, if it is empty.

        Case and accents do not matter. The code itself comes first, then labels that begin with the text, then those
        with a word that does, then those that contain it.
        """
        wanted = fold(text)
        ranked = ((_rank(entry, wanted, language), entry) for entry in self.entries)
        hits = sorted(((rank, entry) for rank, entry in ranked if rank is not None), key=lambda hit: hit[0])
        return tuple(entry for _, entry in itertools.islice(hits, limit))


def fold(text: str) -> str:
    """A form for comparison: without case, accents and superfluous space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def load_code_lists(override: Path | None = None) -> Mapping[str, CodeList]:
    """Every list by name, those of the folder `override` in place of ours.

    Raises:
        CodeListError: a file is not a code list.
    """
    lists = {"country": countries(), "currency": currencies()}
    for path in resources("templates/codes", ".toml", override=override):
        try:
            with path.open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise CodeListError(f"{path.name}: {error.strerror}") from error
        lists[path.stem] = decode_code_list(path.stem, data)
    return MappingProxyType(lists)


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: str
    fr: str
    es: str | None = None
    pt: str | None = None
    de: str | None = None
    ru: str | None = None
    ar: str | None = None
    fa_AF: str | None = None  # noqa: N815 (the language's code, as everywhere)
    ur: str | None = None
    parent: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    flags: dict[str, tuple[str, ...]] = {}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entries: dict[str, _Entry]


def decode_code_list(name: str, data: bytes) -> CodeList:
    """The list that a TOML file holds.

    Raises:
        CodeListError: any other bytes.
    """
    if len(data) > MAX_FILE_BYTES:
        raise CodeListError(f"{name}: more than {MAX_FILE_BYTES} bytes")
    try:
        file = msgspec.toml.decode(data, type=_File)
    except (ValueError, RecursionError) as error:  # RecursionError: brackets nested a thousand deep
        raise CodeListError(f"{name}: {error}") from error
    return CodeList(name, tuple(_entry(code, read) for code, read in file.entries.items()))


def _entry(code: str, read: _Entry) -> CodeEntry:
    labels: dict[str, str | None] = {language: getattr(read, language) for language in LANGUAGES}
    return CodeEntry(
        code=code,
        labels=MappingProxyType({language: label for language, label in labels.items() if label is not None}),
        parent=read.parent,
        valid_from=read.valid_from.isoformat() if read.valid_from else None,
        valid_to=read.valid_to.isoformat() if read.valid_to else None,
        flags=MappingProxyType(read.flags),
    )


def countries() -> CodeList:
    """ISO 3166-1 alpha-2 and XK, as CLDR names them."""
    return CodeList("country", country_entries())


def currencies() -> CodeList:
    """ISO 4217 as CLDR has it, with the withdrawn currencies that old cases name."""
    return CodeList("currency", currency_entries())


def _check_entry(codes: CodeList, entry: CodeEntry) -> None:
    where = f"{codes.name}: {entry.code[:40]!r}"
    if not _CODE.fullmatch(entry.code):
        raise CodeListError(f"{where} is not a code")
    if any(language not in entry.labels for language in COMPLETE_LANGUAGES):
        raise CodeListError(f"{where} has no label in one of {COMPLETE_LANGUAGES}")
    for label in entry.labels.values():
        if not _presentable(label):
            raise CodeListError(f"{where} has an empty, overlong or invisible label")
    if entry.valid_from and entry.valid_to and entry.valid_from > entry.valid_to:
        raise CodeListError(f"{where} ends before it begins")
    for depth, ancestor in enumerate(_climb(codes, entry)):
        if ancestor not in codes:
            raise CodeListError(f"{where} is beneath {ancestor[:40]!r}, which is not in the list")
        if depth > len(codes.entries) or ancestor == entry.code:
            raise CodeListError(f"{where} is beneath itself")


def _climb(codes: CodeList, entry: CodeEntry) -> Iterator[str]:
    parent = entry.parent
    while parent is not None:
        yield parent
        above = codes.get(parent)
        parent = above.parent if above else None


def _presentable(label: str) -> bool:
    """A label shows on every screen: bidi controls in it could turn the text around it."""
    return (
        0 < len(label.strip()) <= len(label) <= MAX_LABEL_CHARACTERS
        and not any(unicodedata.category(c) == "Cc" for c in label)
        and _BIDI_CONTROLS.isdisjoint(label)
    )


def _rank(entry: CodeEntry, wanted: str, language: str) -> int | None:
    label = fold(entry.label(language))
    if fold(entry.code) == wanted:
        return 0
    if label.startswith(wanted):
        return 1
    if f" {wanted}" in label:
        return 2
    return 3 if wanted in label else None
