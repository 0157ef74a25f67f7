"""Control messages: decoded exactly or refused, and never taken for an envelope."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm import codec
from cencomm.errors import MalformedError
from cencomm.forms.control import (
    MAX_CONTROL_BODY_BYTES,
    Control,
    ControlKind,
    SignedControl,
    decode_control,
    sign_control,
)
from cencomm.forms.envelope import SignedEnvelope
from cencomm.forms.payload import commitment, decode_payload, decode_signed, encode_payload
from cencomm.ids import ChannelId, MessageId, OperationId
from cencomm.primitives.signatures import BadSignature, SigningKey

KEY = SigningKey(bytes(range(32)))
SALT = b"s" * 32
CONTROL = Control(
    kind=ControlKind.ACKNOWLEDGEMENT,
    message=MessageId(b"m" * 16),
    operation=OperationId(b"o" * 32),
    channel=ChannelId(b"c" * 16),
    author=b"a" * 32,
    ledger_sequence=7,
    ledger_hash=b"h" * 32,
    written_at=1_795_305_600,
    body=b"body",
)


def test_a_control_message_comes_back_as_it_was() -> None:
    payload = encode_payload(SALT, sign_control(CONTROL, KEY))

    salt, signed = decode_payload(payload)

    assert isinstance(signed, SignedControl)
    assert (salt, signed.verify(KEY.public_key)) == (SALT, CONTROL)
    assert len(payload) == 1024


def test_a_kind_of_a_later_version_is_read() -> None:
    assert decode_control(replace(CONTROL, kind=255).encode()).kind == 255


@given(st.binary(max_size=400))
def test_any_bytes_are_a_control_message_or_malformed(data: bytes) -> None:
    for attempt in (data, CONTROL.encode()[: len(data)], CONTROL.encode()[: len(data) // 2] + data):
        try:
            assert decode_control(attempt).encode() == attempt
        except MalformedError:
            continue


@given(st.binary(max_size=400))
def test_any_bytes_are_something_signed_or_malformed(data: bytes) -> None:
    for attempt in (data, codec.opaque(data) + codec.opaque(b"s" * 64)):
        try:
            assert decode_signed(attempt).encode() == attempt
        except MalformedError:
            continue


def test_the_signature_covers_every_byte() -> None:
    signed = sign_control(CONTROL, KEY)

    for changed in (replace(CONTROL, kind=1), replace(CONTROL, body=b"bodx"), replace(CONTROL, written_at=1)):
        with pytest.raises(BadSignature):
            SignedControl(changed.encode(), signed.signature).verify(KEY.public_key)


def test_neither_kind_of_signature_serves_for_the_other() -> None:
    """A control message shown as an envelope, or the reverse, would let a program speak as a person."""
    signed = sign_control(CONTROL, KEY)

    with pytest.raises(BadSignature):
        SignedEnvelope(signed.content, signed.signature).verify(KEY.public_key)


def test_the_payload_type_says_what_is_inside() -> None:
    payload = bytearray(encode_payload(SALT, sign_control(CONTROL, KEY)))
    payload[0] = 1

    with pytest.raises(MalformedError, match="payload type 1"):
        decode_payload(bytes(payload))


def test_a_body_beyond_the_limit_is_refused() -> None:
    signed = sign_control(replace(CONTROL, body=bytes(MAX_CONTROL_BODY_BYTES + 1)), KEY)

    with pytest.raises(MalformedError):
        signed.verify(KEY.public_key)
    with pytest.raises(MalformedError):
        decode_signed(sign_control(replace(CONTROL, body=bytes(2 * MAX_CONTROL_BODY_BYTES)), KEY).encode())


def test_the_commitment_binds_salt_content_and_signature() -> None:
    signed = sign_control(CONTROL, KEY)

    assert commitment(SALT, signed) != commitment(SALT, SignedControl(signed.content, bytes(64)))
