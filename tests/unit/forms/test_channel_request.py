"""What a member asks the unit for, in bytes: one spelling, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm import codec
from cencomm.errors import MalformedError
from cencomm.forms.channel_request import (
    MAX_READERS,
    MAX_TITLE_LETTERS,
    ChannelAsked,
    ChannelRequestEnded,
    decode_channel_request,
)
from cencomm.ids import AccountId, MessageId

ONE, TWO = AccountId(b"\x01" * 16), AccountId(b"\x02" * 16)
ASKED = ChannelAsked((ONE, TWO), "Crate 12")
ENDED = ChannelRequestEnded(ONE, MessageId(b"\x03" * 16))


@pytest.mark.parametrize("request_", [ASKED, ENDED])
def test_what_is_written_is_read(request_: ChannelAsked | ChannelRequestEnded) -> None:
    assert decode_channel_request(request_.encode()) == request_


@given(st.binary(max_size=200) | st.binary(max_size=80).map(lambda tail: ASKED.encode()[:3] + tail))
def test_any_bytes_are_a_request_or_malformed(data: bytes) -> None:
    try:
        assert decode_channel_request(data).encode() == data
    except MalformedError:
        return


@pytest.mark.parametrize(
    "accounts",
    [(), (ONE,), (TWO, ONE), (ONE, ONE), tuple(AccountId(bytes([n]) * 16) for n in range(MAX_READERS + 1))],
)
def test_its_readers_are_two_or_more_ascending_and_bounded(accounts: tuple[AccountId, ...]) -> None:
    with pytest.raises(MalformedError):
        decode_channel_request(ChannelAsked(accounts, "Crate 12").encode())


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "a" * (MAX_TITLE_LETTERS + 1), "\u202eesrever"])
def test_its_title_is_one_harmless_line(title: str) -> None:
    """It stands among our own lines when a coordinator decides."""
    with pytest.raises(MalformedError, match="title"):
        decode_channel_request(ChannelAsked((ONE, TWO), title).encode())


def test_another_version_is_not_guessed_at() -> None:
    with pytest.raises(MalformedError, match="version 2"):
        decode_channel_request(codec.uint(2, 2) + ASKED.encode()[2:])
