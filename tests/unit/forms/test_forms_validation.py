"""What a report may say: a rejecting test for each rule, and what is accepted comes back exactly."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.fault import FaultCode as F
from cencomm.forms.form import Form, Variant
from cencomm.forms.validation import MAX_REPORT_BYTES, InvalidReport, validate
from cencomm.forms.wording import Wording
from tests.unit.forms.answering import VECTORS, WRITTEN_AT, Values, codes, faults, report

Lists = Mapping[str, CodeList]


def test_a_seizure_with_every_part_is_accepted_as_it_is(seizure: Form, ivory: Values, lists: Lists) -> None:
    assert faults(seizure, ivory, lists) == ()


CASES = json.loads((VECTORS / "validation.json").read_text("utf-8"))["cases"]
DEUTSCHMARKS: JsonValue = {"amount": "10.5", "currency": "DEM"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["values"])[:60])
def test_the_shared_cases_are_accepted_as_they_are_or_refused_by_the_rule_they_break(
    small: Form, lists: Lists, case: Values
) -> None:
    variant = Variant.SIMPLIFIED if case.get("variant") == "simplified" else Variant.LONG

    found = faults(small, case["values"], lists, variant)

    assert [{"path": fault.path, "code": fault.code.value} for fault in found] == case["faults"]


def test_every_rule_has_an_answer_that_breaks_it() -> None:
    elsewhere = {F.UNKNOWN_VARIANT, F.REPORT_TOO_LARGE, F.LIST_UNKNOWN}

    assert {F(fault["code"]) for case in CASES for fault in case["faults"]} | elsewhere == set(F)


def test_a_variant_that_the_form_lacks_is_refused(forms: Mapping[str, Form], lists: Lists) -> None:
    assert codes(faults(forms["note"], {"text": "a"}, lists, Variant.SIMPLIFIED)) == {("", F.UNKNOWN_VARIANT)}


def test_a_foreign_form_with_an_unknown_list_is_answered_with_a_fault(small: Form, lists: Lists) -> None:
    without = {name: codes for name, codes in lists.items() if name != "transport_mode"}

    assert codes(faults(small, {"mode": "4"}, without)) == {("mode", F.LIST_UNKNOWN)}


def test_a_report_that_no_envelope_could_carry_is_refused(seizure: Form, ivory: Values, lists: Lists) -> None:
    item: Values = {"category": "DRG", "quantity": {"unweighed": True}, "description": "\U0001f4e6" * 1000}
    ivory["items"] = [item] * (MAX_REPORT_BYTES // 4000)

    assert codes(faults(seizure, ivory, lists)) == {("", F.REPORT_TOO_LARGE)}


def test_all_faults_are_reported_at_once(seizure: Form, lists: Lists) -> None:
    found = faults(seizure, {"items": [{"category": "CIT", "brand": "x"}]}, lists)

    assert codes(found) == {
        ("case_ref", F.REQUIRED),
        ("seizure_date", F.REQUIRED),
        ("reporting_country", F.REQUIRED),
        ("location_type", F.REQUIRED),
        ("place", F.REQUIRED),
        ("items[0].quantity", F.REQUIRED),
        ("items[0].brand", F.NOT_APPLICABLE),
    }


def test_a_slip_in_the_category_is_one_fault_and_not_three(seizure: Form, ivory: Values, lists: Lists) -> None:
    ivory["items"] = [{"category": "cit", "scientific_name": "Manis", "quantity": {"unweighed": True}}]

    assert codes(faults(seizure, ivory, lists)) == {("items[0].category", F.CODE_UNKNOWN)}


def test_a_code_is_judged_by_the_day_of_the_case(seizure: Form, ivory: Values, lists: Lists) -> None:
    ivory["items"] = [{"category": "TOB", "quantity": {"unweighed": True}, "est_value": DEUTSCHMARKS}]

    assert codes(faults(seizure, ivory, lists)) == {("items[0].est_value.currency", F.CODE_NOT_VALID_THEN)}
    assert faults(seizure, ivory | {"seizure_date": "1999-03"}, lists) == ()


def test_faults_do_not_grow_with_a_hostile_report(small: Form, lists: Lists) -> None:
    values: Values = {f"x{number}": 1 for number in range(50_000)}

    assert len(faults(small, values, lists)) == 100


def test_a_report_does_not_become_invalid_with_age(small: Form, lists: Lists) -> None:
    with pytest.raises(InvalidReport):
        validate(small, {"day": "2026-11-22"}, variant=Variant.LONG, lists=lists, written_at=WRITTEN_AT - 3 * 86_400)

    validate(small, {"day": "2026-11-22"}, variant=Variant.LONG, lists=lists, written_at=WRITTEN_AT + 86_400 * 9_000)


@pytest.mark.parametrize("written_at", [-1, 1 << 53, 1 << 400])
def test_a_time_of_writing_beyond_the_calendar_is_a_fault(small: Form, lists: Lists, written_at: int) -> None:
    with pytest.raises(InvalidReport):
        validate(small, {"text": "a"}, variant=Variant.LONG, lists=lists, written_at=written_at)


def test_every_naughty_string_is_stored_as_it_is_or_refused_with_a_sentence(
    forms: Mapping[str, Form], lists: Lists, wording: Wording, shared: Path
) -> None:
    strings = json.loads((shared / "data/bad/blns.json").read_text("utf-8"))
    stored = 0

    for string in strings:
        found = faults(forms["note"], {"text": string}, lists)  # which asserts that what is stored is the same
        stored += not found
        assert all(wording.explain(fault, "fr") for fault in found)

    assert len(strings) == 515
    assert stored > 450


def test_the_text_of_a_report_survives_exactly(forms: Mapping[str, Form], lists: Lists) -> None:
    text = "<script>alert(1)</script> =1+1 {{7*7}} %s \\u0041 ' OR 1=1 --\n\t😀 ‍ \u200e"

    assert report(forms["note"], {"text": text}, lists).values() == {"text": text}
