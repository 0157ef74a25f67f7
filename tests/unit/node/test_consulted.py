"""The log of consultations is read by auditors, not by programmers."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from cencomm.archive.kind import ARCHIVE
from cencomm.cen.kind import CEN_NODE
from cencomm.client.words import load_words
from cencomm.forms.code_list import CodeList
from cencomm.ncen.kind import NATION
from cencomm.node.api.log_routes import LOG_ROUTES
from cencomm.node.api.route import AnyRoute
from cencomm.node.consulted import ASKED, DEEDS, PURPOSES, UNTOLD, VIAS, asked_in_words, told
from cencomm.site.people.consultation import Consultation, Deed, Purpose, Via


def looked(asked: str, deed: Deed = Deed.SEARCH) -> Consultation:
    return Consultation(at=0, person="ana", via=Via.BROWSER, deed=deed, purpose=None, asked=asked, found=1)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Searched. Words: valise; From: 2026-11; Country of origin: Kenya (KE); Commodity: Cites (CIT)"),
        ("fr", "Recherche. Mots : valise; Du : 2026-11; Pays d'origine : Kenya (KE); Marchandise : Cites (CIT)"),
    ],
)
def test_a_search_is_told_in_the_readers_language(language: str, words: str, lists: Mapping[str, CodeList]) -> None:
    asked = (
        '{"bom":false,"commodity":"CIT","limit":10,"origin":"KE","since":"2026-11","sort":"written","text":"valise"}'
    )
    label = lists["commodity"].label("CIT", language)

    assert told(looked(asked), load_words(language), lists) == words.replace("Cites", label)


def test_what_was_left_as_it_is_by_default_is_not_told(lists: Mapping[str, CodeList]) -> None:
    words = load_words("en")

    assert told(looked('{"every_version":false,"limit":50}'), words, lists) == "Searched"
    assert asked_in_words(looked('{"history":true,"limit":50}'), words, lists) == "replaced releases too"
    assert asked_in_words(looked('{"added":"ana","role":"analyst"}'), words, lists) == (
        "Account made: ana; Role: analyst"
    )


def test_what_an_older_program_wrote_is_shown_as_it_stands(lists: Mapping[str, CodeList]) -> None:
    words = load_words("en")

    assert asked_in_words(looked('{"colour":"red","origin":"XX"}'), words, lists) == (
        "Country of origin: XX; colour: red"
    )
    assert asked_in_words(looked('{"text":"cut of'), words, lists) == '{"text":"cut of'


@given(asked=st.text())
def test_any_text_is_told(asked: str, lists: Mapping[str, CodeList]) -> None:
    assert isinstance(asked_in_words(looked(asked), load_words("en"), lists), str)


def test_every_parameter_that_is_logged_has_words_and_so_has_every_deed() -> None:
    routes: tuple[AnyRoute, ...] = (
        *LOG_ROUTES,
        *(route for kind in (ARCHIVE, NATION, CEN_NODE) for route in kind.routes),
    )
    logged = {one.name for route in routes if route.deed is not None for one in fields(route.asked)}
    noted = {"added", "role", "reset", "ended", "token_for", "label", "days", "token_ended", "of"}

    assert logged | noted == {*ASKED} | UNTOLD
    assert (set(DEEDS), set(PURPOSES), set(VIAS)) == (set(Deed), set(Purpose), set(Via))
