"""The forms, lists and words that ship, read once, and reports to begin with."""

from collections.abc import Mapping

import pytest

from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.form import Form
from cencomm.forms.form_json import compile_form
from cencomm.forms.library import load_forms
from cencomm.forms.wording import Wording, load_wording
from tests.unit.forms.answering import VECTORS, Values


@pytest.fixture(scope="session")
def lists() -> Mapping[str, CodeList]:
    return load_code_lists()


@pytest.fixture(scope="session")
def wording() -> Wording:
    return load_wording()


@pytest.fixture(scope="session")
def forms(lists: Mapping[str, CodeList]) -> Mapping[str, Form]:
    return load_forms(lists)


@pytest.fixture(scope="session")
def seizure(forms: Mapping[str, Form]) -> Form:
    return forms["seizure"]


@pytest.fixture
def ivory() -> Values:
    """A seizure as an officer would report it, with every part of the form used somewhere."""
    return {
        "case_ref": "KE-2014-0117",
        "seizure_date": "2014-03-05",
        "seizure_time": "06:10",
        "reporting_country": "KE",
        "location_type": "airport",
        "place": {"code": "NBO", "city": "Nairobi", "country": "KE"},
        "position": {"lat": "-1.319167", "lon": "36.927500"},
        "detection_method": ["xray_scanner", "dog"],
        "concealment_text": "Dans une valise\nà double fond",
        "arrests": 1,
        "items": [
            {
                "category": "CIT",
                "quantity": {"amount": "12.50", "unit": "KGM", "basis": "net"},
                "quantity2": {"amount": "3", "unit": "H87"},
                "scientific_name": "Loxodonta africana",
                "est_value": {"amount": "18000", "currency": "USD"},
            },
            {"category": "TOB", "brand": "Ours", "quantity": {"unweighed": True}},
        ],
        "route": [
            {"role": "origin", "place": {"country": "KE"}, "certainty": "alleged"},
            {"role": "destination", "place": {"city": "Bangkok", "country": "TH"}, "date": "2014-03"},
        ],
        "conveyances": [{"mode": "4", "flight_no": "KQ886", "container_no": {"as_seen": "TEMU9305413"}}],
        "persons": [{"role": "courier", "surname": "Exemple", "doc_type": "passport", "doc_no": "A0000001"}],
        "documents": [{"type": "air_waybill", "awb_no": "70612345675"}],
        "images": [{"file": "00" * 16, "kind": "goods"}],
        "remarks": "Reported by A. Exemple",
    }


@pytest.fixture(scope="session")
def small(lists: Mapping[str, CodeList]) -> Form:
    """A form with one field of each type, to try a rule without the rest of a seizure."""
    return compile_form((VECTORS / "small.toml").read_text("utf-8"), lists)
