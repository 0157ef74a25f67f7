"""Releases as records and as a file: of each case the newest, unless all of them are asked for."""

from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from cencomm.site.people.person import Role
from tests.unit.cen.cases import Cen
from tests.unit.cen.release_desk import release
from tests.unit.node.api.visitor import Visitor
from tests.unit.node.records.operation import NOW, Desk


@pytest.fixture
async def eve(visitor: Visitor, cen: Cen, desk: Desk) -> Visitor:
    """Who may export, at a CEN with one case that was released and then corrected."""
    await cen.take(
        desk.message("release", release(customs_office="first"), written_at=NOW - 86_400),
        desk.message("release", release(customs_office="second"), country="KE2"),
    )
    await visitor.has_token("eve", Role.EXPORTER)
    return visitor


async def records(eve: Visitor, query: str) -> tuple[list[int], int]:
    page: Any = (await eve.get(f"/v1/records?{query}")).document
    return [one["record"] for one in page["records"]], page["total"]


async def test_a_list_shows_the_newest_release_of_a_case_unless_all_are_asked_for(eve: Visitor) -> None:
    assert await records(eve, "") == ([2], 1)
    assert await records(eve, "text=first") == ([], 0)
    assert await records(eve, "history=false") == ([2], 1)
    assert await records(eve, "history=true") == ([2, 1], 2)
    assert await records(eve, "history=true&text=first") == ([1], 1)


async def test_an_export_has_the_newest_release_of_a_case_unless_all_are_asked_for(
    eve: Visitor, tmp_path: Path
) -> None:
    newest = await eve.get("/v1/export?format=json&recipient=Ana")
    every = await eve.get("/v1/export?format=json&recipient=Ana&history=true")
    sheet = await eve.get("/v1/export?format=xlsx&recipient=Ana")

    assert [one["record"] for one in newest.document["records"]] == [2]
    assert newest.headers["Cencomm-Records"] == sheet.headers["Cencomm-Records"] == "1"
    assert [one["record"] for one in every.document["records"]] == [2, 1]
    (tmp_path / "cases.xlsx").write_bytes(sheet.body)
    rows = load_workbook(tmp_path / "cases.xlsx").get_sheet_by_index(0).to_python()
    assert len(rows) == 2
    assert b"first" not in newest.body


async def test_e8_that_replaced_releases_were_asked_for_is_written_down(eve: Visitor) -> None:
    await eve.get("/v1/records?history=true")
    await eve.has_token("auditor", Role.AUDITOR)

    (entry,) = (await eve.get("/v1/log")).document["entries"]

    assert '"history":true' in entry["asked"]
