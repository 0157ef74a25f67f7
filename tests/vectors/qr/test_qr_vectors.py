"""The browser draws QR codes with an encoder of its own; segno says what each has to look like.

The texts fill their codes: where there is room left, segno pads one byte more than the standard asks for.
"""

import hashlib
import json
from pathlib import Path
from typing import TypedDict

import pytest
import segno


class Code(TypedDict):
    version: int
    text: str
    sha256: str


CODES: list[Code] = json.loads((Path(__file__).parent / "codes.json").read_text("utf-8"))


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"version {code['version']}")
def test_each_code_is_the_one_that_segno_draws(code: Code) -> None:
    made = segno.make(
        code["text"], error="m", mask=0, mode="byte", encoding="utf-8", boost_error=False, eci=False, micro=False
    )
    rows = "\n".join("".join(str(int(module)) for module in row) for row in made.matrix)

    assert made.version == code["version"]
    assert hashlib.sha256(rows.encode()).hexdigest() == code["sha256"]
