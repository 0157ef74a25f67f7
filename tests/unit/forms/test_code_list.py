"""Code lists: those that ship, those from CLDR, and hostile ones."""

import csv
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest

from cencomm.forms.code_list import (
    COMPLETE_LANGUAGES,
    LANGUAGES,
    MAX_FILE_BYTES,
    CodeEntry,
    CodeList,
    CodeListError,
    decode_code_list,
    fallback_chain,
    load_code_lists,
)

AGREED_LISTS = frozenset(
    {
        "commodity",
        "unit",
        "currency",
        "country",
        "requested_action",
        "subject_kind",
        "direction",
        "location_type",
        "offence_type",
        "trigger",
        "detection_method",
        "concealment_method",
        "route_role",
        "certainty",
        "transport_mode",
        "conveyance_type",
        "agency",
        "risk_indicator",
        "intel_source",
        "party_role",
        "person_role",
        "package_type",
        "document_type",
        "date_precision",
        "specimen_term",
        "disposal",
        "value_basis",
        "phase",
        "priority",
        "handling",
        "tlp",
        "source_evaluation",
        "information_evaluation",
    }
)

SHIPPED_LANGUAGES = (*COMPLETE_LANGUAGES, "ar")  # of the browser's screens: a list of one's own may do without Arabic


@pytest.fixture(scope="module")
def code_lists() -> Mapping[str, CodeList]:
    return load_code_lists()


def entry(code: str, **labels: str) -> CodeEntry:
    return CodeEntry(code=code, labels={"en": code, "fr": code} | labels)


def test_every_list_that_the_forms_name_ships(code_lists: Mapping[str, CodeList]) -> None:
    assert set(code_lists) >= AGREED_LISTS


def test_every_entry_has_a_label_of_its_own_in_english_and_french(code_lists: Mapping[str, CodeList]) -> None:
    for codes in code_lists.values():
        for one in codes.entries:
            assert all(one.labels[language].strip() for language in COMPLETE_LANGUAGES), (codes.name, one.code)


@pytest.mark.parametrize("language", SHIPPED_LANGUAGES)
def test_every_list_that_ships_as_a_file_is_labelled_in_each_language_of_the_screens(
    code_lists: Mapping[str, CodeList], language: str
) -> None:
    """Countries and currencies are CLDR's: it has no Arabic name for a few withdrawn currencies."""
    files = [codes for name, codes in code_lists.items() if name not in {"country", "currency"}]

    assert [(codes.name, one.code) for codes in files for one in codes.entries if language not in one.labels] == []


def test_arabic_labels_are_written_in_arabic(code_lists: Mapping[str, CodeList]) -> None:
    labels = {(codes.name, one.code): one.label("ar") for codes in code_lists.values() for one in codes.entries}

    assert [
        where
        for where, label in labels.items()
        if where[0] != "currency" and not any(unicodedata.name(c).startswith("ARABIC LETTER") for c in label)
    ] == []


def test_labels_tell_siblings_apart(code_lists: Mapping[str, CodeList]) -> None:
    for codes in code_lists.values():
        if codes.name == "currency":  # CLDR gives a few withdrawn currencies the name of their successor
            continue
        for language in SHIPPED_LANGUAGES:
            shown = [(one.parent, one.label(language)) for one in codes.entries]
            assert len(set(shown)) == len(shown), (codes.name, language)


def test_flags_that_name_other_lists_name_entries_of_them(code_lists: Mapping[str, CodeList]) -> None:
    for method in code_lists["concealment_method"].entries:
        assert all(mode in code_lists["transport_mode"] for mode in method.flags.get("modes", ()))
    for commodity in code_lists["commodity"].entries:
        assert (commodity.parent is None) == ("chapter" in commodity.flags)
        assert all(unit in code_lists["unit"] for unit in commodity.flags.get("units", ()))
    assert all("quantity" in unit.flags for unit in code_lists["unit"].entries)


def test_commodities_have_three_levels_at_most(code_lists: Mapping[str, CodeList]) -> None:
    commodities = code_lists["commodity"]

    assert {len(commodities.ancestors(one.code)) for one in commodities.entries} == {0, 1, 2}
    assert commodities.ancestors("CIT-REP-TURTLE") == ("CIT-REP", "CIT")
    assert commodities.ancestors("no such code") == ()


def test_countries_are_those_of_iso_3166_and_kosovo(code_lists: Mapping[str, CodeList], shared: Path) -> None:
    with (shared / "data/codes/country-codes.csv").open(encoding="utf-8", newline="") as file:
        published = {row["ISO3166-1-Alpha-2"] for row in csv.DictReader(file)}

    assert {one.code for one in code_lists["country"].entries} == published | {"XK"}
    kosovo = code_lists["country"].get("XK")
    assert kosovo is not None
    assert kosovo.flags["status"] == ("user_assigned",)


def test_countries_are_named_in_all_nine_languages(code_lists: Mapping[str, CodeList]) -> None:
    assert all(set(one.labels) == set(LANGUAGES) for one in code_lists["country"].entries)
    assert code_lists["country"].label("CI", "fr") == "Côte d\u2019Ivoire"


def test_a_withdrawn_currency_is_valid_for_old_cases_only(code_lists: Mapping[str, CodeList]) -> None:
    currencies = code_lists["currency"]

    assert currencies.valid("DEM", "1999-07-01")
    assert not currencies.valid("DEM", "2014-07-01")
    assert currencies.valid("EUR", "2014-07-01")


def test_currencies_in_use_are_those_of_iso_4217(code_lists: Mapping[str, CodeList], shared: Path) -> None:
    with (shared / "data/codes/currency-codes-all.csv").open(encoding="utf-8", newline="") as file:
        in_use = {row["AlphabeticCode"] for row in csv.DictReader(file) if not row["WithdrawalDate"]}

    known = {one.code for one in code_lists["currency"].entries}
    assert in_use - known <= {"", "XAD"}  # the Arab accounting dinar is newer than this CLDR


def test_a_month_or_a_year_is_valid_if_one_of_its_days_is() -> None:
    codes = CodeList(
        "x", (CodeEntry(code="a", labels={"en": "a", "fr": "a"}, valid_from="2014-03-15", valid_to="2014-06-02"),)
    )

    assert [codes.valid("a", day) for day in ("2014-03-14", "2014-03-15", "2014-06-02", "2014-06-03")] == [
        False,
        True,
        True,
        False,
    ]
    assert [codes.valid("a", span) for span in ("2014-02", "2014-03", "2014-06", "2014-07", "2013", "2014")] == [
        False,
        True,
        True,
        False,
        False,
        True,
    ]
    assert not codes.valid("b", "2014-04-01")


def test_a_label_falls_back_to_the_language_without_its_territory_and_then_to_english() -> None:
    codes = CodeList("x", (entry("a", en="horn", fa="shakh"), entry("b", en="tusk")))

    assert fallback_chain("fa_AF") == ("fa_AF", "fa", "en")
    assert codes.label("a", "fa_AF") == "shakh"
    assert codes.label("b", "fa_AF") == "tusk"
    assert codes.label("a", "en") == "horn"


def test_an_unknown_code_is_its_own_label(code_lists: Mapping[str, CodeList]) -> None:
    assert code_lists["unit"].label("a newer code", "fr") == "a newer code"


def test_search_ignores_case_and_accents_and_puts_the_best_first(code_lists: Mapping[str, CodeList]) -> None:
    def found(name: str, text: str, language: str) -> list[str]:
        return [one.code for one in code_lists[name].search(text, language)]

    assert found("unit", "kgm", "en")[0] == "KGM"
    assert found("country", "cote d", "fr") == ["CI"]
    assert found("commodity", "ELEPHANT", "fr")[0] == "CIT-MAM-ELEPHANT"
    assert "CIT-IVO-ELEPHANT" in found("commodity", "ELEPHANT", "fr")
    assert found("commodity", "no such thing", "en") == []
    assert len(found("country", "", "en")) == 50
    assert found("commodity", "اسلحة الية", "ar") == ["WPN-FIR-AUTOMATIC"]  # typed without hamza and madda


def test_an_override_folder_replaces_one_list(tmp_path: Path) -> None:
    (tmp_path / "templates/codes").mkdir(parents=True)
    (tmp_path / "templates/codes/direction.toml").write_text('[entries]\nin = {en="In", fr="Entrée"}\n')

    lists = load_code_lists(tmp_path)

    assert [one.code for one in lists["direction"].entries] == ["in"]
    assert "KGM" in lists["unit"]


HOSTILE = {
    "not UTF-8": b"\xff\xfe",
    "not TOML": b"[entries",
    "nested brackets": b"entries=" + b"[" * 20_000,
    "endless number": b"entries=" + b"9" * 10_000,
    "no entries": b"",
    "a list where a table belongs": b"entries=[]",
    "foreign key": b'[entries]\na={en="a",fr="a",script="x"}',
    "foreign table": b'[entries]\na={en="a",fr="a"}\n[more]\n',
    "no French": b'[entries]\na={en="a"}',
    "empty label": b'[entries]\na={en="a",fr=" "}',
    "label with a line": b'[entries]\na={en="a\\nb",fr="a"}',
    "label that turns the text around": '[entries]\na={en="\u202ea",fr="a"}'.encode(),
    "endless label": b'[entries]\na={en="a",fr="' + b"a" * 201 + b'"}',
    "label that is a number": b'[entries]\na={en=1,fr="a"}',
    "code with a space": b'[entries]\n"a b"={en="a",fr="a"}',
    "code too long": b"[entries]\n" + b"a" * 33 + b'={en="a",fr="a"}',
    "code twice": b'[entries]\na={en="a",fr="a"}\na={en="b",fr="b"}',
    "parent that is not there": b'[entries]\na={en="a",fr="a",parent="b"}',
    "its own parent": b'[entries]\na={en="a",fr="a",parent="a"}',
    "parents in a circle": b'[entries]\nc={en="c",fr="c",parent="a"}\na={en="a",fr="a",parent="b"}\n'
    b'b={en="b",fr="b",parent="a"}',
    "ends before it begins": b'[entries]\na={en="a",fr="a",valid_from=2014-01-02,valid_to=2014-01-01}',
    "date as text": b'[entries]\na={en="a",fr="a",valid_from="today"}',
    "flag that is no list": b'[entries]\na={en="a",fr="a",flags={modes=1}}',
    "too large": b'[entries]\na={en="a",fr="a"}\n#' + b"#" * MAX_FILE_BYTES,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_that_is_no_code_list_is_refused_with_one_error_type(data: bytes) -> None:
    with pytest.raises(CodeListError):
        decode_code_list("x", data)


def test_a_list_made_in_code_is_checked_as_well() -> None:
    with pytest.raises(CodeListError, match="twice"):
        CodeList("x", (entry("a"), entry("a")))
