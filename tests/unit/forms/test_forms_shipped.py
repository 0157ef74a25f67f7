"""The forms that ship, as officers would fill them in; and the page about forms says what there is."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from cencomm.forms.code_list import CodeList
from cencomm.forms.fault import FaultCode as F
from cencomm.forms.form import Form, Variant
from cencomm.forms.kinds.identifier import SchemeName
from cencomm.forms.kinds.types import KINDS
from tests.unit.forms.answering import Values, codes, faults

Lists = Mapping[str, CodeList]
PAGE = Path(__file__).parents[3] / "docs/forms.md"


@pytest.fixture
def air_freight() -> Values:
    """An alert about a consignment that is in the air."""
    return {
        "title": "Live reptiles by air, Antananarivo to Bangkok",
        "requested_action": "hold",
        "act_by": "2026-03-03T04:30:00Z",
        "subject_kind": "consignment",
        "direction": "transit",
        "expected_from": "2026-03-03",
        "expected_to": "2026-03-04",
        "expected_at": {"code": "NBO", "city": "Nairobi", "country": "KE"},
        "suspected_commodity": ["CIT-REP"],
        "gross_weight": {"amount": "38", "unit": "KGM", "basis": "gross"},
        "package_count": 2,
        "declared_goods": [{"description": "Handicrafts", "hs_code": "460290", "country_of_origin": "MG"}],
        "risk_indicators": ["first_shipment"],
        "intel_source": "own_analysis",
        "reason": "First shipment of this consignor; the weight does not fit the goods.",
        "route": [
            {"role": "departure", "place": {"code": "TNR", "country": "MG"}, "date": "2026-03-02"},
            {"role": "transit", "place": {"code": "NBO", "country": "KE"}},
            {"role": "destination", "place": {"code": "BKK", "country": "TH"}, "certainty": "declared"},
        ],
        "conveyances": [{"mode": "4", "flight_no": "KQ257", "carrier": "Kenya Airways"}],
        "parties": [{"role": "consignor", "name": "Exemple Sarl", "country": "MG"}],
        "documents": [{"type": "air_waybill", "awb_no": "70612345675"}],
    }


def test_an_air_freight_alert_is_accepted(forms: Mapping[str, Form], lists: Lists, air_freight: Values) -> None:
    assert faults(forms["alert"], air_freight, lists) == ()


def test_an_alert_that_asks_to_hold_says_until_when(
    forms: Mapping[str, Form], lists: Lists, air_freight: Values
) -> None:
    del air_freight["act_by"]

    assert codes(faults(forms["alert"], air_freight, lists)) == {("act_by", F.REQUIRED)}
    assert faults(forms["alert"], air_freight | {"requested_action": "nii_scan"}, lists) == ()


def test_an_air_waybill_has_its_own_number_with_a_check_digit(
    forms: Mapping[str, Form], lists: Lists, air_freight: Values
) -> None:
    air_freight["documents"] = [
        {"type": "air_waybill", "number": "706-12345675"},
        {"type": "invoice", "number": "17/1"},
    ]

    assert codes(faults(forms["alert"], air_freight, lists)) == {("documents[0].number", F.NOT_APPLICABLE)}


def test_a_simplified_seizure_takes_nine_answers(seizure: Form, lists: Lists) -> None:
    values: Values = {
        "case_ref": "17",
        "seizure_date": "2013-07",
        "reporting_country": "MW",
        "location_type": "airport",
        "place": {"city": "Lilongwe", "country": "MW", "site": "Lilongwe Airport"},
        "direction": "export",
        "items": [{"category": "CIT", "subtype": "CIT-REP", "quantity": {"amount": "20", "unit": "H87"}}],
    }

    assert faults(seizure, values, lists, Variant.SIMPLIFIED) == ()
    assert faults(seizure, values, lists) == ()


RESPONSES: list[tuple[Values, set[tuple[str, F]]]] = [
    ({"control_status": "not_arrived"}, set()),
    ({"control_status": "planned", "planned_for": "2026-03-03T04:30:00Z"}, set()),
    ({"control_status": "not_carried_out"}, {("reason_text", F.REQUIRED)}),
    ({"control_status": "carried_out"}, {("control_type", F.REQUIRED), ("outcome", F.REQUIRED)}),
    (
        {"control_status": "carried_out", "control_type": ["dog"], "outcome": "conform"},
        {("negative_reason", F.REQUIRED)},
    ),
    ({"control_status": "not_arrived", "outcome": "seizure"}, {("outcome", F.NOT_APPLICABLE)}),
    ({"control_status": "diverted", "new_destination": {"country": "VN"}}, set()),
]


@pytest.mark.parametrize(("values", "expected"), RESPONSES)
def test_a_response_asks_for_what_follows_from_what_was_done(
    forms: Mapping[str, Form], lists: Lists, values: Values, expected: set[tuple[str, F]]
) -> None:
    assert codes(faults(forms["response"], values, lists)) == expected


def test_a_response_counts_controls_and_database_hits(forms: Mapping[str, Form], lists: Lists) -> None:
    values: Values = {
        "control_status": "carried_out",
        "control_type": ["scanner_xray", "physical_full"],
        "outcome": "seizure",
        "seizure_ref": "0f" * 16,
        "persons_checked": 0,
        "consignments_checked": 12,
        "database_checks": [{"database": "cites_permits", "hit": False}],
    }

    assert faults(forms["response"], values, lists) == ()


def test_the_page_about_forms_names_every_type_and_scheme() -> None:
    page = PAGE.read_text("utf-8")

    assert [name for name in (*KINDS, *SchemeName) if f"`{name}`" not in page] == []
