"""What somebody typed becomes values of a form, or a sentence about what they typed."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.composing import read_values, set_values
from cencomm.errors import UsageError
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.form import Form
from cencomm.forms.library import load_forms


@pytest.fixture(scope="module")
def forms() -> Mapping[str, Form]:
    return load_forms(load_code_lists())


def test_settings_reach_into_rows_and_parts(forms: Mapping[str, Form]) -> None:
    settings = ["case_ref=A=1", "items[0].category=CIT", "items[0].quantity.amount=12.5", "items[1].category=TOB"]

    assert set_values({}, settings, forms["seizure"]) == {
        "case_ref": "A=1",
        "items": [{"category": "CIT", "quantity": {"amount": "12.5"}}, {"category": "TOB"}],
    }


def test_words_become_what_the_field_holds(forms: Mapping[str, Form]) -> None:
    settings = ["arrests=2", "detection_method=xray_scanner, dog", "case_ref=7"]

    assert set_values({}, settings, forms["seizure"]) == {
        "arrests": 2,
        "detection_method": ["xray_scanner", "dog"],
        "case_ref": "7",
    }


def test_what_is_no_number_stays_for_the_validation_to_name(forms: Mapping[str, Form]) -> None:
    assert set_values({}, ["arrests=many"], forms["seizure"]) == {"arrests": "many"}


def test_whole_numbers_of_a_document_become_decimals_where_the_form_has_them(forms: Mapping[str, Form]) -> None:
    source = """
    arrests = 1
    position = { lat = -1, lon = 36.5 }
    [[items]]
    category = "CIT"
    quantity = { amount = 12, unit = "KGM" }
    est_value = { amount = 300, currency = "USD" }
    """

    values = set_values(read_values(source, Path("report.toml")), [], forms["seizure"])

    assert values == {
        "arrests": 1,
        "position": {"lat": "-1", "lon": "36.5"},
        "items": [
            {
                "category": "CIT",
                "quantity": {"amount": "12", "unit": "KGM"},
                "est_value": {"amount": "300", "currency": "USD"},
            }
        ],
    }


def test_a_setting_changes_a_copy(forms: Mapping[str, Form]) -> None:
    before = {"case_ref": "A"}

    after = set_values({**before}, ["case_ref=B"], forms["seizure"])

    assert before == {"case_ref": "A"}
    assert after == {"case_ref": "B"}


@pytest.mark.parametrize(
    "settings",
    [["case_ref"], ["=A"], ["Case=A"], ["items[1].category=CIT"], ["items[0]=CIT"], ["case_ref=A", "case_ref.b=c"]],
    ids=" ".join,
)
def test_a_setting_of_another_shape_is_refused(settings: list[str], forms: Mapping[str, Form]) -> None:
    with pytest.raises(UsageError):
        set_values({}, settings, forms["seizure"])


@given(st.lists(st.text(max_size=30), max_size=4))
def test_any_settings_are_values_or_a_usage_error(settings: list[str]) -> None:
    form = Form(name="f", version=1, label={"en": "F"}, sections=(), fields=(), blocks=())
    try:
        values = set_values({}, settings, form)
    except UsageError:
        return
    assert isinstance(values, dict)


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.json", '{"a": {"b": [1, true, null, "1.5"]}}'), ("a.toml", 'a = { b = [1, true, "1.5"] }')],
)
def test_a_report_is_read_from_json_or_toml(name: str, text: str) -> None:
    values = read_values(text, Path(name))

    assert isinstance(values["a"], dict)


def test_days_and_decimals_become_texts_as_forms_write_them() -> None:
    assert read_values("day = 2026-11-20\nweight = 12.5", Path("a.toml")) == {"day": "2026-11-20", "weight": "12.5"}


@pytest.mark.parametrize(
    ("name", "text"), [("a.json", "[1]"), ("a.json", "{"), ("a.toml", "="), ("a.json", "[" * 9999)]
)
def test_a_file_that_holds_no_table_is_refused(name: str, text: str) -> None:
    with pytest.raises(UsageError):
        read_values(text, Path(name))
