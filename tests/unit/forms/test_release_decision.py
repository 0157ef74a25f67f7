"""The body of a release decision: what is decided, about which message, on what ground, and no words."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import MalformedError
from cencomm.forms.release_decision import Decided, Ground, ReleaseDecision, decode_release_decision
from cencomm.ids import MessageId

NAMED = bytes(range(48))
BODY = b"\x00\x01" + b"\x02" + NAMED + b"\x01"


def test_a_decision_is_a_version_what_is_decided_the_message_and_the_ground() -> None:
    """The bytes on the wire (docs/protocol.md 6.4.1)."""
    refused = ReleaseDecision(Decided.REFUSED, NAMED[:32], MessageId(NAMED[32:]), Ground.INVESTIGATION)

    assert refused.encode() == BODY
    assert decode_release_decision(BODY) == refused


@pytest.mark.parametrize(
    "body",
    [b"\x00\x02" + BODY[2:], b"\x00\x01\x04" + BODY[3:], b"\x00\x01\x00" + BODY[3:], BODY[:-1] + b"\x06", BODY + b"x"],
    ids=["another version", "no such decision", "nothing decided", "no such ground", "words behind it"],
)
def test_what_a_decision_does_not_say_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_release_decision(body)


@given(st.binary(max_size=64) | st.binary(min_size=52, max_size=52) | st.binary(max_size=49).map(b"\x00\x01".__add__))
def test_any_bytes_decode_or_raise_malformed_error(data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        assert decode_release_decision(data).encode() == data
