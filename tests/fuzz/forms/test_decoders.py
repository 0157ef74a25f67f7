"""Any bytes are a form or a FormError, any text is a plan or an error of its own, any values a report or faults."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.form import Form, FormError, Variant
from cencomm.forms.form_json import compile_form, decode_form, encode_form
from cencomm.forms.library import load_forms
from cencomm.forms.operation import OperationPlanError, decode_operation
from cencomm.forms.reading import read
from cencomm.forms.tongue import Tongue
from cencomm.forms.validation import InvalidReport, validate
from cencomm.forms.wording import Wording, WordingError, decode_wording, load_wording
from cencomm.resources import resource

SMALL_JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def lists() -> Mapping[str, CodeList]:
    return load_code_lists()


@pytest.fixture(scope="module")
def forms(lists: Mapping[str, CodeList]) -> Mapping[str, Form]:
    return load_forms(lists)


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_wording()


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_form_or_a_form_error(data: bytes) -> None:
    try:
        form = decode_form(data)
    except FormError:
        return
    assert encode_form(form) == data


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 200_000,
        b'{"a":' * 40_000,
        b"1" * 5_000,
        b"1e999",
        b"NaN",
        b'{"name":1,"name":1}',
        b'"\xff"',
        b'"\\ud800"',
    ],
    ids=["lists", "objects", "digits", "exponent", "NaN", "key twice", "not UTF-8", "half a pair"],
)
def test_bytes_that_hurt_other_decoders_are_a_form_error(data: bytes) -> None:
    with pytest.raises(FormError):
        decode_form(data)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_a_source_or_an_error_of_its_kind(
    forms: Mapping[str, Form], lists: Mapping[str, CodeList], source: str
) -> None:
    with pytest.raises(FormError):
        compile_form(source, lists)
    with pytest.raises(OperationPlanError):
        decode_operation(source, forms, lists)
    with pytest.raises(WordingError):
        decode_wording(source)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_damaged_source_is_a_form_or_a_form_error(lists: Mapping[str, CodeList], data: st.DataObject) -> None:
    lines = resource("templates/messages/alert.toml").read_text("utf-8").splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = data.draw(st.sampled_from(["", *lines]) | st.text(max_size=30))

    try:
        compile_form("\n".join(lines), lists)
    except FormError:
        return


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_values_are_a_report_that_says_them_again_or_faults_with_sentences(
    forms: Mapping[str, Form], lists: Mapping[str, CodeList], wording: Wording, data: st.DataObject
) -> None:
    form = forms["seizure"]
    header = st.sampled_from([part.name for part in form.parts()])
    inner = st.sampled_from([path.rpartition(".")[2] for path, _ in form.all_fields()] + ["amount", "unit", "as_seen"])
    row = st.dictionaries(inner, SMALL_JSON | st.dictionaries(inner, SMALL_JSON, max_size=3), max_size=4)
    values = data.draw(st.dictionaries(header, SMALL_JSON | st.lists(row, max_size=3) | row, max_size=6) | SMALL_JSON)

    try:
        report = validate(form, values, variant=Variant.LONG, lists=lists, written_at=1_795_305_600)
    except InvalidReport as refusal:
        said, faults = None, refusal.faults
    else:
        said, faults = report.values(), ()

    assert said == values or faults
    assert all(wording.explain(fault, "fr") for fault in faults)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=100), language=st.sampled_from(["en", "ar"]))
def test_any_text_is_stored_and_read_as_it_is_or_refused(
    forms: Mapping[str, Form], lists: Mapping[str, CodeList], wording: Wording, text: str, language: str
) -> None:
    try:
        report = validate(forms["note"], {"text": text}, variant=Variant.LONG, lists=lists, written_at=1_795_305_600)
    except InvalidReport:
        return
    reading = read(report, Tongue(language, lists, wording), written_in="fr")
    assert report.values() == {"text": text}
    assert reading.passages[0].lines[0].text == text
