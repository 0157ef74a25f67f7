"""What lies at the relay does not change its form: Python and the browser write the same rows."""

import json

import pytest

from tests.vectors.mailbox.fixtures import FOLDER, fixtures

FIXTURES = fixtures()


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_the_code_writes_what_the_fixture_holds(name: str) -> None:
    assert FIXTURES[name] == json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_every_fixture_is_written_by_the_code() -> None:
    assert {file.name for file in FOLDER.glob("*.json")} == set(FIXTURES)
