"""The form: what a message can say. Data that arrived from somewhere, so every part of it is checked and bounded.

Form ── sections        headings, in the order of the screen
     ── fields          the header: each value at most once
     ── blocks ── fields   repeated rows: goods, stops of a route, persons
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum

from cencomm.errors import MalformedError
from cencomm.forms.condition import Condition
from cencomm.forms.kinds.kind import Column, Kind
from cencomm.forms.language import Labels


class FormError(MalformedError):
    """Not a form. The text has one line for each thing that is wrong, as `blocks[items].fields[vin]: unknown key`."""


class Variant(StrEnum):
    LONG = "long"
    SIMPLIFIED = "simplified"


class Nominal(Enum):
    """Whether a field is personal data. There is no default: a forgotten flag would publish a name."""

    NO = 0
    YES = 1
    IDENTIFIER = "X"  # can point to a person or a firm: treated as personal


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    label: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question.

    Args:
        section: of a header field; None in a block, which has its own.
        required: always, never, or when a condition holds; a field that does not apply is never required.
        applies: when the field may be answered; None means always.
        simplified: whether the simplified variant has it; the long one has all.
    """

    name: str
    kind: Kind
    label: Labels
    nominal: Nominal
    section: str | None = None
    help: Labels | None = None
    required: bool | Condition = False
    applies: Condition | None = None
    simplified: bool = False

    def columns(self) -> tuple[tuple[str, Column], ...]:
        """What the answer is called in the archive and the sheet, one name for each of its parts: `quantity_unit`."""
        return tuple(
            (f"{self.name}_{column.part}" if column.part else self.name, column) for column in self.kind.columns()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Questions that are asked once a row. `min_rows` holds where there are rows; `required` asks for some."""

    name: str
    section: str
    label: Labels
    fields: tuple[Field, ...]
    max_rows: int
    min_rows: int = 1
    help: Labels | None = None
    required: bool | Condition = False
    applies: Condition | None = None
    simplified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that is consistent in itself; whether its lists exist is asked with `check_lists`.

    Args:
        variants: the first is the one that a new report begins with.
        dated_by: the date field that says when it happened; codes are judged by that day. None: the day of writing.
        narrowed_for: the operation that narrowed it, None for the form as it ships.
    """

    name: str
    version: int
    label: Labels
    sections: tuple[Section, ...]
    fields: tuple[Field, ...]
    blocks: tuple[Block, ...]
    variants: tuple[Variant, ...] = (Variant.LONG,)
    dated_by: str | None = None
    narrowed_for: str | None = None

    def parts(self) -> tuple[Field | Block, ...]:
        """What the header of a report can hold: single answers and blocks of rows."""
        return (*self.fields, *self.blocks)

    def all_fields(self) -> Iterator[tuple[str, Field]]:
        """Each field with its path: `case_ref`, `items.quantity`."""
        yield from ((field.name, field) for field in self.fields)
        for block in self.blocks:
            yield from ((f"{block.name}.{field.name}", field) for field in block.fields)


def personal_fields(form: Form) -> tuple[str, ...]:
    """Paths of the fields that never leave the operation: flags 1 and X."""
    return tuple(path for path, field in form.all_fields() if field.nominal is not Nominal.NO)
