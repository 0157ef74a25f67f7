"""Two directions on one line (UAX #9): what is typed, dates and names stay in one piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.isolation import isolated_commands, isolated_fact
from cencomm.client.words import Words, load_words
from cencomm.forms.plain_text import FSI, PDI


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("حدّد المجلد بالخيار --data.", f"حدّد المجلد بالخيار {FSI}--data{PDI}."),
        ("نفّذ cencomm send --channel الآن", f"نفّذ {FSI}cencomm send --channel{PDI} الآن"),
        ("من 2026-11-05 أو 2026.", f"من {FSI}2026-11-05{PDI} أو 2026."),
        ("اكتب chmod 600 {path}، وفكّر", "اكتب chmod 600 {path}، وفكّر"),  # turns nothing: all its signs are inside
        ("وقت الكتابة (UTC)", "وقت الكتابة (UTC)"),
        ("أحدث من TLP:RED.", f"أحدث من {FSI}TLP:RED{PDI}."),
    ],
)
def test_what_is_typed_is_kept_apart_in_a_sentence_that_runs_right_to_left(sentence: str, shown: str) -> None:
    assert isolated_commands(sentence, "ar") == shown
    assert isolated_commands(sentence, "fr") == sentence


@pytest.mark.parametrize(
    ("fact", "language", "apart"),
    [
        ("ana.roissy", "ar", True),
        ("2026-11-05", "ar", True),
        ("5", "ar", False),
        ("ميناء الدار البيضاء", "ar", False),
        ("ميناء الدار البيضاء", "fr", True),
        ("ana.roissy", "fr", False),
        ("2026-11-05", "en", False),
    ],
)
def test_a_fact_is_kept_apart_if_it_runs_the_other_way(fact: str, language: str, *, apart: bool) -> None:
    assert isolated_fact(fact, language) == (f"{FSI}{fact}{PDI}" if apart else fact)


@given(st.text(alphabet=f"aب1-{FSI}{PDI}"), st.sampled_from(["en", "ar"]))
def test_no_name_ends_the_isolate_that_it_stands_in(fact: str, language: str) -> None:
    """Otherwise a name turns the words behind it, and a refusal reads as consent."""
    depth = 0
    for letter in isolated_fact(fact, language):
        depth += (letter == FSI) - (letter == PDI)
        assert depth >= 0
    assert depth == 0


def test_an_english_sentence_in_front_of_an_arabic_reader_is_an_english_sentence() -> None:
    words = Words("ar", {})

    assert words.say("Give {file} with --data.", file="a-b") == "Give a-b with --data."


def test_a_sentence_in_arabic_keeps_its_commands_and_facts_apart() -> None:
    said = load_words("ar").say("{count} files are not here: cencomm {node} files", count=3, node="archive")

    assert said == f"3 من الملفات ليست هنا: cencomm {FSI}archive{PDI} files"
