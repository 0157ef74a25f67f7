"""Envelopes that were signed once must be read for ever: one fixture for each version, exact bytes."""

import json
from pathlib import Path

import pytest

from cencomm.forms.envelope import SignedEnvelope

FIXTURES = sorted(Path(__file__).parent.glob("version_*.json"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_an_envelope_of_every_version_is_read_and_written_again_as_it_was(path: Path) -> None:
    fixture = json.loads(path.read_text("utf-8"))
    signed = SignedEnvelope(bytes.fromhex(fixture["content"]), bytes.fromhex(fixture["signature"]))

    envelope = signed.verify(bytes.fromhex(fixture["public_key"]))

    assert envelope.encode() == signed.content
    assert int.from_bytes(signed.content[:2], "big") == fixture["version"]
    assert [one.name for one in envelope.body.attachments] == fixture.get("attachments", [])
