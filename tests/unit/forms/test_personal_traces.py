"""What looks personal in a free text is found, and what only looks like it is left in peace."""

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.form import Form, Variant
from cencomm.forms.free_texts import free_texts, with_text
from cencomm.forms.library import load_forms
from cencomm.forms.personal_traces import Known, Trace, known_of, traces
from cencomm.forms.validation import Report, validate

NOW = 1_795_000_000  # 2026-11-18
NOBODY = Known(frozenset(), frozenset())
VALUES: dict[str, JsonValue] = {
    "case_ref": "FR-1",
    "seizure_date": "2026-11-10",
    "reporting_country": "FR",
    "location_type": "airport",
    "place": {"country": "FR", "site": "12 rue des Lilas"},
    "items": [{"category": "TOB", "description": "cartons", "quantity": {"amount": "3", "unit": "KGM"}}],
    "concealment_text": "Behind a panel",
    "conveyances": [{"mode": "3", "plate_no": "AB 123 CD"}],
    "persons": [
        {
            "role": "passenger",
            "surname": "Ñandú-Müller",
            "given_names": "Li",
            "doc_type": "passport",
            "doc_no": "X1234567",
        }
    ],
    "parties": [{"role": "consignor", "name": "Boreas Trading Ltd", "registration_no": "987 654 321"}],
}


@pytest.fixture(scope="module")
def lists() -> Mapping[str, CodeList]:
    return load_code_lists()


@pytest.fixture(scope="module")
def seizure(lists: Mapping[str, CodeList]) -> Form:
    return load_forms(lists)["seizure"]


@pytest.fixture
def report(seizure: Form, lists: Mapping[str, CodeList]) -> Report:
    return validate(seizure, VALUES, variant=Variant.LONG, lists=lists, written_at=NOW)


@pytest.mark.parametrize(
    ("text", "trace", "found"),
    [
        ("The driver nandu was nervous", Trace.NAME, "nandu"),
        ("MÜLLER's bag", Trace.NAME, "MÜLLER"),
        ("a label of boreas", Trace.NAME, "boreas"),
        ("lorry ab 123CD", Trace.NUMBER, "ab 123CD"),
        ("the paper x 1234 567 was false", Trace.NUMBER, "x 1234 567"),
        ("company 987654321", Trace.NUMBER, "987654321"),
    ],
)
def test_what_the_report_withholds_is_found_in_its_texts(report: Report, text: str, trace: Trace, found: str) -> None:
    assert [(one.trace, one.found) for one in traces(text, known_of(report))] == [(trace, found)]


@pytest.mark.parametrize(
    ("text", "trace", "found"),
    [
        ("write to j.doe+x@example.co.uk now", Trace.EMAIL, "j.doe+x@example.co.uk"),
        ("call +44 (0) 20 7946 0000 tonight", Trace.PHONE, "+44 (0) 20 7946 0000"),
        ("00 33 1 23 45 67 89", Trace.PHONE, "00 33 1 23 45 67 89"),
        ("au 06 12 34 56 78", Trace.PHONE, "06 12 34 56 78"),
        ("WhatsApp: 612345678", Trace.PHONE, "612345678"),
        ("тел. 495 1234567", Trace.PHONE, "495 1234567"),
        ("passport no. K0123456", Trace.DOCUMENT, "K0123456"),
        ("son passeport 12AB34567", Trace.DOCUMENT, "12AB34567"),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", Trace.MRZ, "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
        ("L898902C36UTO7408122F1204159ZE184226B<<<<<10", Trace.MRZ, "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        ("a car AA-229-BB", Trace.PLATE, "AA-229-BB"),
        ("plate KBX 123C", Trace.PLATE, "KBX 123C"),
        ("immatriculation 1234 TAB 75", Trace.PLATE, "1234 TAB 75"),
        ("said Mr. J. Smith", Trace.NAME, "J. Smith"),
        ("Mme Durand l'a dit", Trace.NAME, "Durand"),
    ],
)
def test_what_only_people_have_is_found(text: str, trace: Trace, found: str) -> None:
    assert [(one.trace, one.found) for one in traces(text, NOBODY)] == [(trace, found)]


@pytest.mark.parametrize(
    "text",
    [
        "container TEMU9305412, seal ML-CN1234567",
        "TEMU 930541 2 under AWB 020-1234 5675",
        "air waybill 02012345675 of 2026-11-20",
        "IMO 9074729, MMSI 235012345, flight AF1234",
        "HS 240220, CAS 50-36-2, 1 200 000 sticks in 12 000 packets",
        "12.5 kg at 48.8566, 2.3522 on 20.11.2026 at 03:15",
        "batch 20261120-77, serial of a pump 4711",
        "Trading company with logistics and shipping goods",
        "false wall of 2 m, welded, 400 x 300 x 20",
        "visa was valid; passport control at the gate",
        "reference FR-2026-0012345 of the register",
        "مخبأ خلف لوحة الجدار، ٣ كغ",
    ],
)
def test_what_belongs_to_goods_and_transport_is_left_in_peace(report: Report, text: str) -> None:
    assert traces(text, known_of(report)) == ()


@given(st.text(max_size=300))
def test_whatever_is_written_each_finding_is_a_part_of_it_and_none_overlap(text: str) -> None:
    known = Known(frozenset({"smith"}), frozenset({"12345"}))

    found = traces(text, known)

    assert all(text[one.start : one.end] == one.found != "" for one in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def test_every_text_is_looked_at_also_the_words_of_a_place(seizure: Form) -> None:
    found = dict(free_texts(seizure, VALUES))

    assert {path: found[path] for path in ("case_ref", "place.site", "items[0].description")} == {
        "case_ref": "FR-1",
        "place.site": "12 rue des Lilas",
        "items[0].description": "cartons",
    }
    assert "place.country" not in found


def test_a_text_is_changed_or_taken_out_and_the_values_before_stay(seizure: Form) -> None:
    before = repr(VALUES)

    changed = with_text(seizure, with_text(seizure, VALUES, "place.site", ""), "items[0].description", "boxes")

    assert (changed["place"], dict(free_texts(seizure, changed))["items[0].description"]) == (
        {"country": "FR"},
        "boxes",
    )
    assert repr(VALUES) == before
    with pytest.raises(UsageError, match="reporting_country"):
        with_text(seizure, VALUES, "reporting_country", "XX")
