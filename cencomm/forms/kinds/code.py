"""Codes of a list, one or several. What travels is the code; the label is looked up in the reader's language."""

from dataclasses import dataclass

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.fault import FaultCode, quoted
from cencomm.forms.kinds.kind import Cell, Column, ColumnType, Spot
from cencomm.forms.record import Record
from cencomm.forms.tongue import Tongue

NEVER_RESTRICTED = "commodity"  # every operation finds goods that it did not look for (domain.md A.1, point 9)
DEFAULT_MOST, MOST_CODES = 20, 100
MAX_LEVEL = 5


@dataclass(frozen=True, slots=True)
class CodeValue:
    list: str
    code: str

    def to_json(self) -> JsonValue:
        return self.code

    def cells(self) -> tuple[Cell, ...]:
        return (self.code,)

    def show(self, tongue: Tongue) -> str:
        return tongue.code(self.list, self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeKind:
    """One code.

    Args:
        level: 1 takes only the widest codes of the list; None takes any.
        under: a field of the same row; the code is narrower than that field's code.
        only: the codes on offer, all if empty.
        first: the codes that the entry screen shows first; any other can be chosen as well.
    """

    list: str
    level: int | None = None
    under: str | None = None
    only: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    type = "code"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {"list": self.list}
        found |= {} if self.level is None else {"level": self.level}
        found |= {} if self.under is None else {"under": self.under}
        return found | _offer(self.only, self.first)

    def parse(self, value: JsonValue, spot: Spot) -> CodeValue | None:
        code = parse_code(value, spot, self.list, only=self.only)
        if code is None:
            return None
        ancestors = spot.lists[self.list].ancestors(code)
        if self.level is not None and len(ancestors) + 1 != self.level:
            spot.fault(FaultCode.CODE_WRONG_LEVEL)
            return None
        if self.under is not None:
            wider = spot.row.get(self.under)
            # A wider code that the list does not have is a fault of its own field, and one is enough.
            if wider is None or (wider in spot.lists[self.list] and wider not in ancestors):
                spot.fault(FaultCode.CODE_NOT_UNDER, wider=self.under)
                return None
        return CodeValue(self.list, code)

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.CODE, self.list),)


def code_kind(record: Record) -> CodeKind:
    kind = CodeKind(
        list=record.name("list"),
        level=record.optional_integer("level", least=1, most=MAX_LEVEL),
        under=record.optional_name("under"),
        only=record.texts("only"),
        first=record.texts("first"),
    )
    _refuse_restriction(record, kind.list, kind.only)
    return kind


@dataclass(frozen=True, slots=True)
class CodesValue:
    list: str
    codes: tuple[str, ...]

    def to_json(self) -> JsonValue:
        return [*self.codes]

    def cells(self) -> tuple[Cell, ...]:
        return (self.codes,)

    def show(self, tongue: Tongue) -> str:
        return tongue.several([tongue.code(self.list, code) for code in self.codes])


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesKind:
    """Different codes, at least one: a field without any is left out."""

    list: str
    most: int = DEFAULT_MOST
    only: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    type = "codes"
    own_words = False

    def options(self) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {"list": self.list}
        found |= {} if self.most == DEFAULT_MOST else {"most": self.most}
        return found | _offer(self.only, self.first)

    def parse(self, value: JsonValue, spot: Spot) -> CodesValue | None:
        if not isinstance(value, list):
            spot.fault(FaultCode.WRONG_TYPE)
            return None
        if len(value) > self.most:
            spot.fault(FaultCode.TOO_MANY, most=self.most)
            return None
        codes = [parse_code(item, spot, self.list, only=self.only) for item in value]
        found = tuple(code for code in codes if code is not None)
        if len(set(found)) != len(found):
            spot.fault(FaultCode.REPEATED)
            return None
        return CodesValue(self.list, found) if len(found) == len(codes) else None

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.CODES, self.list),)


def codes_kind(record: Record) -> CodesKind:
    most = record.optional_integer("most", least=1, most=MOST_CODES)
    kind = CodesKind(
        list=record.name("list"),
        most=DEFAULT_MOST if most is None else most,
        only=record.texts("only"),
        first=record.texts("first"),
    )
    _refuse_restriction(record, kind.list, kind.only)
    return kind


def parse_code(
    value: JsonValue, spot: Spot, list_name: str, *, part: str = "", only: tuple[str, ...] = ()
) -> str | None:
    """The code, which the list has and which was valid on the day that the report is about; None after a fault."""
    codes = spot.lists.get(list_name)
    if codes is None:
        # A foreign form may name a list that this reader has never heard of.
        spot.fault(FaultCode.LIST_UNKNOWN, part, list=list_name)
    elif not isinstance(value, str):
        spot.fault(FaultCode.WRONG_TYPE, part)
    elif value not in codes:
        spot.fault(FaultCode.CODE_UNKNOWN, part, value=quoted(value))
    elif only and value not in only:
        spot.fault(FaultCode.CODE_NOT_OFFERED, part, value=quoted(value))
    elif not codes.valid(value, spot.on_date):
        spot.fault(FaultCode.CODE_NOT_VALID_THEN, part, value=quoted(value))
    else:
        return value
    return None


def _offer(only: tuple[str, ...], first: tuple[str, ...]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {"only": [*only]} if only else {}
    return found | ({"first": [*first]} if first else {})


def _refuse_restriction(record: Record, list_name: str, only: tuple[str, ...]) -> None:
    if only and list_name == NEVER_RESTRICTED:
        record.complain(f"the {NEVER_RESTRICTED} list is never restricted, only sorted: use first instead of only")
