"""Countries and currencies as CLDR has them, through Babel: nine languages are right without our typing them."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from babel import Locale
from babel.core import get_global

from cencomm.forms.code_entry import LANGUAGES, CodeEntry

_ALPHA_2 = re.compile(r"[A-Z]{2}")
# CLDR has no French name for these yet.
_FRENCH_CURRENCIES = {"VED": "bolivar souverain", "ZWG": "or du Zimbabwe"}
# Territories of CLDR that are no entries of ISO 3166-1: exceptional reservations, groupings, pseudo-locales.
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
_USER_ASSIGNED = frozenset({"XK"})  # Kosovo: user-assigned in ISO 3166-1, used by customs administrations


def country_entries() -> tuple[CodeEntry, ...]:
    """ISO 3166-1 alpha-2 and XK, as CLDR names them."""
    locales = _locales()
    territories = {str(territory) for territory in locales["en"].territories}
    codes = {territory for territory in territories if _ALPHA_2.fullmatch(territory)} - _NO_COUNTRIES
    return tuple(_country(code, locales) for code in sorted(codes))


def _country(code: str, locales: Mapping[str, Locale]) -> CodeEntry:
    return CodeEntry(
        code=code,
        labels=_cldr_labels((language, locale.territories.get(code)) for language, locale in locales.items()),
        flags=MappingProxyType({"status": ("user_assigned",)} if code in _USER_ASSIGNED else {}),
    )


def currency_entries() -> tuple[CodeEntry, ...]:
    """ISO 4217 as CLDR has it, with the withdrawn currencies that old cases name."""
    locales = _locales()
    spans = _currency_spans()
    return tuple(
        _currency(code, spans.get(code, (None, None)), locales) for code in sorted(map(str, locales["en"].currencies))
    )


def _currency(code: str, span: tuple[str | None, str | None], locales: Mapping[str, Locale]) -> CodeEntry:
    names = ((language, locale.currencies.get(code)) for language, locale in locales.items())
    ours = {"fr": _FRENCH_CURRENCIES.get(code)}
    return CodeEntry(
        code=code,
        labels=_cldr_labels((language, name or ours.get(language)) for language, name in names),
        valid_from=span[0],
        valid_to=span[1],
    )


def _currency_spans() -> Mapping[str, tuple[str | None, str | None]]:
    """First and last day anywhere; open if it is or was without limit in one place."""
    found: dict[str, list[tuple[str | None, str | None]]] = {}
    for uses in get_global("territory_currencies").values():
        for code, start, end, _tender in uses:
            found.setdefault(code, []).append((_iso(start), _iso(end)))
    return {
        code: (
            min((start or "" for start, _ in spans), default="") or None,
            None if any(end is None for _, end in spans) else max(end or "" for _, end in spans),
        )
        for code, spans in found.items()
    }


def _iso(date: tuple[int, int, int] | None) -> str | None:
    return None if date is None else dt.date(*date).isoformat()


def _locales() -> Mapping[str, Locale]:
    return {language: Locale.parse(language) for language in LANGUAGES}


def _cldr_labels(labels: Iterable[tuple[str, str | None]]) -> Mapping[str, str]:
    return MappingProxyType({language: label for language, label in labels if label})
