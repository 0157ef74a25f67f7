"""What the browser is given of code lists and wording."""

from collections.abc import Mapping

import pytest

from cencomm.forms.browser_terms import browser_terms
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import LANGUAGES, CodeList
from cencomm.forms.fault import FaultCode
from cencomm.forms.wording import WORDS


@pytest.fixture(scope="module")
def terms() -> Mapping[str, JsonValue]:
    return browser_terms()


def test_every_code_of_every_list_is_there_in_its_order(
    terms: Mapping[str, JsonValue], lists: Mapping[str, CodeList]
) -> None:
    codes = terms["codes.json"]
    assert isinstance(codes, dict)

    for name, there in lists.items():
        entries = codes[name]
        assert isinstance(entries, list)
        assert [entry["code"] for entry in entries if isinstance(entry, dict)] == [one.code for one in there.entries]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_a_label_for_each_code_a_word_for_each_name_and_a_sentence_for_each_fault(
    terms: Mapping[str, JsonValue], lists: Mapping[str, CodeList], language: str
) -> None:
    found = terms[f"terms-{language}.json"]
    assert isinstance(found, dict)

    assert found["labels"] == {
        name: {entry.code: codes.label(entry.code, language) for entry in codes.entries}
        for name, codes in lists.items()
    }
    for key, names in (("words", set(WORDS)), ("faults", {code.value for code in FaultCode})):
        there = found[key]
        assert isinstance(there, dict)
        assert there.keys() == names
        assert all(there.values())


def test_units_are_written_as_python_writes_them(terms: Mapping[str, JsonValue]) -> None:
    french = terms["terms-fr.json"]
    assert isinstance(french, dict)
    units = french["units"]
    assert isinstance(units, dict)

    assert units["KGM"] == {"one": "{0}\N{NARROW NO-BREAK SPACE}kg", "other": "{0}\N{NARROW NO-BREAK SPACE}kg"}
