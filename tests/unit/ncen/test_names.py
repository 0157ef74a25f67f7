"""Names and numbers as they compare."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.ncen.names import MAX_WORD_LETTERS, MAX_WORDS, company_words, person_words, skeleton, words
from cencomm.ncen.numbers import comparable
from cencomm.ncen.variants import Word, likeness, variants


@given(st.text())
def test_any_text_has_words_that_have_the_same_words(text: str) -> None:
    found = words(text)

    assert len(found) <= MAX_WORDS
    assert all(0 < len(word) <= MAX_WORD_LETTERS for word in found)
    assert words(" ".join(found)) == found


@given(st.text())
def test_any_text_has_a_number_that_compares_with_itself(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("youssef", "yusuf"), ("jussuf", "yusuf"), ("mhmd", "mohammed"), ("chaikovskii", "tschaikowsky")],
)
def test_what_sounds_alike_has_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one)[1:] == skeleton(other)[1:]


def test_titles_and_legal_forms_are_left_out_unless_they_are_all() -> None:
    assert person_words("Dr. Hans O'Brien") == ("hans", "obrien")
    assert company_words("Wildlife & Timber Co., Ltd.") == ("wildlife", "timber")
    assert company_words("The Holding Company") == ("the", "holding", "company")


def test_a_short_word_has_no_variants_but_itself_and_its_sound() -> None:
    held = [Word(one, skeleton(one)) for one in ("lee", "leo", "len")]

    assert variants("lee", held) == {"lee": 1.0}


def like(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    held = frozenset({*other, "".join(other)})
    vocabulary = [Word(word, skeleton(word)) for word in held]
    found = likeness(one, {word: variants(word, vocabulary) for word in one}, held)
    return max(found, max(variants("".join(one), vocabulary).values(), default=0.0))


def test_names_of_a_public_collection_are_found_as_often_as_promised(shared: Path) -> None:
    """docs/ncen.md says how often: a change that finds fewer, or more that are wrong, changes what is said there."""
    with (shared / "data/names/name_bench_dev.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["schema"] == "Person"]
    found = {True: [0, 0], False: [0, 0]}
    for row in rows:
        counted = found[row["is_match"] == "true"]
        counted[0] += like(person_words(row["name1"]), person_words(row["name2"])) > 0
        counted[1] += 1

    assert found[True][0] / found[True][1] >= 0.85
    assert found[False][0] / found[False][1] <= 0.20


@pytest.mark.parametrize(("script", "promised"), [("arabic", 0.80), ("russian", 0.85)])
def test_transliterated_names_are_found_as_often_as_promised(shared: Path, script: str, promised: float) -> None:
    with (shared / f"data/names/translit_{script}.csv").open(encoding="utf-8", newline="") as file:
        pairs = [(words(row["latin"]), words(row["native"])) for row in list(csv.DictReader(file))[::3]]
    single = [(one[0], other[0]) for one, other in pairs if len(one) == len(other) == 1]

    found = sum(bool(variants(one, [Word(other, skeleton(other))])) for one, other in single)

    assert found / len(single) >= promised
