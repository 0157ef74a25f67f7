"""Dates that may be known to the month or the year only, times of day, moments in UTC.

A date says its precision by its length (ISO 8601-1): `2014-03-05`, `2014-03` or `2014`.
"""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.fault import FaultCode
from cencomm.forms.kinds.kind import Cell, Column, ColumnType, Spot
from cencomm.forms.record import Record
from cencomm.forms.tongue import Tongue

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199  # a slip of the keyboard is more likely than a case outside
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_AHEAD = dt.timedelta(days=1)  # of UTC: it is tomorrow already in Kiribati, and clocks of duty posts are not exact


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, a month or a year; the missing parts are None, a day only with a month."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        return "-".join(f"{part:02}" for part in (self.year, self.month, self.day) if part is not None)

    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month or 1, self.day or 1)

    def precision(self) -> Precision:
        if self.month is None:
            return Precision.YEAR
        return Precision.MONTH if self.day is None else Precision.DAY


def date_of(value: JsonValue) -> PartialDate | None:
    """The date that a text writes, if it writes one that exists between 1900 and 2199."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    date = PartialDate(*(None if part is None else int(part) for part in found.groups()))  # type: ignore[arg-type]  # the year always matches
    try:
        date.first_day()
    except ValueError:
        return None
    return date if EARLIEST_YEAR <= date.year <= LATEST_YEAR else None


@dataclass(frozen=True, slots=True)
class DateValue:
    date: PartialDate

    def to_json(self) -> JsonValue:
        return str(self.date)

    def cells(self) -> tuple[Cell, ...]:
        return (str(self.date),)

    def show(self, tongue: Tongue) -> str:
        return tongue.date(self.date.year, self.date.month, self.date.day)


@dataclass(frozen=True, slots=True)
class DateKind:
    coarsest: Precision
    past: bool  # not after the day on which the report was written
    type = "date"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {} if self.coarsest is Precision.DAY else {"coarsest": self.coarsest.value}
        return found | ({"past": True} if self.past else {})

    def parse(self, value: JsonValue, spot: Spot) -> DateValue | None:
        date = date_of(value)
        if date is None:
            spot.fault(FaultCode.DATE_FORMAT)
        elif _rank(date.precision()) > _rank(self.coarsest):
            spot.fault(FaultCode.DATE_TOO_COARSE)
        elif self.past and date.first_day() > spot.today + _AHEAD:
            spot.fault(FaultCode.DATE_IN_FUTURE)
        else:
            return DateValue(date)
        return None

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.DATE),)


def _rank(precision: Precision) -> int:
    return list(Precision).index(precision)


def date_kind(record: Record) -> DateKind:
    return DateKind(record.optional_choice("coarsest", Precision) or Precision.DAY, record.flag("past"))


@dataclass(frozen=True, slots=True)
class TimeValue:
    time: dt.time

    def to_json(self) -> JsonValue:
        return self.time.strftime("%H:%M")

    def cells(self) -> tuple[Cell, ...]:
        return (self.time.strftime("%H:%M"),)

    def show(self, tongue: Tongue) -> str:
        return tongue.time(self.time)


@dataclass(frozen=True, slots=True)
class TimeKind:
    """A time of day where it happened: `06:10`."""

    type = "time"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        return {}

    def parse(self, value: JsonValue, spot: Spot) -> TimeValue | None:
        if isinstance(value, str) and _TIME.fullmatch(value):
            return TimeValue(dt.time.fromisoformat(value))
        spot.fault(FaultCode.TIME_FORMAT)
        return None

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.TIME),)


def time_kind(_record: Record) -> TimeKind:
    return TimeKind()


@dataclass(frozen=True, slots=True)
class InstantValue:
    instant: dt.datetime

    def to_json(self) -> JsonValue:
        return self.instant.strftime("%Y-%m-%dT%H:%M:%SZ")

    def cells(self) -> tuple[Cell, ...]:
        return (self.instant.strftime("%Y-%m-%dT%H:%M:%SZ"),)

    def show(self, tongue: Tongue) -> str:
        return tongue.instant(self.instant)


@dataclass(frozen=True, slots=True)
class InstantKind:
    """A moment, in UTC: `2026-11-22T05:10:00Z`."""

    type = "instant"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        return {}

    def parse(self, value: JsonValue, spot: Spot) -> InstantValue | None:
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            try:
                instant = dt.datetime.fromisoformat(value)
            except ValueError:
                instant = None
            if instant is not None and EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
                return InstantValue(instant)
        spot.fault(FaultCode.INSTANT_FORMAT)
        return None

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.INSTANT),)


def instant_kind(_record: Record) -> InstantKind:
    return InstantKind()
