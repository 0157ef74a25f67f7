"""Reads `templates/mappings/*.toml`: a mapping whose codes exist, whose tables are there, whose targets are names."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from cencomm.errors import MalformedError
from cencomm.forms.code_list import CodeList, fold
from cencomm.forms.mapping_rules import (
    Codes,
    FiscalMonth,
    Flight,
    Legs,
    Lookup,
    Note,
    Quantities,
    Reference,
    RowMapping,
    Rule,
    Site,
    Where,
    phrase,
)
from cencomm.resources import resource

MAX_MAPPING_BYTES = 1 << 18  # the longest that ships has 11 kB

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_TARGET = re.compile(r"[a-z][a-z0-9_]{0,47}(?:\.[a-z][a-z0-9_]{0,47})?")
_ENCODINGS = frozenset({"cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1256", "iso8859-1", "iso8859-15"})


class MappingError(MalformedError):
    """A file that is no mapping; the text says where."""


def load_mapping(name: str, code_lists: Mapping[str, CodeList], override: Path | None = None) -> RowMapping:
    """The mapping `templates/mappings/{name}.toml`.

    Raises:
        MappingError: it is none.
        UsageError: there is no such file.
    """
    return decode_mapping(resource(f"templates/mappings/{name}.toml", override=override).read_bytes(), code_lists)


def decode_mapping(data: bytes, code_lists: Mapping[str, CodeList]) -> RowMapping:
    """The mapping that a TOML file holds: its codes exist, its tables are there, its targets are names.

    Raises:
        MappingError: any other bytes.
    """
    if len(data) > MAX_MAPPING_BYTES:
        raise MappingError(f"more than {MAX_MAPPING_BYTES} bytes")
    try:
        read = msgspec.toml.decode(data, type=RowMapping)
    except (ValueError, RecursionError) as error:
        raise MappingError(str(error)) from error
    mapping = msgspec.structs.replace(
        read,
        silent=tuple(fold(text) for text in read.silent),
        units={fold(name): code for name, code in read.units.items()},
        tables={name: _folded(table) for name, table in read.tables.items()},
    )
    for complaint in _complaints(mapping, code_lists):
        raise MappingError(complaint)
    return mapping


def _folded(table: Lookup) -> Lookup:
    return msgspec.structs.replace(
        table,
        exact={phrase(text): code for text, code in table.exact.items()},
        words={phrase(text): code for text, code in table.words.items()},
    )


def _targets_of(rule: Rule) -> tuple[str, ...]:
    match rule:
        case Codes():
            found: tuple[str | None, ...] = (*(target.to for target in rule.targets), rule.text_to)
        case Quantities():
            found = rule.to
        case Where():
            found = (rule.to, rule.country_to)
        case Legs():
            found = (rule.block,)
        case Flight():
            found = (rule.carrier_to, rule.flight_to)
        case Note():
            found = ()
        case _:
            found = (rule.to,)
    return tuple(target for target in found if target is not None)


def _complaints(mapping: RowMapping, code_lists: Mapping[str, CodeList]) -> Iterator[str]:
    if mapping.fallback_encoding not in _ENCODINGS:
        yield f"fallback_encoding is one of {sorted(_ENCODINGS)}"
    yield from (f"no language {one!r}" for one in mapping.languages if one not in {"en", "fr", "es", "pt", "de", "ru"})
    yield from (f"no machine name: {name!r}" for name in (mapping.form, *mapping.joins) if not _NAME.fullmatch(name))
    yield from (f"no unit {code!r}" for code in mapping.units.values() if code not in code_lists["unit"])
    for name, table in mapping.tables.items():
        codes = code_lists.get(table.list)
        if codes is None:
            yield f"table {name}: no code list {table.list!r}"
        else:
            used = (*table.exact.values(), *table.words.values())
            yield from (f"table {name}: no code {code!r}" for code in used if code not in codes)
    for column in mapping.columns():
        join, colon, _ = column.rpartition(":")
        if colon and join not in mapping.joins:
            yield f"column {column!r}: no joined file {join!r}"
    for rule in mapping.rules:
        yield from _rule_complaints(rule, mapping, code_lists)


def _rule_complaints(rule: Rule, mapping: RowMapping, code_lists: Mapping[str, CodeList]) -> Iterator[str]:
    yield from (f"no target: {target!r}" for target in _targets_of(rule) if not _TARGET.fullmatch(target))
    match rule:
        case Quantities():
            yield from (f"no unit {one.unit!r}" for one in rule.amounts if one.unit not in code_lists["unit"])
            if not 0 < len(rule.amounts) <= len(rule.to):
                yield "quantities need a target for each amount"
        case Codes():
            for target in rule.targets:
                if target.table not in mapping.tables:
                    yield f"no table {target.table!r}"
                elif target.default and target.default not in code_lists[mapping.tables[target.table].list]:
                    yield f"no code {target.default!r}"
        case Legs() if rule.role not in code_lists["route_role"]:
            yield f"no route role {rule.role!r}"
        case Site() if rule.country not in code_lists["country"]:
            yield f"no country {rule.country!r}"
        case FiscalMonth() if not 1 <= rule.first_month <= 12:  # noqa: PLR2004 (months)
            yield "first_month is 1 to 12"
        case Reference() if not rule.columns:
            yield "a reference needs a column"
        case _:
            pass
