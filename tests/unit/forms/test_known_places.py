"""The places that ship, how they are found, and what of a report contradicts them."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList, CodeListError
from cencomm.forms.form import Form, Variant
from cencomm.forms.gazetteer import PlaceError, load_gazetteer
from cencomm.forms.known_places import (
    MAX_FILE_BYTES,
    KnownPlaces,
    PlaceClass,
    decode_known_places,
    load_known_places,
    refuse_misplaced,
)
from cencomm.forms.validation import InvalidReport, validate
from tests.unit.forms.answering import VECTORS, Values

NOW = 1_795_305_600  # 2026-11-22
HEADER = b"country\tcode\tkind\tcity\tsite\talso\n"
LEAST_OF_A_KIND, LEAST_COUNTRIES = 600, 160


@pytest.fixture(scope="module")
def known() -> KnownPlaces:
    return load_known_places()


class Search(TypedDict):
    text: str
    language: str
    found: list[str]


class Misplaced(TypedDict):
    place: JsonValue
    country: str | None


class Vectors(TypedDict):
    searches: list[Search]
    misplaced: list[Misplaced]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    found: Vectors = json.loads((VECTORS / "places.json").read_text("utf-8"))
    return found


def test_the_list_has_ports_airports_and_border_posts_of_the_world(
    known: KnownPlaces, lists: Mapping[str, CodeList]
) -> None:
    for kind in PlaceClass:
        assert sum(place.kind is kind for place in known.places) >= LEAST_OF_A_KIND
    assert len({place.country for place in known.places}) >= LEAST_COUNTRIES
    assert all(place.country in lists["country"] for place in known.places)


def test_every_airport_of_the_sample_routes_is_in_the_list(
    known: KnownPlaces, lists: Mapping[str, CodeList], shared: Path
) -> None:
    gazetteer = load_gazetteer(lists["country"])
    missing: set[str] = set()
    with (shared / "data" / "seizures" / "routes_airport_wildlife_2009_2014.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                place = gazetteer.locate_cell(row["City, Country"]).place
            except PlaceError:
                continue
            if place.code is not None and known.get(place.code) is None:
                missing.add(place.code)

    assert missing == set()


def test_places_are_found_by_name_code_and_country_in_any_script(
    known: KnownPlaces, lists: Mapping[str, CodeList], vectors: Vectors
) -> None:
    for case in vectors["searches"]:
        found = known.search(case["text"], lists["country"], case["language"], limit=5)

        assert [f"{place.code or '-'} {place.country} {place.city}" for place in found] == case["found"], case["text"]


def test_a_code_of_another_country_is_told_to_the_writer(
    known: KnownPlaces,
    lists: Mapping[str, CodeList],
    seizure: Form,
    ivory: Values,
    vectors: Vectors,
) -> None:
    for case in vectors["misplaced"]:
        values: JsonValue = {**ivory, "place": case["place"], "route": [{"role": "origin", "place": case["place"]}]}
        report = validate(seizure, values, variant=Variant.LONG, lists=lists, written_at=NOW)  # no reader refuses it

        if case["country"] is None:
            refuse_misplaced(report, known)
            continue
        with pytest.raises(InvalidReport) as refused:
            refuse_misplaced(report, known)

        assert [(fault.path, dict(fault.facts)) for fault in refused.value.faults] == [
            (path, {"country": case["country"]}) for path in ("place.code", "route[0].place.code")
        ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"KE\tNBO\tairport\tNairobi\t", "a cell too few"),
        (b"KE\tNBO\tairport\tNairobi\t\t\t", "a cell too many"),
        (b"ke\tNBO\tairport\tNairobi\t\t", "no country"),
        (b"KE\tNB1\tairport\tNairobi\t\t", "no code"),
        (b"UG\tKENBO\tland\tNairobi\t\t", "a UN/LOCODE of another country"),
        (b"KE\tNBO\tharbour\tNairobi\t\t", "no kind"),
        (b"KE\tNBO\tairport\t\t\t", "no name"),
        (b"KE\tNBO\tairport\tNairobi \t\t", "a space behind the name"),
        (b"KE\tNBO\tairport\tNairobi\t\ta||b", "an empty name"),
        ("KE\tNBO\tairport\tNai\u202erobi\t\t".encode(), "a name that turns the direction of text"),
        (b"KE\tNBO\tairport\tNairobi\t\t\nKE\tNBO\tairport\tNairobi\t\t", "a code twice"),
    ],
)
def test_a_list_of_places_is_refused_for_each_line_that_is_none(line: bytes, why: str) -> None:
    with pytest.raises(CodeListError):
        decode_known_places(HEADER + line + b"\n")
    assert why


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda rest: HEADER + rest)))
def test_any_bytes_are_a_list_of_places_or_refused_with_one_error(data: bytes) -> None:
    try:
        places = decode_known_places(data)
    except CodeListError:
        return
    assert all(place.city for place in places)


def test_a_file_beyond_its_bound_is_refused_before_it_is_read() -> None:
    with pytest.raises(CodeListError, match="longer than"):
        decode_known_places(HEADER + b"\n" * MAX_FILE_BYTES)
