"""The language of `templates/mappings/*.toml`: which columns of somebody's file become which fields of a form.

A mapping is data, so that a new file needs no programmer. It is a list of rules; each reads one or more columns and
says where the result goes. `docs/mappings.md` explains it for those who write mappings.

Columns are named as in the file, without regard to case and space; `legs:Origin City1` is a column of the joined file
`legs`. Targets are fields (`remarks`) or fields in the first row of a block (`items.description`).
"""

import re
from collections.abc import Iterator
from typing import TypeAlias, assert_never

import msgspec

from cencomm.forms.cell import DateOrder
from cencomm.forms.code_list import fold

MAX_NUMBERED_COLUMNS = 9  # "Origin City{n}": n from 1

_NO_WORD = re.compile(r"[^\w-]+")


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
        written = phrase(part)
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


def says_nothing(mapping: RowMapping, cell: str) -> bool:
    """Whether a cell is as good as empty. Compared with its punctuation: "?" and "-" are different answers."""
    return not cell or fold(cell) in mapping.silent


def phrase(text: str) -> str:
    """Words for comparison: punctuation parts them, hyphens inside a word do not ("x-ray")."""
    return " ".join(word for word in _NO_WORD.sub(" ", fold(text)).split() if word.strip("-"))


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
