"""What an analyst learns of cases, by API: each once, with where it came from; and what is left of the look."""

import shutil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from sqlalchemy import text

from cencomm.cen.api.case_routes import CaseAsked, CasesAsked
from cencomm.cen.api.statistics_routes import PeriodAsked
from cencomm.errors import MalformedError
from cencomm.node.api.edge import read_parameters
from cencomm.node.api.openapi import OPENAPI_PATH
from cencomm.site.people.person import Role
from tests.unit.cen.cases import Cen
from tests.unit.cen.release_desk import release
from tests.unit.node.api.document import answers_of
from tests.unit.node.api.visitor import Visitor
from tests.unit.node.records.operation import NOW, Desk

LONG_AGO = NOW - 86_400
PATHS = ("/v1/cases", "/v1/cases/1", "/v1/statistics")


@pytest.fixture
async def corrected(cen: Cen, desk: Desk) -> Cen:
    """Case 1, released and then corrected, from Kenya to Thailand; case 2, tobacco from France to Brazil."""
    tobacco = release(
        "FR-7",
        seizure_date="2025-03-01",
        reporting_country="FR",
        place={"country": "FR"},
        items=[{"category": "TOB", "quantity": {"unweighed": True}}],
        route=[
            {"role": "origin", "place": {"country": "FR"}},
            {"role": "destination", "place": {"country": "BR"}},
        ],
    )
    await cen.take(
        desk.message("release", release(customs_office="first"), written_at=LONG_AGO),
        desk.message("release", release(customs_office="second"), country="KE2"),
        desk.message("release", tobacco, country="FR"),
    )
    return cen


async def found(ana: Visitor, query: str) -> list[Any]:
    document = (await ana.get(f"/v1/cases?{query}")).document
    return [case["heading"] for case in document["cases"]]


@pytest.mark.usefixtures("corrected")
async def test_a_case_is_found_by_each_criterion(ana: Visitor) -> None:
    for query in (
        "country=TH",
        "reporting=KE",
        "origin=KE",
        "destination=TH",
        "commodity=CIT",
        "since=2026&until=2026-11",
        "route=KE%3ETH",
        "route=TH-KE",
        "reference=ke-",
        "text=second",
    ):
        assert await found(ana, query) == ["KE-1"], query


@pytest.mark.usefixtures("corrected")
async def test_a_case_is_there_once_as_its_newest_release_says(ana: Visitor) -> None:
    page = (await ana.get("/v1/cases")).document

    listed = [(one["case"], one["heading"], one["releases"], one["operations"]) for one in page["cases"]]
    assert listed == [(1, "KE-1", 2, 1), (2, "FR-7", 1, 1)]
    assert (page["total"], page["after"]) == (2, None)
    assert await found(ana, "text=first") == []


@pytest.mark.usefixtures("corrected")
async def test_pages_of_cases_follow_each_other(ana: Visitor) -> None:
    first = (await ana.get("/v1/cases?limit=1")).document
    second = (await ana.get(f"/v1/cases?limit=1&after={first['after']}")).document

    assert [page["cases"][0]["heading"] for page in (first, second)] == ["KE-1", "FR-7"]


async def test_a_case_opens_with_every_release_and_where_it_came_from(ana: Visitor, corrected: Cen, desk: Desk) -> None:
    opened = (await ana.get("/v1/cases/1")).document

    told = [
        (one["record"], one["newest"], one["said_at"], one["author_organisation"], one["author_name"])
        for one in opened["releases"]
    ]
    assert told == [(2, True, NOW, "Customs of KE", None), (1, False, LONG_AGO, "Customs of KE", None)]
    assert {one["operation"] for one in opened["releases"]} == {desk.operation.id.hex()}
    first = (await ana.get("/v1/cases/1?limit=1")).document
    second = (await ana.get(f"/v1/cases/1?limit=1&after={first['after']}")).document
    assert [page["releases"][0]["record"] for page in (first, second)] == [2, 1]
    assert (await ana.get("/v1/cases/3")).code == "not_found"
    assert corrected.version == 3


@pytest.mark.usefixtures("corrected")
async def test_statistics_count_cases_and_no_release_twice(ana: Visitor) -> None:
    counted = (await ana.get("/v1/statistics", headers={"Accept-Language": "fr"})).document

    assert [(one["month"], one["commodity"], one["cases"]) for one in counted["months"]] == [
        ("2025-03", "TOB", 1),
        ("2026-11", "CIT", 1),
    ]
    assert [(one["country"], one["cases"]) for one in counted["countries"]] == [("FR", 1), ("KE", 1)]
    routes = [(one["origin"], one["destination_label"], one["cases"]) for one in counted["routes"]]
    assert routes == [("FR", "Brésil", 1), ("KE", "Thaïlande", 1)]
    narrowed = (await ana.get("/v1/statistics?since=2026-01&until=2026&routes=1")).document
    assert [one["country"] for one in narrowed["countries"]] == ["KE"]


async def test_a_question_about_cases_that_we_do_not_know_is_refused(ana: Visitor) -> None:
    for path in (
        "/v1/cases?route=Kenya",
        "/v1/cases?since=yesterday",
        "/v1/cases?commodity=NOPE",
        "/v1/cases?limit=0",
        "/v1/cases?after=9/",
        "/v1/cases?operation=00",
        "/v1/cases?country=KE&country=FR",
        "/v1/cases/0",
        "/v1/cases/one",
        "/v1/statistics?since=2026-11-05",
        "/v1/statistics?routes=1001",
    ):
        assert (await ana.get(path)).code == "malformed", path


@pytest.mark.usefixtures("corrected")
async def test_whoever_may_not_read_learns_nothing_of_cases(visitor: Visitor) -> None:
    for path in PATHS:
        assert (await visitor.get(path)).code == "no_session"
    await visitor.has_token("auditor", Role.AUDITOR)
    for path in PATHS:
        reply = await visitor.get(path)
        assert reply.code == "not_entitled"
        assert b"KE" not in reply.body


@pytest.mark.usefixtures("corrected")
async def test_e8_each_look_at_cases_is_in_the_log(ana: Visitor) -> None:
    for path in ("/v1/cases?text=second", "/v1/cases/1", "/v1/statistics", "/v1/cases/99"):
        await ana.get(path, purpose=False)  # nothing here is of persons
    await ana.has_token("auditor", Role.AUDITOR)

    log = (await ana.get("/v1/log")).document

    seen = [(one["person"], one["deed"], one["purpose"], one["found"]) for one in log["entries"]]
    assert seen == [("ana", "statistics", None, 2), ("ana", "open", None, 2), ("ana", "search", None, 1)]


@pytest.mark.usefixtures("corrected")
async def test_e8_of_cases_too_nothing_is_shown_that_cannot_be_logged(ana: Visitor) -> None:
    await ana.room.database.transact(lambda connection: connection.execute(text("DROP TABLE consultations")))

    for path in PATHS:
        reply = await ana.get(path)
        assert reply.status == 503
        assert b"KE" not in reply.body


async def test_the_description_of_cen_has_its_cases_and_counts_them(visitor: Visitor) -> None:
    document = (await visitor.get(OPENAPI_PATH)).document

    assert {"/v1/cases", "/v1/cases/{case}", "/v1/statistics", "/v1/records", "/v1/export"} <= document["paths"].keys()
    counted = document["paths"]["/v1/statistics"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert counted["$ref"].endswith("/CasesCounted")


@pytest.mark.usefixtures("corrected")
@pytest.mark.skipif(shutil.which("curl") is None, reason="the document shows curl")
async def test_every_curl_line_for_cen_is_answered(ana: Visitor) -> None:
    cases, one, counted = await answers_of(ana, "CEN")

    assert cases["total"] == 1
    assert len(one["releases"]) == 2
    assert counted["countries"]


@given(
    st.sampled_from([CasesAsked, CaseAsked, PeriodAsked]),
    st.lists(st.tuples(st.sampled_from(["limit", "text", "case", "sort", "routes"]) | st.text(), st.text())),
)
def test_any_parameters_of_cen_are_read_or_refused(shape: type[Struct], given_: list[tuple[str, str]]) -> None:
    try:
        assert isinstance(read_parameters(shape, given_), shape)
    except MalformedError:
        return
