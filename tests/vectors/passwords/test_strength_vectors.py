"""Python and the browser take and refuse the same new passwords."""

import json
from pathlib import Path
from typing import TypedDict

import pytest

from cencomm.client.account.password_strength import check_strength
from cencomm.client.errors import WeakPassword


class Cases(TypedDict):
    known: list[str]
    weak: list[str]
    good: list[str]


CASES: Cases = json.loads((Path(__file__).parent / "strength.json").read_text("utf-8"))


@pytest.mark.parametrize("password", CASES["weak"])
def test_weak_ones_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(password, known=tuple(CASES["known"]))


@pytest.mark.parametrize("password", CASES["good"])
def test_good_ones_are_taken(password: str) -> None:
    check_strength(password, known=tuple(CASES["known"]))
