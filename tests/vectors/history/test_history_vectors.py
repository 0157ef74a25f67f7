"""Python's reader of history makes of each answer what the fixture says; the browser's tests read the same file."""

import json
from collections.abc import Mapping

import pytest

from tests.vectors.channel.told import Json
from tests.vectors.history.fixtures import FOLDER, fixtures


@pytest.fixture(scope="module")
def held() -> Mapping[str, Json]:
    return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.json")}


def test_the_code_makes_what_the_fixtures_hold(held: Mapping[str, Json]) -> None:
    assert fixtures() == held
