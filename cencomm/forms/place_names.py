"""How names of places and airports compare: by their words, whatever case, accents and punctuation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cencomm.forms.code_list import fold

ENOUGH_WORDS = 0.5  # share of an airport's written words that must be found in the table's name and city
_NO_WORD = re.compile(r"[\W_]+")  # also U+FFFD: the letters beside a broken byte are still words
EMPTY_WORDS = frozenset({"airport", "international", "intl", "aeropuerto", "aeroport", "airfield", "the", "de", "of"})


@dataclass(frozen=True, slots=True)
class Airport:
    """An airport of the table, with the words of its name and of the city that it serves."""

    code: str
    name: str
    words: frozenset[str]
    city_words: frozenset[str]


def words_of(text: str) -> str:
    """Words for comparison, the two that names write in two ways in one of them."""
    words = _NO_WORD.sub(" ", fold(text).replace("&", " and ")).split()
    return " ".join("st" if word == "saint" else word for word in words)


def significant_words(text: str) -> frozenset[str]:
    """Those that tell one place or airport from another."""
    return frozenset(word for word in words_of(text).split() if word not in EMPTY_WORDS)


def best_airport(airports: Iterable[Airport], wanted: frozenset[str], in_city: frozenset[str]) -> str | None:
    """The one airport with most of the words, of equals that of exactly this name, then one of the city; else None."""
    scored = sorted(
        (
            (
                -len(wanted & (airport.words | airport.city_words)) / len(wanted),
                wanted != airport.words,
                airport.code not in in_city,
                -len(wanted & airport.words),
                "international" not in airport.name.casefold(),
                len(airport.words - wanted),
                airport.code,
            )
            for airport in airports
            if wanted & airport.words or airport.code in in_city
        ),
    )
    if not scored or -scored[0][0] < ENOUGH_WORDS:
        return None
    if len(scored) > 1 and scored[0][:-1] == scored[1][:-1]:
        return None
    return scored[0][-1]
