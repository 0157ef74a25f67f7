"""References to another message and to an attachment of this one: their identifiers in hexadecimal."""

from dataclasses import dataclass
from typing import Literal

from cencomm.errors import MalformedError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.fault import FaultCode
from cencomm.forms.kinds.kind import Cell, Column, ColumnType, Spot
from cencomm.forms.record import Record
from cencomm.forms.tongue import Tongue
from cencomm.ids import BLOB_ID_BYTES, MESSAGE_ID_BYTES, from_hex, short

_BYTES = {"message": MESSAGE_ID_BYTES, "attachment": BLOB_ID_BYTES}


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """Whether there is such a message or attachment is not known here."""

    identifier: bytes

    def to_json(self) -> JsonValue:
        return self.identifier.hex()

    def cells(self) -> tuple[Cell, ...]:
        return (self.identifier.hex(),)

    def show(self, _tongue: Tongue) -> str:
        return short(self.identifier)


@dataclass(frozen=True, slots=True)
class ReferenceKind:
    type: Literal["message", "attachment"]
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        return {}

    def parse(self, value: JsonValue, spot: Spot) -> ReferenceValue | None:
        if isinstance(value, str):
            try:
                return ReferenceValue(from_hex(value, length=_BYTES[self.type]))
            except MalformedError:
                pass
        spot.fault(FaultCode.REFERENCE_FORMAT)
        return None

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.TEXT),)


def message_kind(_record: Record) -> ReferenceKind:
    return ReferenceKind("message")


def attachment_kind(_record: Record) -> ReferenceKind:
    return ReferenceKind("attachment")
