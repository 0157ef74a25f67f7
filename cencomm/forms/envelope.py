"""The envelope: what one officer wrote, signed by the device, to be checked long after the MLS keys are gone.

    Envelope --sign--> SignedEnvelope --salt, pad--> payload.py

Source: docs/protocol.md section 6.
"""

from dataclasses import dataclass
from typing import Self

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.forms.body import (
    MAX_ADDRESSEES,
    MAX_BODY_BYTES,
    MAX_SECONDS,
    Addressee,
    Body,
    Evaluation,
    Handling,
    Priority,
    Tlp,
    decode_body,
    encode_body,
)
from cencomm.ids import (
    BLOB_ID_BYTES,
    CHANNEL_ID_BYTES,
    HASH_BYTES,
    MESSAGE_ID_BYTES,
    OPERATION_ID_BYTES,
    BlobId,
    ChannelId,
    MessageId,
    OperationId,
)
from cencomm.primitives.signatures import SigningKey, sign_with_label, verify_with_label

__all__ = [
    "ENVELOPE_VERSION",
    "ENVELOPE_WITH_ATTACHMENTS",
    "LABEL_ENVELOPE",
    "MAX_ADDRESSEES",
    "MAX_BODY_BYTES",
    "MAX_ENVELOPE_BYTES",
    "MAX_SECONDS",
    "Addressee",
    "Body",
    "Envelope",
    "Evaluation",
    "Handling",
    "Priority",
    "SignedEnvelope",
    "Tlp",
    "decode_envelope",
    "sign_envelope",
]

ENVELOPE_VERSION = 1
ENVELOPE_WITH_ATTACHMENTS = 2  # ADR 0009: only where there are some, so that an envelope still has one encoding
LABEL_ENVELOPE = b"cencomm envelope"

MAX_ENVELOPE_BYTES = 1 << 19  # a report of 100 items is about 60 kB; the log takes 1 MiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message of an operation. `author` is the hash of the device certificate, `ledger_*` the head at writing."""

    message: MessageId
    operation: OperationId
    channel: ChannelId
    author: bytes
    ledger_sequence: int
    ledger_hash: bytes
    form: BlobId
    form_hash: bytes
    reply_to: MessageId | None
    body: Body

    def encode(self) -> bytes:
        return codec.concat(
            [
                codec.uint(ENVELOPE_WITH_ATTACHMENTS if self.body.attachments else ENVELOPE_VERSION, 2),
                codec.fixed(self.message, MESSAGE_ID_BYTES),
                codec.fixed(self.operation, OPERATION_ID_BYTES),
                codec.fixed(self.channel, CHANNEL_ID_BYTES),
                codec.fixed(self.author, HASH_BYTES),
                codec.uint(self.ledger_sequence, 8),
                codec.fixed(self.ledger_hash, HASH_BYTES),
                codec.fixed(self.form, BLOB_ID_BYTES),
                codec.fixed(self.form_hash, HASH_BYTES),
                codec.optional(self.reply_to),
                codec.opaque(encode_body(self.body)),
            ]
        )


@dataclass(frozen=True, slots=True)
class SignedEnvelope:
    """Exact bytes and a signature over them. Nothing is known of the signature before `verify`."""

    content: bytes
    signature: bytes

    def encode(self) -> bytes:
        return codec.opaque(self.content) + codec.opaque(self.signature)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError for any other bytes."""
        return codec.decode(data, lambda reader: cls(reader.opaque(most=MAX_ENVELOPE_BYTES), reader.opaque(most=64)))

    def verify(self, signature_key: bytes) -> Envelope:
        """The device that holds `signature_key` wrote exactly this envelope.

        Raises:
            BadSignature: it did not.
            MalformedError: it signed something that is no envelope.
        """
        verify_with_label(signature_key, LABEL_ENVELOPE, self.content, self.signature)
        return decode_envelope(self.content)


def sign_envelope(envelope: Envelope, key: SigningKey) -> SignedEnvelope:
    """Sign with the device's MLS signature key (rule S8)."""
    content = envelope.encode()
    return SignedEnvelope(content, sign_with_label(key, LABEL_ENVELOPE, content))


def decode_envelope(data: bytes) -> Envelope:
    """The envelope that exactly `data` encodes; whether its values fit its form is the form's question.

    Raises:
        MalformedError: anything else.
    """
    return codec.decode(data, _envelope)


def _envelope(reader: Reader) -> Envelope:
    version = reader.uint(2)
    if version not in {ENVELOPE_VERSION, ENVELOPE_WITH_ATTACHMENTS}:
        raise MalformedError(
            f"an envelope of version {version}; this program reads {ENVELOPE_VERSION} and {ENVELOPE_WITH_ATTACHMENTS}"
        )
    envelope = Envelope(
        message=MessageId(reader.fixed(MESSAGE_ID_BYTES)),
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        author=reader.fixed(HASH_BYTES),
        ledger_sequence=reader.uint(8),
        ledger_hash=reader.fixed(HASH_BYTES),
        form=BlobId(reader.fixed(BLOB_ID_BYTES)),
        form_hash=reader.fixed(HASH_BYTES),
        reply_to=reader.optional(lambda inner: MessageId(inner.fixed(MESSAGE_ID_BYTES))),
        body=decode_body(reader.opaque(most=MAX_BODY_BYTES)),
    )
    if bool(envelope.body.attachments) != (version == ENVELOPE_WITH_ATTACHMENTS):
        raise MalformedError("version 1 has no attachments, version 2 has some")
    return envelope
