"""The body of an envelope: what is said in a form's fields, to whom, and how it is to be handled.

It is one canonical JSON object, so a body has one encoding. Source: docs/protocol.md section 6.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cencomm.errors import MalformedError
from cencomm.forms import canonical_json
from cencomm.forms.attachment import MAX_ATTACHMENTS, Attachment, decode_attachment, encode_attachment
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import LANGUAGES
from cencomm.forms.form import Variant
from cencomm.ids import AccountId, from_hex

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


def encode_body(body: Body) -> bytes:
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


def decode_body(data: bytes) -> Body:
    """The body that exactly `data` encodes. Raises MalformedError for anything else."""
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
