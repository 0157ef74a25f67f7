"""One cell of somebody else's table -> a date or an amount, with what was uncertain about it.

People write "18-Jan-09", "3-5 May 2016", "1,200", "~300", "<1", "12.5 kg". What cannot be read for certain is either
read to the precision that is certain, or refused; it is never guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from babel import Locale

from cencomm.errors import MalformedError
from cencomm.forms.code_list import fold
from cencomm.forms.doubt import Doubt, DoubtKind

MAX_CELL_CHARACTERS = 4_000  # the longest honest cell seen has 411; a novel in a cell is a broken quotation mark
MAX_VALUE_CHARACTERS = 100  # of a date or an amount; longer ones are sentences
FIRST_SHORT_YEAR = 1970  # two digits mean 1970 to 2069: no system that exports files is older
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
MAX_WHOLE_DIGITS, MAX_PLACES = 15, 9  # of an amount, as forms keep them

_YEAR_DIGITS, _SHORT_DIGITS = 4, 2
_MONTHS, _DAYS = 12, 31

_RANGE = re.compile(r" (?:to|until|and|-) | ?[\u2010-\u2015] ?|(?<=[^\W\d_])-(?=[^\W\d_])", re.IGNORECASE)
_DAY_RANGE = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?\s*[-/&]\s*([0-9]{1,2})(?:st|nd|rd|th)?(\s+[^\W\d].*)")
_TIME = re.compile(r"[T ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?\s*(?:Z|[AaPp]\.?[Mm]\.?)?$")
_DATE_WORDS = re.compile(r"[0-9]+|[^\W\d_]+")
_DATE_SEPARATORS = frozenset(" ,./-'")
_ORDINAL = re.compile(r"(?<=[0-9])(?:st|nd|rd|th)\b", re.IGNORECASE)

_GROUP = "[, \u00a0\u202f']"
_NUMBER = rf"(?:[0-9]{{1,3}}(?:{_GROUP}[0-9]{{3}})+|[0-9]+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{{1,2}})?|\.[0-9]+"
_AMOUNT = re.compile(rf"(?P<before>[^0-9]*?)(?P<number>{_NUMBER})(?P<more> ?\+)?(?P<unit>[^0-9+]*)")
_AMOUNT_RANGE = re.compile(rf"({_NUMBER}) ?(?:-|\u2013|to) ?({_NUMBER})([^0-9+]*)")

# What stands before a number, and what it says about it: codes of the list quantity_basis.
_BASES = {
    **dict.fromkeys(
        ("~", "\u2248", "c", "ca", "circa", "about", "around", "approx", "approximately", "est"), "estimated"
    ),
    **dict.fromkeys((">", "\u2265", ">=", "over", "more than", "at least", "min"), "at_least"),
    **dict.fromkeys(("<", "\u2264", "<=", "under", "less than", "at most", "up to", "almost", "nearly"), "at_most"),
}


class UnreadableCellError(MalformedError):
    """A cell that says nothing certain of the kind asked for; the text says why."""


class DateOrder(StrEnum):
    """Which comes first in 1/5/2017."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


@dataclass(frozen=True, slots=True)
class DateRead:
    """`date` is ISO 8601, as long as what is known: 2014-03-05, 2014-03 or 2014."""

    date: str
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class AmountRead:
    """`number` is an exact decimal, `unit` and `basis` codes; without `unit` the cell names none."""

    number: str
    unit: str | None = None
    basis: str | None = None
    doubts: tuple[Doubt, ...] = ()


def month_names(languages: tuple[str, ...]) -> Mapping[str, int]:
    """Month names and their abbreviations, folded, as CLDR has them."""
    found: dict[str, int] = {}
    for language in languages:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    found.setdefault(fold(name).rstrip("."), int(number))
    return found | ({"sept": 9} if "en" in languages else {})


_DOTTED = re.compile(r"\d\.\d", re.ASCII)


def read_date(text: str, *, order: DateOrder, months: Mapping[str, int]) -> DateRead:
    """The day, or the month or year that is certain. A range becomes the span that covers it.

    Raises:
        UnreadableCellError: no date, or one that does not exist.
    """
    written = _TIME.sub("", _short(text))
    try:
        return _single_date(written, order, months)
    except UnreadableCellError:
        first, last = _range_ends(written, order, months)
    span = _common_span(first, last)
    if not span:
        raise UnreadableCellError(f"{text.strip()!r} spans more than one year")
    return DateRead(span, (Doubt(DoubtKind.COARSE_DATE, f"the range became {span}"),))


def read_amount(text: str, *, units: Mapping[str, str]) -> AmountRead:
    """A number with what is said about it.

    Args:
        text: the point is the decimal sign; comma, apostrophe and space part thousands only.
        units: folded name of a unit -> code.

    Raises:
        UnreadableCellError: not one number, or followed by something that is no unit.
    """
    written = _short(text)
    if (found := _AMOUNT_RANGE.fullmatch(written)) is not None:
        number, rounded = _decimal(found[1])
        kept = Doubt(DoubtKind.APPROXIMATE, f"the range became at least {number}")
        return AmountRead(number, _unit(found[3], units), "at_least", (kept, *rounded))
    if (found := _AMOUNT.fullmatch(written)) is None:
        raise UnreadableCellError(f"{written!r} is no number")
    number, rounded = _decimal(found["number"])
    unit = _unit(found["unit"], units)
    before = fold(found["before"]).rstrip(".")
    if not before and not found["more"]:
        return AmountRead(number, unit, None, rounded)
    basis = "at_least" if found["more"] and not before else _BASES.get(before)
    if basis is None:
        raise UnreadableCellError(f"{found['before'].strip()!r} before the number is not understood")
    kept = Doubt(DoubtKind.APPROXIMATE, f"kept as {number}, {basis.replace('_', ' ')}")
    return AmountRead(number, unit, basis, (kept, *rounded))


def _short(text: str) -> str:
    written = " ".join(text.split())
    if len(written) > MAX_VALUE_CHARACTERS:
        raise UnreadableCellError(f"too long: {written[:40]!r}")
    return written


def _single_date(written: str, order: DateOrder, months: Mapping[str, int]) -> DateRead:
    parts = _DATE_WORDS.findall(_ORDINAL.sub("", written))
    named = [index for index, part in enumerate(parts) if fold(part) in months]
    if not _DATE_SEPARATORS.issuperset(_DATE_WORDS.sub("", written)):
        raise UnreadableCellError(f"{written!r} is no date")
    if any(not part.isdecimal() for index, part in enumerate(parts) if index not in named) or len(named) > 1:
        raise UnreadableCellError(f"{written!r} is no date")
    numbers = [part for index, part in enumerate(parts) if index not in named]
    if named:
        month = months[fold(parts[named[0]])]
        return _with_named_month(numbers, month, month_first=named[0] == 0)
    dotted = _DOTTED.search(written) is not None  # nobody who writes dots puts the month first
    return _with_numbers(numbers, DateOrder.DAY_FIRST if dotted else order)


def _with_named_month(numbers: list[str], month: int, *, month_first: bool) -> DateRead:
    """18 Jan 2009, Jan 18 2009, 2009 Jan 18, Jan 2009, Jan-09."""
    match numbers:
        case [year] if month_first or len(year) == _YEAR_DIGITS:
            return DateRead(_iso(_year(year), month))
        case [year, day] if len(year) == _YEAR_DIGITS:
            return DateRead(_iso(_year(year), month, int(day)))
        case [day, year]:
            return DateRead(_iso(_year(year), month, int(day)))
    raise UnreadableCellError("a month without one year")


def _with_numbers(numbers: list[str], order: DateOrder) -> DateRead:
    """2009-01-18, 1/18/2009, 2009-01, 1/2009, 2009."""
    match numbers:
        case [year] if len(year) == _YEAR_DIGITS:
            return DateRead(_iso(_year(year)))
        case [year, month] if len(year) == _YEAR_DIGITS:
            return DateRead(_iso(_year(year), int(month)))
        case [month, year] if len(year) == _YEAR_DIGITS:
            return DateRead(_iso(_year(year), int(month)))
        case [year, month, day] if len(year) == _YEAR_DIGITS:
            return DateRead(_iso(_year(year), int(month), int(day)))
        case [first, second, year]:
            return _with_order(int(first), int(second), _year(year), order)
    raise UnreadableCellError("no date")


def _with_order(first: int, second: int, year: int, order: DateOrder) -> DateRead:
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    if month > _MONTHS >= day:
        date = _iso(year, day, month)
        return DateRead(date, (Doubt(DoubtKind.DATE_ORDER, f"only {date} exists, against the order of the file"),))
    date = _iso(year, month, day)
    if day > _MONTHS or day == month:
        return DateRead(date)
    return DateRead(date, (Doubt(DoubtKind.DATE_ORDER, f"read as {date}, in the order that the mapping declares"),))


def _year(digits: str) -> int:
    if len(digits) == _SHORT_DIGITS:
        century = FIRST_SHORT_YEAR // 100 * 100
        return century + int(digits) + (100 if century + int(digits) < FIRST_SHORT_YEAR else 0)
    if len(digits) != _YEAR_DIGITS or not EARLIEST_YEAR <= int(digits) <= LATEST_YEAR:
        raise UnreadableCellError(f"{digits[:20]!r} is no year")
    return int(digits)


def _iso(year: int, month: int | None = None, day: int | None = None) -> str:
    if month is not None and not 1 <= month <= _MONTHS:
        raise UnreadableCellError(f"there is no month {month}")
    if month is not None and day is not None and not 1 <= day <= _days_in(year, month):
        raise UnreadableCellError(f"there is no day {day} in {year}-{month:02}")
    return "-".join(f"{part:02}" for part in (year, month, day) if part is not None)


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (_DAYS, 29 if leap else 28, _DAYS, 30, _DAYS, 30, _DAYS, _DAYS, 30, _DAYS, 30, _DAYS)[month - 1]


def _range_ends(written: str, order: DateOrder, months: Mapping[str, int]) -> tuple[str, str]:
    """First and last date of "5/17/2011 to 5/26/2011", "3-5 May 2016", "28 Feb - 2 Mar 2016"."""
    ends = _RANGE.split(written)
    if (days := _DAY_RANGE.fullmatch(written)) is not None:
        ends = [days[1] + days[3], days[2] + days[3]]
    if len(ends) != 2:  # noqa: PLR2004 (a range has two ends)
        raise UnreadableCellError(f"{written!r} is no date")
    last = _single_date(ends[1], order, months).date
    for completed in (ends[0], f"{ends[0]} {_after_day(ends[1])}", f"{ends[0]} {last[:4]}"):
        try:
            first = _single_date(completed, order, months).date
        except UnreadableCellError:
            continue
        if first <= last:
            return first, last
    raise UnreadableCellError(f"{written!r} is no range of dates")


def _after_day(end: str) -> str:
    """The month and year of "5 May 2016", which hold for "3" as well."""
    return end.strip().partition(" ")[2]


def _common_span(first: str, last: str) -> str:
    shared: list[str] = []
    for a, b in zip(first.split("-"), last.split("-"), strict=False):
        if a != b:
            break
        shared.append(a)
    return "-".join(shared)


def _decimal(digits: str) -> tuple[str, tuple[Doubt, ...]]:
    number = Decimal(re.sub(_GROUP, "", digits))
    if number and number.adjusted() >= MAX_WHOLE_DIGITS:
        raise UnreadableCellError(f"{digits[:40]} is too large")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MAX_PLACES:
        kept = format(number.quantize(Decimal(1).scaleb(-MAX_PLACES), ROUND_HALF_EVEN).normalize(), "f")
        return kept, (Doubt(DoubtKind.ROUNDED, f"rounded to {MAX_PLACES} decimal places: {kept}"),)
    return format(number, "f"), ()


def _unit(name: str, units: Mapping[str, str]) -> str | None:
    written = fold(name).rstrip(".")
    if not written:
        return None
    if written not in units:
        raise UnreadableCellError(f"{name.strip()[:40]!r} after the number is no unit")
    return units[written]
