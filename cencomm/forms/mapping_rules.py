"""The language of `templates/mappings/*.toml`: which columns of somebody's file become which fields of a form.

A mapping is data, so that a new file needs no programmer. It is a list of rules; each reads one or more columns and
says where the result goes. `docs/mappings.md` explains it for those who write mappings.

Columns are named as in the file, without regard to case and space; `legs:Origin City1` is a column of the joined file
`legs`. Targets are fields (`remarks`) or fields in the first row of a block (`items.description`).
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, assert_never

import msgspec

from cencomm.errors import MalformedError
from cencomm.forms.cell import DateOrder
from cencomm.forms.code_list import CodeList, fold
from cencomm.resources import resource

MAX_MAPPING_BYTES = 1 << 18  # the longest that ships has 11 kB
MAX_NUMBERED_COLUMNS = 9  # "Origin City{n}": n from 1

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_TARGET = re.compile(r"[a-z][a-z0-9_]{0,47}(?:\.[a-z][a-z0-9_]{0,47})?")
_NO_WORD = re.compile(r"[^\w-]+")
_ENCODINGS = frozenset({"cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1256", "iso8859-1", "iso8859-15"})


class MappingError(MalformedError):
    """A file that is no mapping; the text says where."""


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="read"):
    """What every rule has. A row in which a required rule finds nothing is refused."""

    required: bool = False


class Constant(_Rule, frozen=True, kw_only=True, tag="constant"):
    """The same for each row: what is known about the whole file."""

    value: str
    to: str


class Reference(_Rule, frozen=True, kw_only=True, tag="reference"):
    """The identifier of the case: cells, and the number of the row if they alone are not unique."""

    columns: tuple[str, ...]
    to: str
    prefix: str = ""
    row_number: bool = False


class Text(_Rule, frozen=True, kw_only=True, tag="text"):
    """The cell as it is; one longer than `most` goes to the free text."""

    column: str
    to: str
    most: int = 1_000


class Note(_Rule, frozen=True, kw_only=True, tag="note"):
    """The cell goes to the free text on purpose: the form has no field for it."""

    column: str


class Date(_Rule, frozen=True, kw_only=True, tag="date"):
    """A date; where it is missing or unreadable, the year of another column, which is compared with it otherwise."""

    column: str
    to: str
    year_column: str | None = None


class FiscalMonth(_Rule, frozen=True, kw_only=True, tag="fiscal_month"):
    """A month of a fiscal year that is named after the calendar year in which it ends."""

    year_column: str
    month_column: str
    first_month: int
    to: str


class Amount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    column: str
    unit: str  # code that holds unless the cell names another unit


class Quantities(_Rule, frozen=True, kw_only=True, tag="quantities"):
    """The amounts that are there, in order, into the targets; if none is, `unweighed` into the first."""

    amounts: tuple[Amount, ...]
    to: tuple[str, ...]


class CodeTarget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field that a cell can say something about.

    Args:
        many: the field takes several codes.
        whole: only if every part of the cell leads to the same code: it then speaks for all goods of the row.
        under: a target whose code has to be a wider term of the one found.
        default: for a cell without a code.
    """

    to: str
    table: str
    many: bool = False
    whole: bool = False
    under: str | None = None
    default: str | None = None


class Codes(_Rule, frozen=True, kw_only=True, tag="codes"):
    """Codes that a cell's parts lead to. `text_to` keeps the cell as it is; without it, parts that lead to no code,
    or only by a word in them, go to the free text.
    """

    column: str
    targets: tuple[CodeTarget, ...]
    split: str = ""  # characters that part the cell
    text_to: str | None = None
    most: int = 1_000


class Where(_Rule, frozen=True, kw_only=True, tag="place"):
    """The place from a "City, Country" column, else from two columns; an airport's name makes it exact."""

    to: str
    column: str | None = None
    city_column: str | None = None
    country_column: str | None = None
    airport_column: str | None = None
    country_to: str | None = None


class Site(_Rule, frozen=True, kw_only=True, tag="site"):
    """A place that only the file's owner has names for, in a country that is known."""

    column: str
    country: str
    to: str


class Legs(_Rule, frozen=True, kw_only=True, tag="legs"):
    """Stops of the route: numbered pairs of columns with {n}, else the parts of one "City, Country; City, Country"."""

    block: str
    role: str
    countries: str | None = None
    cities: str | None = None
    column: str | None = None
    split: str = ";"


class Flight(_Rule, frozen=True, kw_only=True, tag="flight"):
    """An airline's name, a flight number, or both in one cell."""

    column: str
    carrier_to: str
    flight_to: str
    most: int = 150


Rule: TypeAlias = (
    Constant | Reference | Text | Note | Date | FiscalMonth | Quantities | Codes | Where | Site | Legs | Flight
)


class Lookup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people write the codes of a list: whole cells, and words or phrases that decide wherever they stand.

    Args:
        certain: a word decides without doubt, because it names the thing itself.
    """

    list: str
    exact: dict[str, str] = {}
    words: dict[str, str] = {}
    certain: bool = False

    def codes(self, part: str) -> tuple[tuple[str, ...], bool]:
        """The codes of a part of a cell, in the order of the table, and whether a mere word decided."""
        written = _phrase(part)
        if written in self.exact:
            return (self.exact[written],), False
        found = (code for words, code in self.words.items() if f" {words} " in f" {written} ")
        return tuple(dict.fromkeys(found)), not self.certain


class Join(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    column: str  # the key: of this name in both files


class RowMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping as its file has it, phrases in the form in which cells are compared."""

    title: str
    source: str
    form: str
    free_text: str  # the long text field that takes what has no field of its own
    free_text_most: int = 5_000
    fallback_encoding: str = "cp1252"
    date_order: DateOrder = DateOrder.DAY_FIRST
    languages: tuple[str, ...] = ("en",)
    silent: tuple[str, ...] = ()  # cells that say nothing
    ignored: dict[str, str] = {}  # column -> why it is left out
    joins: dict[str, Join] = {}
    units: dict[str, str] = {}
    tables: dict[str, Lookup] = {}
    rules: tuple[Rule, ...]

    def columns(self) -> Iterator[str]:
        """Every column that it names, with {n} written out."""
        yield from (join.column for join in self.joins.values())
        yield from (f"{name}:{join.column}" for name, join in self.joins.items())
        for rule in self.rules:
            yield from columns_of(rule)


def numbered(pattern: str | None) -> tuple[str | None, ...]:
    """The columns that a pattern with {n} names; as many nothings for no pattern."""
    return tuple(pattern and pattern.replace("{n}", str(n)) for n in range(1, MAX_NUMBERED_COLUMNS + 1))


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


def says_nothing(mapping: RowMapping, cell: str) -> bool:
    """Whether a cell is as good as empty. Compared with its punctuation: "?" and "-" are different answers."""
    return not cell or fold(cell) in mapping.silent


def _phrase(text: str) -> str:
    """Words for comparison: punctuation parts them, hyphens inside a word do not ("x-ray")."""
    return " ".join(word for word in _NO_WORD.sub(" ", fold(text)).split() if word.strip("-"))


def _folded(table: Lookup) -> Lookup:
    return msgspec.structs.replace(
        table,
        exact={_phrase(text): code for text, code in table.exact.items()},
        words={_phrase(text): code for text, code in table.words.items()},
    )


def columns_of(rule: Rule, *, numbered_too: bool = True) -> tuple[str, ...]:
    """The columns that a rule reads; those of a pattern with {n} only if asked for."""
    match rule:
        case Constant():
            found: tuple[str | None, ...] = ()
        case Reference():
            found = rule.columns
        case Text() | Note() | Codes() | Flight() | Site():
            found = (rule.column,)
        case Date():
            found = (rule.column, rule.year_column)
        case FiscalMonth():
            found = (rule.year_column, rule.month_column)
        case Quantities():
            found = tuple(amount.column for amount in rule.amounts)
        case Where():
            found = (rule.column, rule.city_column, rule.country_column, rule.airport_column)
        case Legs():
            pairs = (*numbered(rule.countries), *numbered(rule.cities)) if numbered_too else ()
            found = (*pairs, rule.column)
        case _:
            assert_never(rule)
    return tuple(column for column in found if column)


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
