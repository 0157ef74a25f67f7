"""Records as sheets: one for the header of each form and one for each of its blocks, every field a column.

A column is there if any version of the form has it, narrowed for whichever operation. Codes have two columns: the code,
for programs and for comparison, and what it is called in the reader's language.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from cencomm.client.words import Words
from cencomm.forms.code_list import CodeList
from cencomm.forms.columns import TableColumn, columns, heading
from cencomm.forms.form import Form
from cencomm.forms.kinds.kind import ColumnType
from cencomm.forms.language import pick
from cencomm.forms.wording import Wording
from cencomm.node.records.cells import HEADER, FieldKey, field_keys

SheetCell: TypeAlias = str | int | float | Decimal | bool | None

ENVELOPE: Mapping[str, str] = {
    "message": "Message",
    "row": "Row",
    "operation": "Operation",
    "channel": "Channel",
    "form_version": "Version of the form",
    "variant": "Variant",
    "happened_on": "Date",
    "written_at": "Written (UTC)",
    "received_at": "Received (UTC)",
    "author_name": "Author",
    "author_organisation": "Author's service",
    "author_country": "Author's country",
    "author_revoked": "Author revoked since",
    "language": "Language",
    "priority": "Priority",
    "tlp": "TLP",
    "handling": "Handling code",
    "handling_text": "Handling, in words",
    "source": "Source",
    "information": "Information",
    "addressees": "To act",
    "expected_action": "Expected action",
    "answer_by": "Answer by (UTC)",
    "reply_to": "In reply to",
    "files": "Files",
}
"""Columns of the envelope, which stand before those of the form: their titles as sentences of the catalogue."""

_IN_BLOCKS = ("message", "row")
_IN_HEADER = tuple(name for name in ENVELOPE if name != "row")
_INSTANT_CHARACTERS = len("2026-11-05 10:00:00")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of the form. It takes every field that had its name, whatever the type was then."""

    type: ColumnType
    codes: str | None
    title: str

    @property
    def labelled(self) -> bool:
        return self.type in {ColumnType.CODE, ColumnType.CODES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`name` is the machine name (`seizure_items`), `title` what people read."""

    name: str
    title: str
    form_name: str
    block: str
    columns: tuple[SheetColumn, ...]
    places: Mapping[FieldKey, int]  # of a field among the columns
    words: Words

    def heads(self) -> list[str]:
        """What stands above each column."""
        envelope = _IN_BLOCKS if self.block != HEADER else _IN_HEADER
        found = [self.words.say(ENVELOPE[name]) for name in envelope]
        for column in self.columns:
            found.append(column.title)
            if column.labelled:
                found.append(f"{column.title} ({self.words.say('in words')})")
        return found


class StoredCell(NamedTuple):
    """A cell as it is kept. There are millions: a named tuple is made three times as fast as a dataclass."""

    field: int  # the number that this database has for the key
    key: FieldKey
    row: int
    ordinal: int
    code: str | None
    text: str | None
    moment: str | None
    number: float | None


Envelope: TypeAlias = Mapping[str, SheetCell]


def sheets_of(forms: Iterable[Form], words: Words, wording: Wording) -> list[Sheet]:
    """The sheets of all forms, of every version; the newest version's order and labels come first."""
    newest_first = sorted(forms, key=lambda form: (form.name, -form.version, form.narrowed_for is not None))
    titles: dict[tuple[str, str], tuple[str, str]] = {}
    found: dict[tuple[str, str], dict[str, tuple[TableColumn, set[FieldKey]]]] = {}
    for form in newest_first:
        for table, keys in zip(columns(form), field_keys(form), strict=True):
            place = (form.name, table.block or HEADER)
            titles.setdefault(place, (table.name, pick(table.label, words.language)))
            known = found.setdefault(place, {})
            for column, key in zip(table.columns, keys, strict=True):
                known.setdefault(column.name, (column, set()))[1].add(key)
    return [
        Sheet(
            name=name,
            title=title,
            form_name=place[0],
            block=place[1],
            columns=tuple(
                SheetColumn(column.type, column.codes, heading(column, words.language, wording))
                for column, _ in found[place].values()
            ),
            places={key: index for index, (_, keys) in enumerate(found[place].values()) for key in keys},
            words=words,
        )
        for place, (name, title) in titles.items()
    ]


class Filler:
    """Makes the rows of one form's sheets of records. What is the same for all records is worked out once."""

    def __init__(self, sheets: Sequence[Sheet], lists: Mapping[str, CodeList]) -> None:
        self._blank: list[list[SheetCell]] = []
        self._header: int | None = None
        self._targets: dict[FieldKey, _Target] = {}
        self._fields: dict[int, _Target | None] = {}  # the same by number, which is found faster
        for number, sheet in enumerate(sheets):
            own = _IN_HEADER if sheet.block == HEADER else _IN_BLOCKS
            places, width = [], len(own)
            for column in sheet.columns:
                places.append((width, _Labeller(lists.get(column.codes or ""), sheet.words.language)))
                width += 2 if column.labelled else 1
            self._blank.append([None] * width)
            if sheet.block == HEADER:
                self._header = number
            for key, index in sheet.places.items():
                at, labeller = places[index]
                self._targets[key] = number, at, labeller if sheet.columns[index].labelled else None

    def rows(self, envelope: Envelope, cells: Iterable[StoredCell]) -> list[tuple[int, list[SheetCell]]]:
        """Each row that one record has, with the number of its sheet: one in the header's, any number in a block's.

        `cells` are in the order of their ordinals.
        """
        found: dict[tuple[int, int], list[SheetCell]] = {}
        if self._header is not None:
            found[self._header, 0] = row = self._blank[self._header].copy()
            row[: len(_IN_HEADER)] = [envelope[name] for name in _IN_HEADER]
        for cell in cells:
            try:
                target = self._fields[cell.field]
            except KeyError:
                target = self._fields[cell.field] = self._targets.get(cell.key)
            if target is None:
                continue
            sheet, at, labeller = target
            row = found.get(place := (sheet, cell.row)) or self._begin(found, place, envelope)
            if labeller is not None:
                if cell.code is not None:
                    row[at], row[at + 1] = _joined(row[at], cell.code), _joined(row[at + 1], labeller.label(cell.code))
            elif row[at] is None:
                row[at] = _value(cell)
        return [(sheet, row) for (sheet, _), row in sorted(found.items(), key=_place)]

    def _begin(
        self, found: dict[tuple[int, int], list[SheetCell]], place: tuple[int, int], envelope: Envelope
    ) -> list[SheetCell]:
        sheet, number = place
        row = found[place] = self._blank[sheet].copy()
        row[: len(_IN_BLOCKS)] = [envelope["message"], number + 1]
        return row


_Target: TypeAlias = "tuple[int, int, _Labeller | None]"
"""A sheet, a place in its rows, and who names the codes that go there and to the place behind it."""


class _Labeller:
    """What codes of one list are called, each looked up once."""

    def __init__(self, codes: CodeList | None, language: str) -> None:
        self._codes = codes
        self._language = language
        self._known: dict[str, str] = {}

    def label(self, code: str) -> str:
        label = self._known.get(code)
        if label is None:
            label = code if self._codes is None else self._codes.label(code, self._language)
            self._known[code] = label
        return label


def _place(found: tuple[tuple[int, int], list[SheetCell]]) -> tuple[int, int]:
    return found[0]


def _joined(before: SheetCell, further: str) -> str:
    return further if before is None else f"{before}; {further}"


def instant(seconds: int | None) -> str | None:
    """ISO 8601, UTC, as it sorts."""
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(" ")[:_INSTANT_CHARACTERS]


def _value(cell: StoredCell) -> SheetCell:
    match cell.key.type:
        case ColumnType.DECIMAL:
            return None if cell.text is None else Decimal(cell.text)
        case ColumnType.INTEGER:
            return None if cell.number is None else int(cell.number)
        case ColumnType.BOOLEAN:
            return bool(cell.number)
        case ColumnType.DATE | ColumnType.TIME | ColumnType.INSTANT:
            return cell.moment
        case _:
            return cell.text if cell.text is not None else cell.code
