"""Every member takes and refuses the same signatures: a Commit that browsers follow is one that Python follows."""

import json
from pathlib import Path
from typing import TypedDict

import pytest

from cencomm.primitives.signatures import BadSignature, verify


class Case(TypedDict):
    name: str
    key: str
    message: str
    signature: str
    verifies: bool


CASES: list[Case] = json.loads((Path(__file__).parent / "small_order.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_signatures_at_the_edge_have_one_verdict(case: Case) -> None:
    key, message, signature = (bytes.fromhex(value) for value in (case["key"], case["message"], case["signature"]))

    if case["verifies"]:
        verify(key, message, signature)
    else:
        with pytest.raises(BadSignature):
            verify(key, message, signature)
