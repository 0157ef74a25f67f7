"""Seizures, suspects and companies by API: what an analyst learns, for what purpose, and what is left of the look."""

import json
import shutil
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from sqlalchemy import text

from cencomm.errors import MalformedError, UsageError
from cencomm.forms.envelope import Tlp, sign_envelope
from cencomm.ncen.api.seizure_routes import SeizureAsked, SeizuresAsked
from cencomm.ncen.api.subject_routes import SubjectAsked, SubjectsAsked
from cencomm.ncen.role_cursor import RoleCursor, read_role_cursor
from cencomm.node.api.edge import read_parameters
from cencomm.node.api.openapi import OPENAPI_PATH
from cencomm.site.people.person import Role
from tests.unit.ncen.test_subjects import party, person
from tests.unit.node.api.document import answers_of
from tests.unit.node.api.visitor import Visitor
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk, Values

RASHID = person(
    "Al Rashid", "Mohammed", doc_type="passport", doc_no="A 000-7", doc_country="KE", date_of_birth="1980-01-02"
)
PATHS = ("/v1/seizures", "/v1/seizures/1", "/v1/suspects", "/v1/suspects/1", "/v1/companies", "/v1/companies/1")


@pytest.fixture
async def linked(ncen: Keep, desk: Desk, ivory: Values) -> Keep:
    """Suspect 1 in two cases, the first of which was reported twice; company 1 in one of them."""
    parties = [party("Savannah Exports Limited", country="KE")]
    await ncen.take(
        desk.message("seizure", {**ivory, "persons": [RASHID], "parties": parties}),
        desk.message("seizure", {**ivory, "persons": [RASHID], "parties": parties}, written_at=NOW + 1),
        desk.message("seizure", {**ivory, "case_ref": "KE-2", "persons": [RASHID]}, written_at=NOW + 2),
    )
    return ncen


@pytest.fixture
async def red(linked: Keep, desk: Desk, ivory: Values) -> Keep:
    """Case 3, for named persons, with a suspect and a company of its own."""
    values = {
        **ivory,
        "case_ref": "KE-RED",
        "persons": [person("Secret", "Sam", doc_type="passport", doc_no="A 000-0", doc_country="KE")],
        "parties": [party("Secret Cargo")],
    }
    message = desk.message("seizure", values)
    envelope = replace(message.envelope, body=replace(message.envelope.body, tlp=Tlp.RED))
    signed = sign_envelope(envelope, desk.officers["KE"].device.signing_key)
    await linked.take(desk.deliver(envelope, signed, desk.officers["KE"]))
    return linked


async def everything(ana: Visitor, path: str, name: str) -> list[Any]:
    """All of a list, by pages of two."""
    rows, after = [], ""
    while after is not None:
        page = (
            await ana.get(f"{path}{'&' if '?' in path else '?'}limit=2" + (f"&after={after}" if after else ""))
        ).document
        rows += page[name]
        after = page["after"]
    return rows


@pytest.mark.usefixtures("linked")
async def test_a_seizure_is_found_as_its_newest_report_says(ana: Visitor) -> None:
    page = (await ana.get("/v1/seizures?reference=ke-2026&origin=KE")).document

    assert [(one["record"], one["case"], one["reference"], one["versions"]) for one in page["seizures"]] == [
        (2, 1, "KE-2026-0117", 2)
    ]
    assert page["total"] == 1
    assert (await ana.get("/v1/seizures?every_version=true")).document["total"] == 3
    assert (await ana.get("/v1/seizures?document=a0007")).document["total"] == 2
    assert (await ana.get("/v1/seizures?plate=NOPE1")).document["total"] == 0
    assert [one["case"] for one in await everything(ana, "/v1/seizures", "seizures")] == [2, 1]


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize("asked", ["Muhammad Rasheed", "محمد الرشيد", "RASHID, Mohamed"])
async def test_a_suspect_is_found_by_api_however_the_name_is_spelled(ana: Visitor, asked: str) -> None:
    found = (await ana.get(f"/v1/suspects?text={asked}", headers={"Accept-Language": "fr"})).document["mentions"]

    assert {(one["subject"], one["name"], one["reference"]) for one in found} == {
        (1, "Al Rashid, Mohammed", "KE-2026-0117"),
        (1, "Al Rashid, Mohammed", "KE-2"),
    }
    assert found[0]["role_label"] == "Passeur"
    assert found[0]["likeness_percent"] > 75


@pytest.mark.usefixtures("linked")
async def test_a_company_is_found_by_api_whatever_form_it_is_written_with(ana: Visitor) -> None:
    (found,) = (await ana.get("/v1/companies?text=SAVANNAH EXPORT Ltd.")).document["mentions"]

    assert (found["subject"], found["role"], found["case"]) == (1, "consignee", 1)
    assert (await ana.get("/v1/companies?text=Savoy")).document["mentions"] == []


@pytest.mark.parametrize("query", ["", "text=Rashid"], ids=["everybody", "a name"])
async def test_pages_of_mentions_follow_each_other_without_gap_or_repetition(
    ana: Visitor, ncen: Keep, desk: Desk, ivory: Values, query: str
) -> None:
    """Two of one report, equally like, across the end of a page."""
    people = [person("Rashid", f"Number {number}") for number in range(3)]
    for case in range(2):
        await ncen.take(desk.message("seizure", {**ivory, "case_ref": f"KE-{case}", "persons": [*people]}))

    found = await everything(ana, f"/v1/suspects?{query}", "mentions")

    assert [(one["record"], one["row"]) for one in found] == [(2, 1), (2, 2), (2, 3), (1, 1), (1, 2), (1, 3)]


@pytest.mark.usefixtures("linked")
async def test_a_case_opens_with_its_reports_and_who_stands_in_it(ana: Visitor) -> None:
    opened = (await ana.get("/v1/seizures/1")).document

    assert [one["record"] for one in opened["reports"]] == [2, 1]
    assert [(one["subject"], one["record"], one["role"]) for one in opened["suspects"]] == [(1, 2, "courier")]
    assert [(one["subject"], one["name"]) for one in opened["companies"]] == [(1, "Savannah Exports Limited")]
    assert [one["record"] for one in await everything(ana, "/v1/seizures/1", "reports")] == [2, 1]


@pytest.mark.usefixtures("linked")
async def test_a_subject_opens_with_every_role_and_the_records_that_it_leads_to(ana: Visitor) -> None:
    opened = (await ana.get("/v1/suspects/1")).document

    assert [(one["case"], one["record"], one["role"]) for one in opened["roles"]] == [
        (2, 3, "courier"),
        (1, 2, "courier"),
    ]
    assert [one["record"] for one in await everything(ana, "/v1/suspects/1?every_version=1", "roles")] == [3, 2, 1]
    assert (await ana.get(f"/v1/records/{opened['roles'][0]['record']}")).status == 200
    for nowhere in ("/v1/seizures/9", "/v1/suspects/9", "/v1/companies/9"):
        assert (await ana.get(nowhere)).code == "not_found"


@pytest.mark.usefixtures("red")
async def test_nobody_is_found_who_stands_only_in_what_is_for_named_persons(ana: Visitor) -> None:
    """TLP:RED: a name that answers would say what such a report is about."""
    for path in ("/v1/suspects?text=Secret", "/v1/suspects", "/v1/companies?text=Secret Cargo", "/v1/companies"):
        assert b"Secret" not in (await ana.get(path)).body
    opened = await ana.get("/v1/seizures/3")
    assert (opened.document["suspects"], opened.document["companies"]) == ([], [])
    (hidden,) = opened.document["reports"]
    assert (hidden["withheld"], hidden["reference"], hidden["heading"]) == (True, None, "")
    for hers in ("/v1/suspects/2", "/v1/companies/2"):
        assert (await ana.get(hers)).code == "not_found"
    assert b"KE-RED" not in (await ana.get("/v1/seizures")).body
    for guess in ("reference=KE-RED", "document=A000-0", "text=Secret"):
        found = (await ana.get(f"/v1/seizures?{guess}&since=2026-11")).document
        assert all(one["tlp"] != "RED" for one in found["seizures"]), guess


@pytest.mark.usefixtures("linked")
async def test_a_question_about_subjects_that_we_do_not_know_is_refused(ana: Visitor) -> None:
    for path in (
        "/v1/seizures?plate=---",
        "/v1/seizures?limit=0",
        "/v1/seizures?every_version=perhaps",
        "/v1/seizures?after=1/2/3",
        "/v1/seizures/0",
        "/v1/suspects?after=1/2",
        "/v1/suspects?after=1/2/9999999999999999999",
        "/v1/suspects?text=!!!",
        "/v1/suspects?name=Rashid",
        "/v1/suspects?text=" + "+".join("abcdefghijkl"),
        "/v1/companies?since=yesterday",
        "/v1/companies/one",
    ):
        assert (await ana.get(path)).code == "malformed", path


@pytest.mark.usefixtures("linked")
async def test_e5_nobody_sees_a_person_or_case_without_a_purpose(ana: Visitor) -> None:
    for path in PATHS:
        reply = await ana.get(path, purpose=False)
        assert reply.code == "purpose_needed"
        assert b"KE" not in reply.body


@pytest.mark.usefixtures("linked")
async def test_whoever_may_not_read_learns_nothing_of_persons(visitor: Visitor) -> None:
    for path in PATHS:
        assert (await visitor.get(path)).code == "no_session"
    await visitor.has_token("auditor", Role.AUDITOR)
    for path in PATHS:
        assert (await visitor.get(path)).code == "not_entitled"


@pytest.mark.usefixtures("linked")
async def test_e8_each_look_at_persons_and_cases_is_in_the_log(ana: Visitor) -> None:
    for path in (*PATHS, "/v1/suspects?text=Rashid", "/v1/suspects/9"):
        await ana.get(path)
    await ana.has_token("auditor", Role.AUDITOR)

    log = (await ana.get("/v1/log")).document

    seen = [(one["deed"], one["purpose"], one["found"]) for one in reversed(log["entries"])]
    purpose = "support_investigation"
    opened, searched = ("open", purpose), ("search", purpose)
    assert seen == [
        (*searched, 2), (*opened, 2), (*searched, 2), (*opened, 2), (*searched, 1), (*opened, 1), (*searched, 2)
    ]  # fmt: skip
    assert json.loads(log["entries"][0]["asked"])["text"] == "Rashid"


@pytest.mark.usefixtures("linked")
async def test_e8_no_person_is_shown_whose_consultation_cannot_be_logged(ana: Visitor) -> None:
    await ana.room.database.transact(lambda connection: connection.execute(text("DROP TABLE consultations")))

    for path in PATHS:
        reply = await ana.get(path)
        assert reply.status == 503
        assert b"Rashid" not in reply.body


async def test_the_description_of_an_ncen_has_its_three_databases(visitor: Visitor) -> None:
    document = (await visitor.get(OPENAPI_PATH)).document

    for name, one in (("seizures", "case"), ("suspects", "subject"), ("companies", "subject")):
        for path in (f"/v1/{name}", f"/v1/{name}/{{{one}}}"):
            parameters = document["paths"][path]["get"]["parameters"]
            assert next(known for known in parameters if known["name"] == "Cencomm-Purpose")["required"]


@pytest.mark.usefixtures("linked")
@pytest.mark.skipif(shutil.which("curl") is None, reason="the document shows curl")
async def test_every_curl_line_for_an_ncen_is_answered(ana: Visitor) -> None:
    seizures, case, suspects, suspect, companies = await answers_of(ana, "NCEN")

    assert seizures["total"] == 2
    assert case["suspects"]
    assert suspects["mentions"]
    assert suspect["roles"]
    assert companies["mentions"]


@given(st.text(max_size=60))
def test_any_text_is_a_place_among_mentions_or_refused(given_: str) -> None:
    try:
        cursor = read_role_cursor(given_)
    except UsageError:
        return
    assert read_role_cursor(cursor.text()) == cursor


@given(*[st.integers(0, 10**18 - 1)] * 3)
def test_every_place_among_mentions_is_read_as_it_was_written(value: int, record: int, row: int) -> None:
    assert read_role_cursor(RoleCursor(value, record, row).text()) == RoleCursor(value, record, row)


@given(
    st.sampled_from([SeizuresAsked, SeizureAsked, SubjectsAsked, SubjectAsked]),
    st.lists(st.tuples(st.sampled_from(["limit", "text", "case", "subject", "plate"]) | st.text(), st.text())),
)
def test_any_parameters_of_an_ncen_are_read_or_refused(shape: type[Struct], given_: list[tuple[str, str]]) -> None:
    try:
        assert isinstance(read_parameters(shape, given_), shape)
    except MalformedError:
        return
