"""What a member encrypts does not move: what the code makes and reads is what the fixtures say."""

import json

import pytest

from cencomm.forms.payload import decode_payload
from tests.vectors.payload.fixtures import FOLDER, fixtures

FIXTURES = fixtures()


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_the_code_writes_what_the_fixture_holds(name: str) -> None:
    assert FIXTURES[name] == json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_every_payload_is_read_again() -> None:
    for case in json.loads((FOLDER / "payloads.json").read_text(encoding="utf-8")):
        salt, signed = decode_payload(bytes.fromhex(case["payload"]).ljust(case["size"], b"\x00"))

        assert (salt.hex(), signed.content.hex()) == (case["salt"], case["content"])
