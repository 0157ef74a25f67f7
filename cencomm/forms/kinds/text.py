"""Text: what people write. It is stored as the text it is, or refused with a reason; it is never altered.

Refused, each for an attack or an accident:
- half a surrogate pair and Unicode's non-characters: no encoding carries them safely;
- text that is not in Normalization Form C (UAX #15): two spellings of one name would not be found together. Entry
  screens normalise what is typed, where the writer can see it;
- control characters, U+2028 and U+2029, in one-line text also line breaks: they break logs, sheets and screens;
- the characters that embed, override or isolate a direction: they show a text in another order than it is stored
  (CVE-2021-42574). The marks LRM, RLM and ALM stay: people write Arabic beside numbers with them;
- other invisible characters: they hide text in text and make equal names differ. The joiners of Persian and emoji stay;
- more than 8 combining marks in a row: such text paints over the lines around it, a handling code for instance;
- text of which nothing can be seen, in a field that is to be filled in.

The sets are written out, not asked of a Unicode database, so that all readers draw the same line.
"""

import re
import unicodedata
from dataclasses import dataclass

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.fault import FaultCode
from cencomm.forms.kinds.kind import Cell, Column, ColumnType, Spot
from cencomm.forms.record import Record
from cencomm.forms.tongue import Tongue

DEFAULT_LENGTH, LONGEST_LINE = 200, 2_000  # characters (code points)
DEFAULT_LONG_LENGTH, LONGEST_TEXT = 5_000, 20_000

_BROKEN = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LINES = re.compile("[\t\n]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{9}"
)
_VISIBLE = re.compile("[^\\s\u00a0\u061c\u1680\u2000-\u200a\u200c-\u200f\u202f\u205f\u2800\u3000\ufe00-\ufe0f]")

_REFUSALS = (
    (_BROKEN, FaultCode.TEXT_BROKEN),
    (_CONTROL, FaultCode.TEXT_CONTROL),
    (_DIRECTION, FaultCode.TEXT_DIRECTION),
    (_INVISIBLE, FaultCode.TEXT_INVISIBLE),
    (_MARKS, FaultCode.TEXT_MARKS),
)


@dataclass(frozen=True, slots=True)
class TextValue:
    text: str

    def to_json(self) -> JsonValue:
        return self.text

    def cells(self) -> tuple[Cell, ...]:
        return (self.text,)

    def show(self, _tongue: Tongue) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class TextKind:
    """`text`: one line. `long_text`: with line breaks and tabs."""

    max_length: int
    long: bool

    @property
    def type(self) -> str:
        return "long_text" if self.long else "text"

    @property
    def own_words(self) -> bool:
        return True

    def options(self) -> dict[str, JsonValue]:
        default = DEFAULT_LONG_LENGTH if self.long else DEFAULT_LENGTH
        return {} if self.max_length == default else {"max_length": self.max_length}

    def parse(self, value: JsonValue, spot: Spot) -> TextValue | None:
        text = parse_text(value, spot, most=self.max_length, lines=self.long)
        return None if text is None else TextValue(text)

    def columns(self) -> tuple[Column, ...]:
        return (Column("", ColumnType.TEXT),)


def text_kind(record: Record) -> TextKind:
    length = record.optional_integer("max_length", least=1, most=LONGEST_LINE)
    return TextKind(length or DEFAULT_LENGTH, long=False)


def long_text_kind(record: Record) -> TextKind:
    length = record.optional_integer("max_length", least=1, most=LONGEST_TEXT)
    return TextKind(length or DEFAULT_LONG_LENGTH, long=True)


def parse_text(value: JsonValue, spot: Spot, *, most: int, lines: bool = False, part: str = "") -> str | None:
    """The text, unchanged; None after faults."""
    if not isinstance(value, str):
        spot.fault(FaultCode.WRONG_TYPE, part)
        return None
    if len(value) > most:
        spot.fault(FaultCode.TOO_LONG, part, most=most, length=len(value))
        return None
    if value.isascii() and value.isprintable():  # nearly all text is: one look instead of seven
        if not value or value.isspace():
            spot.fault(FaultCode.TEXT_BLANK, part)
            return None
        return value
    fault = _refusal(value, lines=lines)
    if fault is not None:
        spot.fault(fault, part)
        return None
    return value


def _refusal(text: str, *, lines: bool) -> FaultCode | None:
    for pattern, code in _REFUSALS:
        if pattern.search(text):
            return code
    if not lines and _LINES.search(text):
        return FaultCode.TEXT_LINES
    if not unicodedata.is_normalized("NFC", text):
        return FaultCode.TEXT_NOT_NFC
    return None if _VISIBLE.search(text) else FaultCode.TEXT_BLANK
