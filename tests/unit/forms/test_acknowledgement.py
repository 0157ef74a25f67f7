"""The body of an acknowledgement: two identifiers and nothing else."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import MalformedError
from cencomm.forms.acknowledgement import Acknowledgement, decode_acknowledgement
from cencomm.ids import MessageId

BODY = bytes(range(48))


def test_an_acknowledgement_is_the_authors_key_and_the_message_id() -> None:
    """The bytes on the wire (docs/protocol.md 6.1.1)."""
    acknowledgement = Acknowledgement(author=BODY[:32], message=MessageId(BODY[32:]))

    assert acknowledgement.encode() == BODY
    assert decode_acknowledgement(BODY) == acknowledgement


@given(st.binary(max_size=64) | st.binary(min_size=48, max_size=48))
def test_any_bytes_decode_or_raise_malformed_error(data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        assert decode_acknowledgement(data).encode() == data
