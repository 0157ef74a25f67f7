"""Rule A7: whatever a sender calls a file, it is saved as one plain file."""

import json
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.attachments.file_names import MAX_SAVED_NAME_BYTES, numbered, safe_name

CASES: list[dict[str, str]] = json.loads(  # the browser's too
    (Path(__file__).parents[3] / "vectors" / "attachments" / "names.json").read_text()
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["name"][:20]))
def test_a7_a_hostile_name_becomes_a_plain_one(case: dict[str, str]) -> None:
    assert safe_name(case["name"]) == case["saved"]


@given(st.text(max_size=400))
def test_a7_any_name_is_one_part_of_a_path_everywhere(name: str) -> None:
    saved = safe_name(name)

    assert saved not in {"", ".", ".."}
    assert len(saved.encode()) <= MAX_SAVED_NAME_BYTES
    assert PurePosixPath(saved).parts == (saved,)
    assert PureWindowsPath(saved).parts == (saved,)
    assert not saved.startswith((".", " ", "-", "~"))
    assert not saved.endswith((".", " "))
    assert saved.translate(dict.fromkeys(map(ord, "\u200c\u200d"))).isprintable()


def test_the_next_file_of_a_name_is_numbered() -> None:
    assert [numbered("a.b.jpg", number) for number in (1, 2, 3)] == ["a.b.jpg", "a.b (2).jpg", "a.b (3).jpg"]
