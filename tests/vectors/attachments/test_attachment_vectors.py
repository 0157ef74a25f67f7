"""How a file is sealed does not move: what the code makes is what the fixtures say (rule A2)."""

import json

import pytest

from tests.vectors.attachments.fixtures import FOLDER, fixtures

FIXTURES = fixtures()


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_the_code_writes_what_the_fixture_holds(name: str) -> None:
    assert FIXTURES[name] == json.loads((FOLDER / name).read_text(encoding="utf-8"))
