"""Identifiers that others issue: a fixed pattern, and often a check digit that finds a slip of the pen.

    "TEMU9305412"    {"as_seen": "TEMU9305413"}

A container can carry a number whose check digit is wrong: two containers under one number are a known way of smuggling.
Who has read it again says so with `as_seen`; without that a wrong check digit is refused.

The patterns are ours and have names: a form cannot bring its own, which could take a reader's machine for hours.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from stdnum import casrn, imo, iso6346

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.fault import FaultCode
from cencomm.forms.kinds.kind import Cell, Column, ColumnType, Spot
from cencomm.forms.kinds.quantity import parse_parts
from cencomm.forms.record import Record
from cencomm.forms.tongue import Tongue

AS_SEEN = "as_seen"


class SchemeName(StrEnum):
    CONTAINER = "container"
    IMO = "imo"
    MMSI = "mmsi"
    AWB = "awb"
    FLIGHT = "flight"
    AIRCRAFT_REGISTRATION = "aircraft_registration"
    VIN = "vin"
    UPU_S10 = "upu_s10"
    HS6 = "hs6"
    CAS = "cas"
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Scheme:
    """`check` gives the text with the right check digit in place, for a text that has the pattern."""

    pattern: re.Pattern[str]
    check: Callable[[str], str] | None = None


def _container(text: str) -> str:  # ISO 6346
    return text[:10] + iso6346.calc_check_digit(text[:10])


def _imo(text: str) -> str:  # IMO resolution A.1117(30)
    return text[:6] + imo.calc_check_digit(text[:6])


def _cas(text: str) -> str:
    return text[:-1] + casrn.calc_check_digit(text.replace("-", "")[:-1])


def _awb(text: str) -> str:
    """IATA resolution 600a: after the airline's three digits seven of a number, and that number modulo 7."""
    return text[:10] + str(int(text[3:10]) % 7)


def _s10(text: str) -> str:
    """UPU standard S10: eight digits by 8 6 4 2 3 5 9 7, 11 minus the rest modulo 11, 10 is 0 and 11 is 5."""
    rest = 11 - sum(int(d) * w for d, w in zip(text[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return text[:10] + {10: "0", 11: "5"}.get(rest, str(rest)) + text[11:]


_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = {**{str(digit): digit for digit in range(10)}, **dict(zip("ABCDEFGH", range(1, 9), strict=True))} | dict(
    zip("JKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)


def _vin(text: str) -> str:
    """ISO 3779; the check digit at the ninth place only where it is law: 49 CFR 565, North America (1 to 5)."""
    if text[0] not in "12345":
        return text
    rest = sum(_VIN_VALUES[c] * weight for c, weight in zip(text, _VIN_WEIGHTS, strict=True)) % 11
    return text[:8] + ("X" if rest == 10 else str(rest)) + text[9:]  # noqa: PLR2004 (49 CFR 565.15: the remainder 10 is written X)


SCHEMES: Mapping[SchemeName, Scheme] = {
    SchemeName.CONTAINER: Scheme(re.compile(r"[A-Z]{3}[UJZ][0-9]{7}", re.ASCII), _container),
    SchemeName.IMO: Scheme(re.compile(r"[0-9]{7}", re.ASCII), _imo),
    SchemeName.MMSI: Scheme(re.compile(r"[0-9]{9}", re.ASCII)),
    SchemeName.AWB: Scheme(re.compile(r"[0-9]{11}", re.ASCII), _awb),
    SchemeName.FLIGHT: Scheme(re.compile(r"(?:[A-Z][A-Z0-9]|[0-9][A-Z]|[A-Z]{3})[0-9]{1,4}[A-Z]?", re.ASCII)),
    SchemeName.AIRCRAFT_REGISTRATION: Scheme(re.compile(r"[A-Z0-9]{1,3}-?[A-Z0-9]{1,6}", re.ASCII)),
    SchemeName.VIN: Scheme(re.compile(r"[A-HJ-NPR-Z0-9]{17}", re.ASCII), _vin),
    SchemeName.UPU_S10: Scheme(re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", re.ASCII), _s10),
    SchemeName.HS6: Scheme(re.compile(r"[0-9]{6}", re.ASCII)),
    SchemeName.CAS: Scheme(re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]", re.ASCII), _cas),
    SchemeName.PHONE: Scheme(re.compile(r"\+[1-9][0-9]{5,14}", re.ASCII)),  # ITU-T E.164
    SchemeName.EMAIL: Scheme(re.compile(r"[^\s@<>(),:;\"\x00-\x20\x7f-\x9f]{1,64}@[A-Za-z0-9.-]{1,190}", re.ASCII)),
}


@dataclass(frozen=True, slots=True)
class IdentifierValue:
    text: str
    as_seen: bool = False  # the check digit is wrong, and somebody looked again

    def to_json(self) -> JsonValue:
        return {AS_SEEN: self.text} if self.as_seen else self.text

    def cells(self) -> tuple[Cell, ...]:
        return (self.text, self.as_seen)

    def show(self, tongue: Tongue) -> str:
        return f"{self.text} ({tongue.word(AS_SEEN)})" if self.as_seen else self.text


@dataclass(frozen=True, slots=True)
class IdentifierKind:
    scheme: SchemeName
    type = "identifier"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        return {"scheme": self.scheme.value}

    def parse(self, value: JsonValue, spot: Spot) -> IdentifierValue | None:
        as_seen = isinstance(value, dict)
        if isinstance(value, dict):
            parts = parse_parts(value, spot, frozenset({AS_SEEN}))
            if parts is None:
                return None
            value = parts.get(AS_SEEN)
        if not isinstance(value, str):
            spot.fault(FaultCode.WRONG_TYPE)
            return None
        scheme = SCHEMES[self.scheme]
        if not scheme.pattern.fullmatch(value):
            spot.fault(FaultCode.IDENTIFIER_FORMAT, scheme=self.scheme.value)
            return None
        right = value if scheme.check is None else scheme.check(value)
        if not as_seen and right != value:
            spot.fault(FaultCode.CHECK_DIGIT, right=right)
            return None
        if as_seen and right == value:
            # One number has one spelling, or it would not be found.
            spot.fault(FaultCode.NEEDLESS_CONFIRMATION)
            return None
        return IdentifierValue(value, as_seen)

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.TEXT), Column(AS_SEEN, ColumnType.BOOLEAN))


def identifier_kind(record: Record) -> IdentifierKind:
    return IdentifierKind(record.choice("scheme", SchemeName))
