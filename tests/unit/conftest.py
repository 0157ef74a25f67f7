"""Nouns of more than one package: the forms and code lists that ship, an operation's desk, a report."""

from collections.abc import Mapping

import pytest

from cencomm.client.reports import Reports
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.form import Form
from cencomm.forms.library import load_forms
from cencomm.forms.wording import Wording, load_wording
from cencomm.node.records.criteria import Labels
from tests.unit.node.records.operation import Desk, Values, open_desk


@pytest.fixture(scope="session")
def lists() -> Mapping[str, CodeList]:
    return load_code_lists()


@pytest.fixture(scope="session")
def forms(lists: Mapping[str, CodeList]) -> Mapping[str, Form]:
    return load_forms(lists)


@pytest.fixture
def desk(forms: Mapping[str, Form]) -> Desk:
    return open_desk(forms)


@pytest.fixture
def reports(lists: Mapping[str, CodeList]) -> Reports:
    return Reports(lists)


@pytest.fixture
def ivory() -> Values:
    """A seizure of ivory in Nairobi on its way to Bangkok."""
    return {
        "case_ref": "KE-2026-0117",
        "seizure_date": "2026-11-05",
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
                "scientific_name": "Loxodonta africana",
                "est_value": {"amount": "18000", "currency": "USD"},
            },
            {"category": "TOB", "brand": "Ours", "quantity": {"unweighed": True}},
        ],
        "route": [
            {"role": "origin", "place": {"country": "KE"}, "certainty": "alleged"},
            {"role": "destination", "place": {"city": "Bangkok", "country": "TH"}, "date": "2026-11"},
        ],
        "conveyances": [{"mode": "4", "flight_no": "KQ886", "container_no": {"as_seen": "TEMU9305413"}}],
        "persons": [{"role": "courier", "surname": "Exemple", "doc_type": "passport", "doc_no": "A0000001"}],
    }


@pytest.fixture(scope="session")
def labels(lists: Mapping[str, CodeList]) -> Labels:
    return Labels(lists)


@pytest.fixture(scope="session")
def wording() -> Wording:
    return load_wording()
