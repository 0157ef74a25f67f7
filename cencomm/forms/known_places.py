"""Ports, airports and border posts that officers find by typing: `templates/codes/places.tsv`, one a line.

A help for whoever writes, not a list of what is allowed: a place that is not here is written in words, and no reader
refuses a report for it. Only a code that stands here with another country is told to its writer before the report is
sent (`refuse_misplaced`): programs of another year may know more places.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cencomm.forms.code_entry import CodeListError
from cencomm.forms.code_list import CodeList
from cencomm.forms.fault import Fault, FaultCode
from cencomm.forms.kinds.place import IATA, LOCODE, MAX_WORDS, PlaceValue
from cencomm.forms.place_names import words_of
from cencomm.forms.validation import Answers, InvalidReport, Report
from cencomm.resources import resource

MAX_FILE_BYTES = 1_000_000
MAX_PLACES = 20_000
MAX_NAMES = 20  # in other languages and scripts
MAX_FOUND = 50

_FILE = "templates/codes/places.tsv"
_HEADER = "country\tcode\tkind\tcity\tsite\talso"
_COUNTRY = re.compile(r"[A-Z]{2}")


class PlaceClass(StrEnum):
    """How goods come there."""

    PORT = "port"  # on the sea or a river
    AIRPORT = "airport"
    LAND = "land"  # border posts, and inland towns with a customs office


_KINDS = frozenset(kind.value for kind in PlaceClass)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlace:
    """`code`: IATA of an airport or its city, else UN/LOCODE; some border posts have none. `also`: other names."""

    country: str
    code: str | None
    kind: PlaceClass
    city: str
    site: str | None
    also: tuple[str, ...]

    def names(self) -> tuple[str, ...]:
        return (self.city, *self.also)


class KnownPlaces:
    """The places in the order of the file, found by any of their names. `load_known_places` makes it."""

    def __init__(self, places: tuple[KnownPlace, ...]) -> None:
        self.places = places
        self._by_code = {place.code: place for place in places if place.code is not None}
        self._found_by = [_found_by(place) for place in places]

    def get(self, code: str) -> KnownPlace | None:
        return self._by_code.get(code)

    def search(
        self, text: str, countries: CodeList, language: str, *, limit: int = MAX_FOUND
    ) -> tuple[KnownPlace, ...]:
        """Places that `text` could mean, best first; none if it is empty.

        A code comes first, then a name, then names and codes that begin with the text, then those that have all its
        words, where the country, by code or name in the reader's language, and the airport may give some of them.
        """
        wanted = words_of(text)
        if not wanted:
            return ()
        parts = wanted.split()
        by_country = {
            entry.code: _beginning(parts, words_of(entry.label(language)).split()) for entry in countries.entries
        }
        ranked = (
            (_rank(found_by, wanted, by_country.get(place.country, frozenset())), place)
            for place, found_by in zip(self.places, self._found_by, strict=True)
        )
        hits = sorted(((rank, place) for rank, place in ranked if rank is not None), key=lambda hit: hit[0])
        return tuple(place for _, place in itertools.islice(hits, limit))


def refuse_misplaced(report: Report, known: KnownPlaces) -> None:
    """No place of the report has a code that stands in the list with another country.

    For the writer alone, before it is sent: a UN/LOCODE names its country and is validated, an airport's code does not.

    Raises:
        InvalidReport: with a fault for each.
    """
    faults = [
        Fault(f"{path}.code", FaultCode.PLACE_CODE_COUNTRY, (("country", there.country),))
        for path, place in _places(report)
        if place.code is not None
        and place.country is not None
        and (there := known.get(place.code)) is not None
        and there.country != place.country
    ]
    if faults:
        raise InvalidReport(tuple(faults))


def load_known_places(override: Path | None = None) -> KnownPlaces:
    """The places that ship, or those of the folder `override`.

    Raises:
        CodeListError: the file is no list of places.
    """
    with resource(_FILE, override=override).open("rb") as file:
        return KnownPlaces(decode_known_places(file.read(MAX_FILE_BYTES + 1)))


def decode_known_places(data: bytes) -> tuple[KnownPlace, ...]:
    """The places that a file holds.

    Raises:
        CodeListError: any other bytes; the text names the line.
    """
    if len(data) > MAX_FILE_BYTES:
        raise CodeListError(f"places.tsv is longer than {MAX_FILE_BYTES} bytes")
    try:
        header, *lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise CodeListError(f"places.tsv is not UTF-8: {error.reason}") from None
    if header != _HEADER or not lines or lines.pop() or len(lines) > MAX_PLACES:
        raise CodeListError(f"places.tsv has a header, at most {MAX_PLACES} places and a line break after each")
    places = tuple(_place(line, number) for number, line in enumerate(lines, start=2))
    codes = [place.code for place in places if place.code is not None]
    if len(set(codes)) != len(codes):
        raise CodeListError("places.tsv has a code twice")
    return places


def _place(line: str, number: int) -> KnownPlace:
    cells = line.split("\t")
    if len(cells) != _HEADER.count("\t") + 1:
        raise CodeListError(f"places.tsv, line {number}: not as many cells as the header")
    country, code, kind, city, site, also = cells
    others = tuple(also.split("|")) if also else ()
    if not _COUNTRY.fullmatch(country) or kind not in _KINDS:
        raise CodeListError(f"places.tsv, line {number}: no country, or no kind")
    if code and not (IATA.fullmatch(code) or (LOCODE.fullmatch(code) and code.startswith(country))):
        raise CodeListError(f"places.tsv, line {number}: neither an IATA code nor a UN/LOCODE of {country}")
    if len(others) > MAX_NAMES or not all(_is_name(name) for name in (city, *others, *([site] if site else []))):
        raise CodeListError(f"places.tsv, line {number}: a name that none can read, or too many")
    return KnownPlace(
        country=country, code=code or None, kind=PlaceClass(kind), city=city, site=site or None, also=others
    )


def _is_name(text: str) -> bool:
    return len(text) <= MAX_WORDS and text == text.strip() and text.replace("\u200c", "").isprintable() and bool(text)


@dataclass(frozen=True, slots=True)
class _FoundBy:
    """What a place is found by: whole names, and every word that it has."""

    code: str
    names: tuple[str, ...]
    words: frozenset[str]


def _found_by(place: KnownPlace) -> _FoundBy:
    code, names = (place.code or "").casefold(), tuple(words_of(name) for name in place.names())
    words = " ".join((*names, code, place.country.casefold(), words_of(place.site or "")))
    return _FoundBy(code, names, frozenset(words.split()))


def _rank(place: _FoundBy, wanted: str, elsewhere: frozenset[str]) -> int | None:
    """Best is 0. `elsewhere`: words of `wanted` that the name of the place's country gives."""
    if place.code == wanted:
        return 0
    if wanted in place.names:
        return 1
    if any(name.startswith(wanted) for name in place.names):
        return 2
    if place.code.startswith(wanted):
        return 3
    missing = (part for part in wanted.split() if part not in elsewhere)
    return 4 if all(any(word.startswith(part) for word in place.words) for part in missing) else None


def _beginning(parts: Iterable[str], words: Iterable[str]) -> frozenset[str]:
    """The parts that one of the words begins with."""
    return frozenset(part for part in parts if any(word.startswith(part) for word in words))


def _places(report: Report) -> Iterator[tuple[str, PlaceValue]]:
    def of(answers: Answers, prefix: str) -> Iterator[tuple[str, PlaceValue]]:
        yield from ((prefix + name, answer) for name, answer in answers.items() if isinstance(answer, PlaceValue))

    yield from of(report.header, "")
    blocks: Mapping[str, tuple[Answers, ...]] = report.blocks
    for name, rows in blocks.items():
        for number, row in enumerate(rows):
            yield from of(row, f"{name}[{number}].")
