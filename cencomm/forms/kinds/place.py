"""Where: a code that everybody knows, words for what has none, or a point on the map.

    {"code": "NLRTM", "city": "Rotterdam", "country": "NL"}    {"site": "Lilongwe Airport", "country": "MW"}
    {"lat": "-13.789400", "lon": "33.781000"}

A code of three letters is an airport's (IATA), one of five a UN/LOCODE, which begins with its country.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.fault import FaultCode, quoted
from cencomm.forms.kinds.code import parse_code
from cencomm.forms.kinds.kind import Cell, Column, ColumnType, Spot
from cencomm.forms.kinds.number import parse_decimal
from cencomm.forms.kinds.quantity import parse_parts
from cencomm.forms.kinds.text import parse_text
from cencomm.forms.record import Record
from cencomm.forms.tongue import Tongue

COUNTRIES = "country"
MAX_WORDS = 150  # characters of a city or a site
COORDINATE_PLACES = 6  # a tenth of a metre
IATA = re.compile(r"[A-Z]{3}", re.ASCII)
LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}", re.ASCII)  # the UN/LOCODE manual leaves out 0 and 1


class PlacePart(StrEnum):
    CODE = "code"
    SITE = "site"
    CITY = "city"
    COUNTRY = "country"


_PARTS = frozenset(part.value for part in PlacePart)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceValue:
    """At least one part is there. `site` is a terminal, an airport, a street: what the city's name does not say."""

    code: str | None = None
    site: str | None = None
    city: str | None = None
    country: str | None = None

    def to_json(self) -> JsonValue:
        parts = {"code": self.code, "site": self.site, "city": self.city, "country": self.country}
        return {name: part for name, part in parts.items() if part is not None}

    def cells(self) -> tuple[Cell, ...]:
        return (self.code, self.site, self.city, self.country)

    def show(self, tongue: Tongue) -> str:
        country = None if self.country is None else tongue.code(COUNTRIES, self.country)
        words = tongue.several([part for part in (self.site, self.city, country) if part is not None])
        return " ".join(part for part in (self.code, words) if part)


@dataclass(frozen=True, slots=True)
class PlaceKind:
    parts: tuple[str, ...] = ()  # that have to be given
    type = "place"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        return {"parts": [*self.parts]} if self.parts else {}

    def parse(self, value: JsonValue, spot: Spot) -> PlaceValue | None:
        parts = parse_parts(value, spot, _PARTS)
        if parts is None:
            return None
        before = len(spot.faults)
        for part in self.parts:
            if part not in parts:
                spot.fault(FaultCode.PART_MISSING, part)
        place = PlaceValue(
            code=_code(parts, spot),
            site=parse_text(parts["site"], spot, most=MAX_WORDS, part="site") if "site" in parts else None,
            city=parse_text(parts["city"], spot, most=MAX_WORDS, part="city") if "city" in parts else None,
            country=parse_code(parts["country"], spot, COUNTRIES, part="country") if "country" in parts else None,
        )
        return place if len(spot.faults) == before else None

    def columns(self) -> tuple[Column, ...]:
        return (
            Column("code", ColumnType.TEXT),
            Column("site", ColumnType.TEXT),
            Column("city", ColumnType.TEXT),
            Column("country", ColumnType.CODE, COUNTRIES),
        )


def place_kind(record: Record) -> PlaceKind:
    parts = record.texts("parts", most=len(_PARTS))
    if not _PARTS.issuperset(parts):
        record.complain(f"parts are some of {', '.join(sorted(_PARTS))}")
    return PlaceKind(parts)


def _code(parts: dict[str, JsonValue], spot: Spot) -> str | None:
    code = parts.get("code")
    if code is None:
        return None
    if not isinstance(code, str) or not (IATA.fullmatch(code) or LOCODE.fullmatch(code)):
        spot.fault(FaultCode.PLACE_CODE_FORMAT, "code", value=quoted(code) if isinstance(code, str) else "")
        return None
    if LOCODE.fullmatch(code) and parts.get("country", code[:2]) != code[:2]:
        spot.fault(FaultCode.PLACE_CODE_COUNTRY, "code", country=code[:2])
        return None
    return code


@dataclass(frozen=True, slots=True)
class CoordinateValue:
    """WGS 84, degrees, north and east positive."""

    lat: Decimal
    lon: Decimal

    def to_json(self) -> JsonValue:
        return {"lat": format(self.lat, "f"), "lon": format(self.lon, "f")}

    def cells(self) -> tuple[Cell, ...]:
        return (self.lat, self.lon)

    def show(self, tongue: Tongue) -> str:
        return f"{tongue.number(self.lat)}°, {tongue.number(self.lon)}°"


@dataclass(frozen=True, slots=True)
class CoordinateKind:
    type = "coordinate"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        return {}

    def parse(self, value: JsonValue, spot: Spot) -> CoordinateValue | None:
        parts = parse_parts(value, spot, frozenset({"lat", "lon"}))
        if parts is None:
            return None
        lat, lon = _degrees(parts, spot, "lat", 90), _degrees(parts, spot, "lon", 180)
        return None if lat is None or lon is None else CoordinateValue(lat, lon)

    def columns(self) -> tuple[Column, ...]:
        return (Column("lat", ColumnType.DECIMAL), Column("lon", ColumnType.DECIMAL))


def coordinate_kind(_record: Record) -> CoordinateKind:
    return CoordinateKind()


def _degrees(parts: dict[str, JsonValue], spot: Spot, part: str, most: int) -> Decimal | None:
    if part not in parts:
        spot.fault(FaultCode.PART_MISSING, part)
        return None
    degrees = parse_decimal(parts[part], spot, part=part, places=COORDINATE_PLACES)
    if degrees is None or -most <= degrees <= most:
        return degrees
    if degrees < 0:
        spot.fault(FaultCode.TOO_SMALL, part, min=-most)
    else:
        spot.fault(FaultCode.TOO_LARGE, part, max=most)
    return None
