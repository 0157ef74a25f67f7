"""What a reader sees, in their language; what the archive and a sheet hold; what is left without personal data."""

import dataclasses
import json
from collections.abc import Mapping
from decimal import Decimal

import pytest

from cencomm.forms import canonical_json
from cencomm.forms.code_list import LANGUAGES, CodeList
from cencomm.forms.columns import columns, heading, rows
from cencomm.forms.form import Form, Nominal, personal_fields
from cencomm.forms.language import RIGHT_TO_LEFT
from cencomm.forms.non_nominal import strip_personal
from cencomm.forms.plain_text import FSI, PDI, load_text_template, plain_text
from cencomm.forms.reading import Line, Reading, read
from cencomm.forms.tongue import Tongue
from cencomm.forms.validation import Report
from cencomm.forms.wording import Wording
from tests.unit.forms.answering import VECTORS, Values, report

Lists = Mapping[str, CodeList]


@pytest.fixture
def found(seizure: Form, ivory: Values, lists: Lists) -> Report:
    return report(seizure, ivory, lists)


def lines(reading: Reading) -> dict[str, Line]:
    return {line.path: line for passage in reading.passages for line in passage.lines}


def test_numbers_dates_units_and_names_are_the_readers(found: Report, lists: Lists, wording: Wording) -> None:
    english = lines(read(found, Tongue("en", lists, wording), written_in="fr"))
    german = lines(read(found, Tongue("de", lists, wording), written_in="fr"))
    arabic = lines(read(found, Tongue("ar", lists, wording), written_in="fr"))

    assert english["seizure_date"].text == "March 5, 2014"
    assert german["seizure_date"].text == "5. März 2014"
    assert arabic["reporting_country"].text == "كينيا"
    assert english["items[0].quantity"].text == "12.50 kg (net)"
    assert german["items[0].quantity"].text.startswith("12,50 kg")
    assert german["items[0].est_value"].text == "18.000 US-Dollar"
    assert english["items[1].quantity"].text == "neither weighed nor counted"
    assert english["route[1].date"].text == "March 2014"
    assert english["route[1].place"].text == "Bangkok, Thailand"
    assert english["place"].text == "NBO Nairobi, Kenya"
    assert english["conveyances[0].container_no"].text == "TEMU9305413 (check digit wrong, number confirmed)"


def test_a_label_that_is_not_translated_falls_back_to_english(found: Report, lists: Lists, wording: Wording) -> None:
    dari = lines(read(found, Tongue("fa_AF", lists, wording), written_in="fr"))

    assert dari["case_ref"].label == "National case reference"


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_words_keep_their_language_and_direction(
    found: Report, lists: Lists, wording: Wording, language: str
) -> None:
    reading = read(found, Tongue(language, lists, wording), written_in="fr")
    words = lines(reading)["concealment_text"]

    assert words.text == "Dans une valise\nà double fond"
    assert (words.own_words, words.language, words.direction) == (True, "fr", "ltr")
    assert reading.direction == ("rtl" if language in RIGHT_TO_LEFT else "ltr")


def test_the_direction_of_own_words_is_that_of_their_first_letter(
    forms: Mapping[str, Form], lists: Lists, wording: Wording
) -> None:
    for text, expected in (("5 كيلو", "rtl"), ("kilo كيلو", "ltr"), ("123", "rtl")):
        note = report(forms["note"], {"text": text}, lists)
        assert lines(read(note, Tongue("en", lists, wording), written_in="ar"))["text"].direction == expected


def test_rows_are_counted_and_sections_keep_the_order_of_the_form(
    found: Report, lists: Lists, wording: Wording
) -> None:
    reading = read(found, Tongue("fr", lists, wording), written_in="fr")

    assert [(passage.heading, passage.number) for passage in reading.passages] == [
        ("Quoi et où", None),
        ("Marchandise saisie", 1),
        ("Marchandise saisie", 2),
        ("Détection et dissimulation", None),
        ("Étape", 1),
        ("Étape", 2),
        ("Moyen de transport", 1),
        ("Personnes et entreprises", None),
        ("Personne", 1),
        ("Document", 1),
        ("Image", 1),
        ("Suites", None),
    ]


def test_every_answer_is_read(found: Report, lists: Lists, wording: Wording) -> None:
    answers = len(found.header) + sum(len(row) for rows in found.blocks.values() for row in rows)

    assert len(lines(read(found, Tongue("en", lists, wording), written_in="en"))) == answers


def test_a_text_cannot_pass_for_a_line_of_the_report(forms: Mapping[str, Form], lists: Lists, wording: Wording) -> None:
    note = report(forms["note"], {"text": "All is well\n  Handling code: H0\n\N{HEBREW LETTER ALEF}"}, lists)

    shown = plain_text(read(note, Tongue("en", lists, wording), written_in="en"), load_text_template(), wording)

    assert shown.splitlines()[-3:] == [
        f"  Text: {FSI}All is well{PDI}",
        f"    | {FSI}  Handling code: H0{PDI}",
        f"    | {FSI}\N{HEBREW LETTER ALEF}{PDI} [can identify a person or company]",
    ]


def test_plain_text_is_not_markup_and_not_a_template(forms: Mapping[str, Form], lists: Lists, wording: Wording) -> None:
    note = report(forms["note"], {"text": "<b>{{ 7 * 7 }}</b> & {% raw %}"}, lists)

    shown = plain_text(read(note, Tongue("en", lists, wording), written_in="en"), load_text_template(), wording)

    assert f"{FSI}<b>{{{{ 7 * 7 }}}}</b> & {{% raw %}}{PDI}" in shown


def test_the_tables_have_a_column_for_each_part(seizure: Form) -> None:
    tables = columns(seizure)

    assert [table.name for table in tables] == [
        "seizure",
        *(
            f"seizure_{block}"
            for block in ("items", "route", "conveyances", "persons", "parties", "documents", "images")
        ),
    ]
    items = {column.name: column.type.value for column in tables[1].columns}
    assert items["quantity_amount"] == "decimal"
    assert items["quantity_unit"] == "code"
    assert items["quantity2_unweighed"] == "boolean"
    assert {column.codes for column in tables[1].columns if column.name == "quantity_unit"} == {"unit"}
    assert {column.nominal for column in tables[4].columns if column.name == "surname"} == {Nominal.YES}


def test_the_rows_fit_the_columns_and_keep_every_digit(found: Report) -> None:
    tables, filled = columns(found.form), rows(found)

    assert [len(table) for table in filled] == [1, 2, 2, 1, 1, 0, 1, 1]
    for table, table_rows in zip(tables, filled, strict=True):
        assert all(len(row) == len(table.columns) for row in table_rows)
    names = [column.name for column in tables[1].columns]
    first = dict(zip(names, filled[1][0], strict=True))
    assert str(first["quantity_amount"]) == "12.50"
    assert first["quantity_amount"] == Decimal("12.50")
    assert first["brand"] is None


def test_every_column_has_a_heading_of_its_own_in_each_language(forms: Mapping[str, Form], wording: Wording) -> None:
    for form in forms.values():
        for table in columns(form):
            for language in ("en", "fr", "ar"):
                headings = [heading(column, language, wording) for column in table.columns]
                assert len(set(headings)) == len(headings), table.name


def test_nothing_personal_is_left_and_what_was_withheld_is_named(found: Report) -> None:
    left = strip_personal(found)

    text = canonical_json.encode(left.values).decode()
    assert "Exemple" not in text
    assert "A0000001" not in text
    assert "70612345675" not in text
    assert left.values["persons"] == [{"role": "courier"}]
    assert set(left.withheld) == {
        "remarks",
        *("persons[0].surname", "persons[0].doc_type", "persons[0].doc_no"),
        *("documents[0].awb_no", "images[0].file"),
    }


def test_a_row_with_nothing_left_is_not_left(forms: Mapping[str, Form], lists: Lists) -> None:
    note = strip_personal(report(forms["note"], {"text": "names"}, lists))

    assert note.values == {}
    assert note.withheld == ("text",)


def test_every_personal_field_is_withheld_and_every_other_is_kept(found: Report) -> None:
    personal = set(personal_fields(found.form))
    left = strip_personal(found)
    asked = {path.replace(f"[{n}]", "") for path in left.withheld for n in range(3) if f"[{n}]" in path or n == 0}

    assert {path for path in asked if "[" not in path} <= personal
    assert set(found.header) - personal == set(left.values) - {block.name for block in found.form.blocks}


def test_the_shared_report_reads_as_the_shared_cases_say(small: Form, lists: Lists, wording: Wording) -> None:
    shared_cases = json.loads((VECTORS / "reading.json").read_text("utf-8"))
    made = report(small, shared_cases["values"], lists)

    for case in shared_cases["cases"]:
        reading = read(made, Tongue(case["language"], lists, wording), written_in=shared_cases["written_in"])
        passages = [
            {
                "heading": passage.heading,
                "number": passage.number,
                "lines": [dataclasses.asdict(line) | {"nominal": line.nominal.value} for line in passage.lines],
            }
            for passage in reading.passages
        ]
        assert (reading.title, reading.direction, passages) == (case["title"], case["direction"], case["passages"])
