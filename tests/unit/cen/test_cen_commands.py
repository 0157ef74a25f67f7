"""CEN at the command line: each case once, where it was released, sums as a table and for programs."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cencomm.__main__ import assemble
from tests.unit.cen.cases import Cen
from tests.unit.cen.release_desk import release
from tests.unit.node.records.operation import Desk

Type = Callable[..., str]


@pytest.fixture
async def typed(cen: Cen, desk: Desk, tmp_path: Path) -> Type:
    """What a command answers about two cases, of which one was released twice."""
    first, again = (desk.message("release", release()) for _ in range(2))
    await cen.take(first, again, desk.message("release", release("FR-1"), country="FR"))

    def run(*arguments: str) -> str:
        asked = CliRunner().invoke(assemble(), ["--language", "en", "cen", *arguments, "--data", str(tmp_path)])
        assert asked.exit_code == 0, asked.output
        return asked.output

    return run


def test_each_case_is_listed_once_with_its_releases(typed: Type) -> None:
    document = json.loads(typed("search", "--commodity", "CIT", "--route", "KE-TH", "--json"))

    assert [(one["heading"], one["releases"], one["operations"]) for one in document["cases"]] == [
        ("FR-1", 1, 1),
        ("KE-1", 2, 1),
    ]
    assert document["total"] == 2
    assert "2 of 2 cases" in typed("search")
    assert "1 of 1 cases" in typed("search", "--case", "ke-")


def test_an_export_holds_each_case_once(typed: Type, tmp_path: Path) -> None:
    assert json.loads(typed("export", str(tmp_path / "cases.xlsx"), "--json")) == {"records": 2, "withheld": 0}
    typed("export", str(tmp_path / "csv"))

    with (tmp_path / "csv" / "release.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["National case reference"] for row in rows) == ["FR-1", "KE-1"]
    assert {row["Author"] for row in rows} == {""}


def test_statistics_are_a_table_and_the_same_as_csv_and_json(typed: Type) -> None:
    document = json.loads(typed("statistics", "--by", "month", "--json"))
    sheet = list(csv.reader(io.StringIO(typed("statistics", "--csv"))))
    routes = json.loads(typed("statistics", "--by", "route", "--json"))

    assert document == [{"month": "2026-11", "commodity": "CIT", "cases": 2}]
    assert sheet == [
        ["Month", "Commodity", "Commodity (in words)", "Cases"],
        ["2026-11", "CIT", "Wildlife and timber (CITES)", "2"],
    ]
    assert routes == [{"from": "KE", "to": "TH", "cases": 2}]
    assert "Kenya" in typed("statistics", "--by", "country")
