"""How values are said in a reader's language, whatever the writer's was. Facts and formats come from CLDR (Babel).

Digits are Western and dates Gregorian in every language: a container number or a date read aloud over the telephone is
the same for both ends.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from babel import Locale
from babel.dates import UTC, format_date, format_skeleton
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from cencomm.forms.code_list import CodeList
from cencomm.forms.language import RIGHT_TO_LEFT
from cencomm.forms.wording import Wording

UNIT = "unit"
CLDR_UNITS = {  # UN/ECE Recommendation 20 -> CLDR; other units are said by the label of their code
    "KGM": "mass-kilogram",
    "GRM": "mass-gram",
    "MGM": "mass-milligram",
    "MC": "mass-microgram",
    "LBR": "mass-pound",
    "ONZ": "mass-ounce",
    "CTM": "mass-carat",
    "LTR": "volume-liter",
    "MLT": "volume-milliliter",
    "CLT": "volume-centiliter",
    "HLT": "volume-hectoliter",
    "MTQ": "volume-cubic-meter",
    "CMQ": "volume-cubic-centimeter",
    "MTR": "length-meter",
    "CMT": "length-centimeter",
    "MTK": "area-square-meter",
}


@dataclass(frozen=True, slots=True)
class Tongue:
    """One reader's language. Make it once and keep it: the first use of a locale loads its data.

    A code that the lists do not know is said as it stands.
    """

    language: str
    lists: Mapping[str, CodeList]
    wording: Wording
    _locale: Locale = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_locale", Locale.parse(self.language))

    def word(self, name: str) -> str:
        return self.wording.word(name, self.language)

    def code(self, list_name: str, code: str) -> str:
        codes = self.lists.get(list_name)
        return code if codes is None else codes.label(code, self.language)

    def several(self, texts: Sequence[str]) -> str:
        return ("، " if self.language in RIGHT_TO_LEFT else ", ").join(texts)

    def number(self, number: Decimal) -> str:
        """With every digit that was given."""
        return format_decimal(number, self._pattern(number), self._locale)

    def quantity(self, amount: Decimal, unit: str) -> str:
        cldr = CLDR_UNITS.get(unit)
        if cldr is None:
            return f"{self.number(amount)} {self.code(UNIT, unit)}"
        return format_unit(amount, cldr, "short", self._pattern(amount), self._locale)

    def money(self, amount: Decimal, currency: str) -> str:
        """With the currency's name: several are written with one sign."""
        return format_currency(
            amount, currency, self._pattern(amount), self._locale, currency_digits=False, format_type="name"
        )

    def date(self, year: int, month: int | None, day: int | None) -> str:
        if month is None:
            return str(year)
        if day is None:
            return format_skeleton("yMMMM", dt.datetime(year, month, 1, tzinfo=dt.UTC), UTC, locale=self._locale)
        return format_date(dt.date(year, month, day), "long", self._locale)

    def time(self, time: dt.time) -> str:
        """24 hours everywhere: nobody reads AM for PM on the telephone."""
        return f"{time:%H:%M}"

    def instant(self, instant: dt.datetime) -> str:
        """In UTC, seconds only if there are some."""
        time = f"{instant:%H:%M:%S}".removesuffix(":00")
        return f"{format_date(instant.date(), 'long', self._locale)} {time} UTC"

    def _pattern(self, number: Decimal) -> str:
        places = max(0, -int(number.as_tuple().exponent))
        grouping = str(self._locale.decimal_formats[None].pattern).partition(".")[0]
        return f"{grouping}.{'0' * places}" if places else grouping
