"""Places as other people's files write them: country names, cities, airports -> ISO 3166-1 and IATA codes.

The table of airports and the cities they serve is `airportsdata`; country names in nine languages are CLDR's; what
files call them besides is `templates/mappings/places/names.toml`. A name that could mean two things is reported, never
guessed: a wrong country on a seizure is worse than none.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import airportsdata
import msgspec
from babel.core import get_global

from cencomm.errors import MalformedError
from cencomm.forms.code_list import CodeList
from cencomm.forms.doubt import Doubt, DoubtKind
from cencomm.forms.place_names import EMPTY_WORDS, Airport, best_airport, significant_words, words_of
from cencomm.resources import resource

MAX_NAME_CHARACTERS = 200  # of a cell that is compared with the tables; a longer one is no name

_NAMES = "templates/mappings/places/names.toml"
_PARTS = re.compile(r"[/(),-]")
_ALPHA_2 = re.compile(r"[A-Z]{2}")
_ALPHA_3 = re.compile(r"[A-Z]{3}")


class PlaceError(MalformedError):
    """A name that stands for no place, or for more than one; the text says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """A country (ISO 3166-1 alpha-2) and what is known of the place in it.

    Args:
        city: as the file writes it.
        code: IATA code of the airport, or of the city where no single airport is meant.
    """

    country: str
    city: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """A place, and what was uncertain in reading it."""

    place: Place
    doubts: tuple[Doubt, ...] = ()


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    countries: dict[str, str]
    ambiguous: dict[str, tuple[str, ...]]
    territories: dict[str, dict[str, str]]
    cities: dict[str, dict[str, str]]
    airports: dict[str, dict[str, str]]


class Gazetteer:
    """Finds places by name. Immutable once made; `load_gazetteer` makes it."""

    def __init__(self, names: _Names, countries: CodeList) -> None:
        self._names = names
        self._countries = _country_names(countries)
        self._known_countries = frozenset(entry.code for entry in countries.entries)
        self._airports: dict[str, list[Airport]] = defaultdict(list)
        self._cities: dict[str, dict[str, list[Airport]]] = defaultdict(lambda: defaultdict(list))
        for code, row in airportsdata.load("IATA").items():
            self._add_airport(code, row["name"], row["city"], row["country"])
        self._metropolises = {
            (city["country"], words_of(city["name"])): code for code, city in airportsdata.load_iata_macs().items()
        }

    def country(self, text: str) -> str:
        """The ISO code of the country that `text` names.

        Raises:
            PlaceError: none, or more than one.
        """
        found = self._candidates(text)
        if len(found) > 1:
            raise PlaceError(f"{text.strip()!r} can be {' or '.join(found)}")
        return found[0]

    def locate(self, city: str, country: str) -> Located:
        """The place of a city and a country cell; either may be empty.

        Raises:
            PlaceError: no country can be told.
        """
        city, country = city.strip(), country.strip()
        if not country:
            return self._country_of_city(city)
        candidates = self._candidates(country)
        doubts: tuple[Doubt, ...] = ()
        chosen = candidates[0]
        if len(candidates) > 1:
            chosen = self._by_city(city, country, candidates)
            sentence = f"{country!r} can be {' or '.join(candidates)}; read as {chosen}, where {city} lies"
            doubts = (Doubt(DoubtKind.AMBIGUOUS_COUNTRY, sentence),)
        if not city:
            return Located(Place(chosen), doubts)
        chosen = self._names.territories.get(chosen, {}).get(words_of(city), chosen)
        found = self._city_code(city, chosen)
        if found is not None or self._knows_city(city, chosen):
            return Located(Place(chosen, city, found), doubts)
        return Located(Place(chosen, city), (*doubts, self._why_unknown(city, chosen)))

    def locate_cell(self, cell: str) -> Located:
        """The place of one cell: "City, Country", a country, or a city that only one country has.

        Raises:
            PlaceError: no country can be told.
        """
        city, comma, country = cell.strip().rpartition(",")
        if comma:
            return self.locate(city, country)
        try:
            return self.locate("", country) if country else self.locate("", "")
        except PlaceError:
            if len(self._countries_with(country)) == 1:
                return self._country_of_city(country)
            raise

    def airport(self, name: str, near: Place) -> Located:
        """The airport `name` in the country of `near`, preferably in its city; `near` itself if there is none."""
        code = self._airport_code(name, near)
        if code is not None:
            return Located(Place(near.country, near.city, code))
        sentence = f"no airport {name!r} is known in {near.country}"
        if near.code is not None:
            sentence += f"; {near.code} is the code of the city"
        return Located(near, (Doubt(DoubtKind.UNKNOWN_AIRPORT, sentence),))

    def _add_airport(self, code: str, name: str, city: str, country: str) -> None:
        airport = Airport(code, name, significant_words(name), significant_words(city))
        self._airports[country].append(airport)
        whole = words_of(city)
        for one in {whole, whole.removesuffix(" island"), *(words_of(part) for part in _PARTS.split(city))} - {""}:
            self._cities[country][one].append(airport)

    def _candidates(self, text: str) -> tuple[str, ...]:
        name = text.strip()
        if len(name) > MAX_NAME_CHARACTERS:
            raise PlaceError("too long for the name of a country")
        written = words_of(name)
        if written in self._names.ambiguous:
            return self._names.ambiguous[written]
        if written in self._names.countries:
            return (self._names.countries[written],)
        if found := self._countries.get(written):
            return tuple(sorted(found))
        if _ALPHA_2.fullmatch(name) and name in self._known_countries:
            return (name,)
        if _ALPHA_3.fullmatch(name) and (aliases := get_global("territory_aliases").get(name)):
            return tuple(aliases)
        raise PlaceError(f"{name!r} is no country that we know")

    def _by_city(self, city: str, country: str, candidates: tuple[str, ...]) -> str:
        having = [code for code in candidates if self._knows_city(city, code)]
        if len(having) != 1:
            raise PlaceError(f"{country!r} can be {' or '.join(candidates)}, and the city does not tell which")
        return having[0]

    def _country_of_city(self, city: str) -> Located:
        having = self._countries_with(city)
        if len(having) != 1:
            raise PlaceError(f"{city!r} is neither a country nor a city of one country only" if city else "no country")
        found = having[0]
        place = Place(found, city, self._city_code(city, found))
        sentence = f"no country is given; {found} is the only one with a city {city}"
        return Located(place, (Doubt(DoubtKind.AMBIGUOUS_COUNTRY, sentence),))

    def _countries_with(self, city: str) -> list[str]:
        return sorted(code for code in self._airports if city and self._knows_city(city, code))

    def _knows_city(self, city: str, country: str) -> bool:
        written = words_of(city)
        return written in self._cities.get(country, {}) or written in self._names.cities.get(country, {})

    def _why_unknown(self, city: str, country: str) -> Doubt:
        elsewhere = self._countries_with(city)
        if not elsewhere:
            return Doubt(DoubtKind.UNKNOWN_PLACE, f"{city} ({country}) is in no table of ours")
        there = ", ".join(elsewhere[:5])
        return Doubt(DoubtKind.CONFLICT, f"{city} is not known in {country}, but in {there}")

    def _city_code(self, city: str, country: str) -> str | None:
        """The city's own code, else that of its only airport, else of its only international one."""
        written = words_of(city)
        known = self._names.cities.get(country, {}).get(written) or self._metropolises.get((country, written))
        if known:
            return known
        airports = self._cities.get(country, {}).get(written, []) or self._named_after(written, country)
        if len(airports) > 1:
            airports = [airport for airport in airports if "international" in airport.name.casefold()]
        return airports[0].code if len(airports) == 1 else None

    def _named_after(self, city: str, country: str) -> list[Airport]:
        """The table puts Entebbe Airport in Kampala and Frankfurt Airport in Frankfurt am Main."""
        words = frozenset(city.split())
        return [airport for airport in self._airports.get(country, ()) if words and words <= airport.words]

    def _airport_code(self, name: str, near: Place) -> str | None:
        if len(name) > MAX_NAME_CHARACTERS:
            return None
        wanted = significant_words(name)
        written = " ".join(word for word in words_of(name).split() if word not in EMPTY_WORDS)
        if known := self._names.airports.get(near.country, {}).get(written):
            return known
        airports = self._airports.get(near.country, ())
        if written.upper() in name and any(airport.code == written.upper() for airport in airports):
            return written.upper()  # "LAX Airport"
        own_words = wanted - significant_words(near.city or "")
        in_city = self._cities.get(near.country, {}).get(words_of(near.city or ""), [])
        # A name beside the city's decides: Berlin Schoenefeld is not the airport that happens to be called Berlin.
        fitting = [airport for airport in airports if not own_words or own_words & airport.words]
        best = best_airport(fitting, wanted, frozenset(airport.code for airport in in_city)) if wanted else None
        return best or self._city_code(written, near.country)


def load_gazetteer(countries: CodeList, override: Path | None = None) -> Gazetteer:
    """The gazetteer of the airport table and the names that ship, or those of the folder `override`.

    Raises:
        PlaceError: the file of names is none.
    """
    try:
        names = msgspec.toml.decode(resource(_NAMES, override=override).read_bytes(), type=_Names)
    except (ValueError, RecursionError) as error:
        raise PlaceError(f"{_NAMES}: {error}") from error
    return Gazetteer(_normalised(names), countries)


def _normalised(names: _Names) -> _Names:
    def keys(table: Mapping[str, str]) -> dict[str, str]:
        return {words_of(name): code for name, code in table.items()}

    return _Names(
        countries=keys(names.countries),
        ambiguous={words_of(name): codes for name, codes in names.ambiguous.items()},
        territories={country: keys(cities) for country, cities in names.territories.items()},
        cities={country: keys(cities) for country, cities in names.cities.items()},
        airports={country: keys(airports) for country, airports in names.airports.items()},
    )


def _country_names(countries: CodeList) -> Mapping[str, frozenset[str]]:
    """Every name of a country in nine languages; a name of two countries has both."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in countries.entries:
        for label in entry.labels.values():
            found[words_of(label)].add(entry.code)
    return {name: frozenset(codes) for name, codes in found.items()}
