"""An operation narrows a form: less, stricter, in another order; never more and never looser."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.columns import columns
from cencomm.forms.fault import FaultCode as F
from cencomm.forms.form import Form, FormError, Variant
from cencomm.forms.form_json import decode_form, encode_form
from cencomm.forms.narrowing import check_narrowed, decode_narrowing, narrow
from cencomm.forms.record import Record
from tests.unit.forms.answering import Values, codes, faults

Lists = Mapping[str, CodeList]


def narrowed(form: Form, table: Values) -> Form:
    complaints: list[str] = []
    narrowing = decode_narrowing(Record(table, "", complaints))
    assert complaints == []
    return narrow(form, narrowing, operation="heron")


STRICTER: Values = {
    "leave_out": ["seizure_time", "persons", "items.brand"],
    "require": ["direction", "items.subtype"],
    "default_variant": "simplified",
    "only": {"trigger": ["routine_control"]},
    "first": {"items.category": ["CIT"]},
    "limits": {"remarks": {"max_length": 500}, "items": {"max": 1}, "route": {"min": 2}},
}


def test_a_narrowed_form_says_for_whom_and_is_a_form(seizure: Form) -> None:
    form = narrowed(seizure, STRICTER)

    assert form.narrowed_for == "heron"
    assert form.variants == (Variant.SIMPLIFIED, Variant.LONG)
    assert decode_form(encode_form(form)) == form


def test_a_narrowed_form_refuses_what_the_operation_does_not_want(seizure: Form, ivory: Values, lists: Lists) -> None:
    form = narrowed(seizure, STRICTER)

    found = faults(
        form, ivory | {"trigger": "random", "route": [{"role": "origin", "place": {"country": "KE"}}]}, lists
    )

    assert codes(found) == {
        ("seizure_time", F.UNKNOWN_FIELD),
        ("persons", F.UNKNOWN_FIELD),
        ("direction", F.REQUIRED),
        ("trigger", F.CODE_NOT_OFFERED),
        ("items", F.TOO_MANY_ROWS),
        ("route", F.TOO_FEW_ROWS),
    }


def test_goods_that_come_first_do_not_keep_others_out(seizure: Form, lists: Lists, ivory: Values) -> None:
    form = narrowed(seizure, {"first": {"items.category": ["CIT"]}})

    assert faults(form, ivory, lists) == ()


def test_a_narrowed_form_has_some_of_the_columns_and_no_others(seizure: Form) -> None:
    base = {(table.name, column.name, column.type) for table in columns(seizure) for column in table.columns}
    less = {(t.name, c.name, c.type) for t in columns(narrowed(seizure, STRICTER)) for c in t.columns}

    assert less < base


REFUSED: list[tuple[Values, str]] = [
    ({"leave_out": ["case_ref"]}, "case_ref: is required"),
    ({"leave_out": ["items"]}, "items: is required"),
    ({"leave_out": ["items.quantity"]}, "items.quantity: is required"),
    ({"leave_out": ["persons.doc_no"]}, "persons.doc_no: is required"),
    ({"leave_out": ["persons.doc_type"]}, "doc_type.*not there"),
    ({"leave_out": ["nothing"]}, "nothing: seizure has no such"),
    ({"require": ["items.nothing"]}, "items.nothing: seizure has no such"),
    ({"only": {"items.category": ["CIT"]}}, "never restricted"),
    ({"only": {"items.subtype": ["CIT-REP"]}}, "never restricted"),
    ({"only": {"persons.doc_type": ["passport", "tir_carnet"]}}, "doc_type: was loosened"),
    ({"limits": {"case_ref": {"max_length": 65}}}, "case_ref: was loosened"),
    ({"limits": {"arrests": {"max": 10_001}}}, "arrests: was loosened"),
    ({"limits": {"items.purity": {"max": "101"}}}, "items.purity: was loosened"),
    ({"limits": {"items.expiry": {"coarsest": "year"}}}, "items.expiry: was loosened"),
    ({"limits": {"seizure_date": {"past": False}}}, "seizure_date: was loosened"),
    ({"limits": {"reporting_country": {"list": "unit"}}}, "reporting_country: was loosened"),
    ({"limits": {"items.category": {"level": 2}}}, "items.category: was loosened"),
    ({"limits": {"detection_method": {"most": 21}}}, "detection_method: was loosened"),
    ({"limits": {"conveyances.imo_no": {"scheme": "phone"}}}, "conveyances.imo_no: was loosened"),
    ({"limits": {"items": {"max": 101}}}, "items: rows were loosened"),
    ({"limits": {"items": {"fields": 1}}}, "unknown key 'fields'"),
    ({"limits": {"case_ref": {"nominal": 1}}}, "unknown key 'nominal'"),
]


@pytest.mark.parametrize(("table", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_a_narrowing_that_adds_or_loosens_is_refused(seizure: Form, table: Values, reason: str) -> None:
    with pytest.raises(FormError, match=reason):
        narrowed(seizure, table)


def test_a_variant_that_the_form_lacks_cannot_be_its_default(forms: Mapping[str, Form]) -> None:
    with pytest.raises(FormError, match="has no simplified variant"):
        narrowed(forms["note"], {"default_variant": "simplified"})


def test_a_form_that_drops_a_flag_or_adds_a_field_is_no_narrowing(seizure: Form) -> None:
    text = encode_form(seizure)
    published = decode_form(text.replace(b'"name":"surname","nominal":1', b'"name":"surname","nominal":0'))
    without = decode_form(text.replace(b'"max_length":64,"name":"case_ref"', b'"max_length":64,"name":"case_number"'))

    with pytest.raises(FormError, match="surname: whether it is personal"):
        check_narrowed(seizure, published)
    with pytest.raises(FormError, match="case_number: was added"):
        check_narrowed(seizure, without)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_whatever_answers_the_narrowed_form_answers_the_form(seizure: Form, lists: Lists, data: st.DataObject) -> None:
    paths = [path for path, _ in seizure.all_fields()] + [block.name for block in seizure.blocks]
    table: Values = {
        "leave_out": list(data.draw(st.lists(st.sampled_from(paths), max_size=3, unique=True))) or ["geo"],
        "require": list(data.draw(st.lists(st.sampled_from(paths), max_size=3, unique=True))) or ["geo"],
    }
    try:
        form = narrowed(seizure, {key: value for key, value in table.items() if value != ["geo"]})
    except FormError:
        return
    some = st.fixed_dictionaries({}, optional={name: st.just(value) for name, value in PIECES.items()})
    values = data.draw(some)

    if not faults(form, values, lists):
        assert not faults(seizure, values, lists)


PIECES: Values = {
    "case_ref": "A1",
    "seizure_date": "2014",
    "reporting_country": "KE",
    "location_type": "airport",
    "place": {"country": "KE"},
    "items": [{"category": "CIT", "quantity": {"unweighed": True}}],
    "persons": [{"role": "courier", "doc_type": "passport", "doc_no": "1"}],
    "conveyances": [{"mode": "3", "plate_no": "1", "plate_country": "KE"}],
}


def test_the_pieces_answer_the_form(seizure: Form, lists: Lists) -> None:
    values: dict[str, JsonValue] = dict(PIECES)

    assert faults(seizure, values, lists) == ()
