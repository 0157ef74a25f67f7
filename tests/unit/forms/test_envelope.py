"""The envelope of docs/protocol.md section 6: exact bytes, one spelling, padding that hides lengths."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm import codec
from cencomm.errors import MalformedError, ProtocolError
from cencomm.forms.attachment import MAX_ATTACHMENTS, Attachment, AttachmentKey
from cencomm.forms.envelope import (
    Addressee,
    Body,
    Envelope,
    Evaluation,
    Handling,
    Priority,
    SignedEnvelope,
    Tlp,
    decode_envelope,
    sign_envelope,
)
from cencomm.forms.form import Variant
from cencomm.forms.payload import PayloadTooLargeError, commitment, decode_payload, encode_payload
from cencomm.ids import AccountId, AttachmentId, BlobId, ChannelId, MessageId, OperationId
from cencomm.primitives.signatures import BadSignature, SigningKey

KEY = SigningKey(bytes(range(32)))
SALT = b"s" * 32
FULL = Body(
    values={"text": "Colis 4 — contrôlé", "items": [{"quantity": {"value": "1.5", "unit": "KGM"}}]},
    language="fr",
    written_at=1_700_000_000,
    to=(Addressee(account=AccountId(b"a" * 16)), Addressee(country="FR"), Addressee(role="coordinator")),
    answer_by=1_700_003_600,
    expected_action="physical_exam",
    priority=Priority.FLASH,
    handling=Handling.H3,
    handling_text="Not beyond the operation",
    tlp=Tlp.AMBER_STRICT,
    evaluation=Evaluation("B", "2"),
    variant=Variant.SIMPLIFIED,
)
ENVELOPE = Envelope(
    message=MessageId(b"m" * 16),
    operation=OperationId(b"o" * 32),
    channel=ChannelId(b"c" * 16),
    author=b"h" * 32,
    ledger_sequence=7,
    ledger_hash=b"l" * 32,
    form=BlobId(b"f" * 16),
    form_hash=b"F" * 32,
    reply_to=MessageId(b"r" * 16),
    body=FULL,
)
SIGNED = sign_envelope(ENVELOPE, KEY)
PHOTO = Attachment(
    id=AttachmentId(b"i" * 16),
    name="photo.jpg",
    media_type="image/jpeg",
    size=300_000,
    key=AttachmentKey(b"k" * 32),
    hash=b"H" * 32,
)
WITH_PHOTO = replace(ENVELOPE, body=replace(FULL, attachments=(PHOTO,)))


def with_body(body: bytes) -> bytes:
    """ENVELOPE's exact bytes with another body."""
    whole = ENVELOPE.encode()
    head = whole[: whole.index(b'{"answer_by"') - 2]  # two bytes of length before the body
    return head + codec.opaque(body)


def body_of(envelope: Envelope) -> bytes:
    data = envelope.encode()
    return data[data.index(b'{"answer_by"') :]


def test_an_envelope_comes_back_as_it_was_written() -> None:
    assert decode_envelope(ENVELOPE.encode()) == ENVELOPE


def test_a_signed_envelope_names_its_writer() -> None:
    assert SIGNED.verify(KEY.public_key) == ENVELOPE

    with pytest.raises(BadSignature):
        SIGNED.verify(SigningKey(b"x" * 32).public_key)
    with pytest.raises(BadSignature):
        SignedEnvelope(SIGNED.content[:-1] + b"?", SIGNED.signature).verify(KEY.public_key)


def test_a_signature_of_another_kind_is_no_envelope_signature() -> None:
    bare = SignedEnvelope(SIGNED.content, KEY.sign(SIGNED.content))

    with pytest.raises(BadSignature):
        bare.verify(KEY.public_key)


def test_the_payload_is_a_power_of_two_and_at_least_a_kilobyte() -> None:
    for size in (0, 500, 1500, 5000, 70_000):
        body = replace(FULL, values={"text": "x" * size})
        payload = encode_payload(SALT, sign_envelope(replace(ENVELOPE, body=body), KEY))

        assert len(payload) >= 1024
        assert len(payload).bit_count() == 1
        assert decode_payload(payload)[0] == SALT


def test_padding_carries_nothing() -> None:
    payload = encode_payload(SALT, SIGNED)

    with pytest.raises(MalformedError):
        decode_payload(payload[:-1] + b"\x01")
    with pytest.raises(MalformedError):
        decode_payload(payload + bytes(len(payload)))  # the next bucket, not needed
    with pytest.raises(MalformedError):
        decode_payload(payload[:-1])


def test_a_report_beyond_the_largest_bucket_is_refused_before_it_is_sent() -> None:
    huge = sign_envelope(replace(ENVELOPE, body=replace(FULL, values={"text": "x" * 600_000})), KEY)

    with pytest.raises(PayloadTooLargeError, match="send it in two"):
        encode_payload(SALT, huge)


def test_the_commitment_binds_salt_envelope_and_signature() -> None:
    other = SignedEnvelope(SIGNED.content, bytes(64))

    assert commitment(SALT, SIGNED) != commitment(b"t" * 32, SIGNED)
    assert commitment(SALT, SIGNED) != commitment(SALT, other)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"answer_by":', b'"answer_by" :'),
        (b'"tlp":"AMBER+STRICT"', b'"tlp":"PURPLE"'),
        (b'"language":"fr"', b'"language":"xx"'),
        (b'"written_at":1700000000', b'"written_at":-1'),
        (b'"written_at":1700000000', b'"written_at":1.5'),
        (b'"written_at":1700000000', b'"written_at":true'),
        (b'"country":"FR"', b'"country":"fr"'),
        (b'"attachments":[]', b'"attachments":[1]'),
        (b'"values":{', b'"valuez":{'),
        (b'"priority":"flash",', b""),
        (b'"variant":"simplified"', b'"variant":"simplified","variant":"simplified"'),
        ("contrôlé".encode(), b"contr\\u00f4l\\u00e9"),
    ],
)
def test_a_body_in_another_spelling_or_shape_is_refused(old: bytes, new: bytes) -> None:
    body = body_of(ENVELOPE)
    assert old in body

    with pytest.raises(MalformedError):
        decode_envelope(with_body(body.replace(old, new, 1)))


def test_another_version_is_refused() -> None:
    with pytest.raises(MalformedError, match="version 3"):
        decode_envelope(b"\x00\x03" + ENVELOPE.encode()[2:])


def test_a1_an_envelope_with_attachments_is_of_version_2_and_comes_back() -> None:
    assert WITH_PHOTO.encode()[:2] == b"\x00\x02"
    assert decode_envelope(WITH_PHOTO.encode()) == WITH_PHOTO


def test_a1_an_envelope_has_one_version_that_is_right() -> None:
    with pytest.raises(MalformedError, match="version 1 has no attachments"):
        decode_envelope(b"\x00\x01" + WITH_PHOTO.encode()[2:])
    with pytest.raises(MalformedError, match="version 2 has some"):
        decode_envelope(b"\x00\x02" + ENVELOPE.encode()[2:])


def test_a1_attachments_are_counted_and_named_once() -> None:
    def with_photos(*photos: Attachment) -> bytes:
        return replace(ENVELOPE, body=replace(FULL, attachments=photos)).encode()

    many = [replace(PHOTO, id=AttachmentId(bytes([number]) * 16)) for number in range(MAX_ATTACHMENTS + 1)]

    assert len(decode_envelope(with_photos(*many[:-1])).body.attachments) == MAX_ATTACHMENTS
    with pytest.raises(MalformedError, match="at most"):
        decode_envelope(with_photos(*many))
    with pytest.raises(MalformedError, match="twice"):
        decode_envelope(with_photos(PHOTO, PHOTO))


@given(st.binary(max_size=400))
def test_any_bytes_are_an_envelope_or_malformed(data: bytes) -> None:
    try:
        envelope = decode_envelope(data)
    except MalformedError:
        return
    assert envelope.encode() == data


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_any_damage_to_a_payload_is_noticed(damage: bytes, at: int) -> None:
    payload = encode_payload(SALT, SIGNED)
    at %= len(payload)
    changed = payload[:at] + damage + payload[at + len(damage) :]

    try:
        salt, signed = decode_payload(changed)
        signed.verify(KEY.public_key)
    except ProtocolError:
        return
    assert (commitment(salt, signed) == commitment(SALT, SIGNED)) == (changed == payload)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_any_body_bytes_are_refused_or_read_back_the_same(data: bytes, at: int) -> None:
    body = body_of(ENVELOPE)
    changed = body[:at] + data + body[at + len(data) :]

    try:
        envelope = decode_envelope(with_body(changed))
    except MalformedError:
        return
    assert body_of(envelope) == changed
