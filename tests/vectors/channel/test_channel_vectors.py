"""Python's member makes of each entry what the fixtures say; the browser's tests read the same files."""

import json
from collections.abc import Mapping

import pytest

from cencomm.client.events import Reason
from tests.vectors.channel.fixtures import FOLDER, fixtures
from tests.vectors.channel.told import Json

HERE_NEVER = {Reason.RESTARTED, Reason.BAD_COMMIT}
"""Not about one message of a log that is followed."""


@pytest.fixture(scope="module")
def made() -> Mapping[str, Json]:
    return fixtures()


def test_the_code_makes_what_the_fixtures_hold(made: Mapping[str, Json]) -> None:
    held = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.json")}

    assert made == held


def test_every_reason_to_set_a_message_aside_is_in_the_story() -> None:
    story = json.loads((FOLDER / "story.json").read_text(encoding="utf-8"))
    reasons = {entry["event"].get("reason") for entry in story["entries"]} - {None}

    assert reasons == {reason.value for reason in Reason} - {reason.value for reason in HERE_NEVER}
