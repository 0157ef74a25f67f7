"""The envelope: what one officer wrote, signed by the device, to be checked long after the MLS keys are gone.

    Envelope --sign--> SignedEnvelope --salt, pad--> payload.py

Source: docs/protocol.md section 6.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.forms import canonical_json
from cencomm.forms.attachment import MAX_ATTACHMENTS, Attachment, decode_attachment, encode_attachment
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import LANGUAGES
from cencomm.forms.form import Variant
from cencomm.ids import (
    BLOB_ID_BYTES,
    CHANNEL_ID_BYTES,
    HASH_BYTES,
    MESSAGE_ID_BYTES,
    OPERATION_ID_BYTES,
    AccountId,
    BlobId,
    ChannelId,
    MessageId,
    OperationId,
    from_hex,
)
from cencomm.primitives.signatures import SigningKey, sign_with_label, verify_with_label

ENVELOPE_VERSION = 1
ENVELOPE_WITH_ATTACHMENTS = 2  # ADR 0009: only where there are some, so that an envelope still has one encoding
LABEL_ENVELOPE = b"cencomm envelope"

MAX_ENVELOPE_BYTES = 1 << 19  # a report of 100 items is about 60 kB; the log takes 1 MiB
MAX_BODY_BYTES = 400_000
MAX_ADDRESSEES = 800  # everybody in the largest operation (domain.md section C)

MAX_SECONDS = 7_258_118_400  # 2200-01-01: beyond it calendars of other programs break


class Priority(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"
    FLASH = "flash"


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0."""

    RED = "RED"
    AMBER_STRICT = "AMBER+STRICT"
    AMBER = "AMBER"
    GREEN = "GREEN"
    CLEAR = "CLEAR"


class Handling(StrEnum):
    """Handling codes H0 to H3, as Europol's SIENA has them."""

    H0 = "H0"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who must act: exactly one of an account, all of a country, all of a role."""

    account: AccountId | None = None
    country: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """4x4: A, B, C or X for the source, 1 to 4 for the information."""

    source: str
    information: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is said and how it is to be handled; times in seconds since 1970."""

    values: Mapping[str, JsonValue]
    language: str
    written_at: int
    to: tuple[Addressee, ...] = ()
    answer_by: int | None = None
    expected_action: str | None = None
    priority: Priority = Priority.ROUTINE
    handling: Handling = Handling.H0
    handling_text: str | None = None
    tlp: Tlp = Tlp.AMBER
    evaluation: Evaluation | None = None
    variant: Variant = Variant.LONG
    attachments: tuple[Attachment, ...] = ()


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
                codec.opaque(_encode_body(self.body)),
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


def _encode_body(body: Body) -> bytes:
    return canonical_json.encode(
        {
            "answer_by": body.answer_by,
            "attachments": [encode_attachment(attachment) for attachment in body.attachments],
            "evaluation": _encode_evaluation(body.evaluation),
            "expected_action": body.expected_action,
            "handling": {"code": body.handling.value, "text": body.handling_text},
            "language": body.language,
            "priority": body.priority.value,
            "tlp": body.tlp.value,
            "to": [_encode_addressee(addressee) for addressee in body.to],
            "values": body.values,
            "variant": body.variant.value,
            "written_at": body.written_at,
        }
    )


def _encode_evaluation(evaluation: Evaluation | None) -> dict[str, JsonValue] | None:
    if evaluation is None:
        return None
    return {"information": evaluation.information, "source": evaluation.source}


def _encode_addressee(addressee: Addressee) -> dict[str, JsonValue]:
    if addressee.account is not None:
        return {"account": addressee.account.hex()}
    if addressee.country is not None:
        return {"country": addressee.country}
    return {"role": addressee.role}


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
        body=_decode_body(reader.opaque(most=MAX_BODY_BYTES)),
    )
    if bool(envelope.body.attachments) != (version == ENVELOPE_WITH_ATTACHMENTS):
        raise MalformedError("version 1 has no attachments, version 2 has some")
    return envelope


_BODY_KEYS = frozenset(
    {
        "answer_by",
        "attachments",
        "evaluation",
        "expected_action",
        "handling",
        "language",
        "priority",
        "tlp",
        "to",
        "values",
        "variant",
        "written_at",
    }
)


def _decode_body(data: bytes) -> Body:
    fields = _record(canonical_json.decode(data, most=MAX_BODY_BYTES), _BODY_KEYS)
    handling = _record(fields["handling"], frozenset({"code", "text"}))
    to = fields["to"]
    if not isinstance(to, list) or len(to) > MAX_ADDRESSEES:
        raise MalformedError("`to` is a list of addressees")
    values = fields["values"]
    if not isinstance(values, dict):
        raise MalformedError("`values` is an object")
    evaluation = fields["evaluation"]
    return Body(
        values=values,
        language=_one_of(fields["language"], LANGUAGES),
        written_at=_seconds(fields["written_at"]),
        to=tuple(_decode_addressee(item) for item in to),
        answer_by=None if fields["answer_by"] is None else _seconds(fields["answer_by"]),
        expected_action=_text_or_none(fields["expected_action"]),
        priority=Priority(_one_of(fields["priority"], tuple(Priority))),
        handling=Handling(_one_of(handling["code"], tuple(Handling))),
        handling_text=_text_or_none(handling["text"]),
        tlp=Tlp(_one_of(fields["tlp"], tuple(Tlp))),
        evaluation=None if evaluation is None else _decode_evaluation(evaluation),
        variant=Variant(_one_of(fields["variant"], tuple(Variant))),
        attachments=_decode_attachments(fields["attachments"]),
    )


def _decode_attachments(value: JsonValue) -> tuple[Attachment, ...]:
    if not isinstance(value, list) or len(value) > MAX_ATTACHMENTS:
        raise MalformedError(f"`attachments` is a list of at most {MAX_ATTACHMENTS}")
    attachments = tuple(decode_attachment(item) for item in value)
    if len({attachment.id for attachment in attachments}) != len(attachments):
        raise MalformedError("an attachment is named twice")
    return attachments


def _decode_evaluation(value: JsonValue) -> Evaluation:
    fields = _record(value, frozenset({"source", "information"}))
    return Evaluation(_one_of(fields["source"], tuple("ABCX")), _one_of(fields["information"], tuple("1234")))


def _decode_addressee(value: JsonValue) -> Addressee:
    match value:
        case {"account": str(text), **rest} if not rest:
            return Addressee(account=AccountId(from_hex(text, length=16)))
        case {"country": str(text), **rest} if not rest and len(text) == 2 and text.isascii() and text.isupper():  # noqa: PLR2004 (alpha-2)
            return Addressee(country=text)
        case {"role": str(text), **rest} if not rest and 0 < len(text) <= 32:  # noqa: PLR2004 (any role name)
            return Addressee(role=text)
        case _:
            raise MalformedError("an addressee is an account, a country or a role")


def _record(value: JsonValue, keys: frozenset[str]) -> Mapping[str, JsonValue]:
    if not isinstance(value, dict) or value.keys() != keys:
        raise MalformedError(f"an object with exactly {', '.join(sorted(keys))} is needed")
    return value


def _one_of(value: JsonValue, allowed: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise MalformedError(f"one of {', '.join(allowed)} is needed")
    return value


def _seconds(value: JsonValue) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_SECONDS:
        raise MalformedError("a time is a whole number of seconds")
    return value


def _text_or_none(value: JsonValue) -> str | None:
    if value is not None and (not isinstance(value, str) or len(value) > 1000):  # noqa: PLR2004 (a sentence or two)
        raise MalformedError("a short text or null is needed")
    return value
