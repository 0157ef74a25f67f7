"""Records as sheets: one for the header of each form and one for each of its blocks, every field a column.

A column is there if any version of the form has it, narrowed for whichever operation. Codes have two columns: the code,
for programs and for comparison, and what it is called in the reader's language.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from cencomm.forms.code_list import CodeList
from cencomm.forms.columns import TableColumn, columns, heading
from cencomm.forms.form import Form
from cencomm.forms.kinds.kind import ColumnType
from cencomm.forms.language import Labels, pick
from cencomm.forms.wording import Wording
from cencomm.node.records.cells import HEADER, FieldKey, field_keys

SheetCell: TypeAlias = str | int | float | Decimal | bool | None

ENVELOPE: Mapping[str, Labels] = {
    "message": {"en": "Message", "fr": "Message"},
    "row": {"en": "Row", "fr": "Ligne"},
    "operation": {"en": "Operation", "fr": "Opération"},
    "channel": {"en": "Channel", "fr": "Canal"},
    "form_version": {"en": "Version of the form", "fr": "Version du formulaire"},
    "variant": {"en": "Variant", "fr": "Variante"},
    "happened_on": {"en": "Date", "fr": "Date"},
    "written_at": {"en": "Written (UTC)", "fr": "Rédigé le (UTC)"},
    "received_at": {"en": "Received (UTC)", "fr": "Reçu le (UTC)"},
    "author_name": {"en": "Author", "fr": "Auteur"},
    "author_organisation": {"en": "Author's service", "fr": "Service de l'auteur"},
    "author_country": {"en": "Author's country", "fr": "Pays de l'auteur"},
    "author_revoked": {"en": "Author revoked since", "fr": "Auteur révoqué depuis"},
    "language": {"en": "Language", "fr": "Langue"},
    "priority": {"en": "Priority", "fr": "Priorité"},
    "tlp": {"en": "TLP", "fr": "TLP"},
    "handling": {"en": "Handling code", "fr": "Code de traitement"},
    "handling_text": {"en": "Handling, in words", "fr": "Traitement, en clair"},
    "source": {"en": "Source", "fr": "Source"},
    "information": {"en": "Information", "fr": "Information"},
    "addressees": {"en": "To act", "fr": "Pour action"},
    "expected_action": {"en": "Expected action", "fr": "Suite attendue"},
    "answer_by": {"en": "Answer by (UTC)", "fr": "Réponse avant (UTC)"},
    "reply_to": {"en": "In reply to", "fr": "En réponse à"},
    "files": {"en": "Files", "fr": "Fichiers"},
}
"""Columns of the envelope, which stand before those of the form."""

_IN_BLOCKS = ("message", "row")
_IN_HEADER = tuple(name for name in ENVELOPE if name != "row")
_LABEL = {"en": "in words", "fr": "en clair"}


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
    language: str

    def heads(self) -> list[str]:
        """What stands above each column."""
        envelope = _IN_BLOCKS if self.block != HEADER else _IN_HEADER
        found = [pick(ENVELOPE[name], self.language) for name in envelope]
        for column in self.columns:
            found.append(column.title)
            if column.labelled:
                found.append(f"{column.title} ({pick(_LABEL, self.language)})")
        return found


@dataclass(frozen=True, slots=True)
class StoredCell:
    """A cell as it is kept."""

    key: FieldKey
    row: int
    ordinal: int
    code: str | None
    text: str | None
    moment: str | None
    number: float | None


Envelope: TypeAlias = Mapping[str, SheetCell]


def sheets_of(forms: Iterable[Form], language: str, wording: Wording) -> list[Sheet]:
    """The sheets of all forms, of every version; the newest version's order and labels come first."""
    newest_first = sorted(forms, key=lambda form: (form.name, -form.version, form.narrowed_for is not None))
    titles: dict[tuple[str, str], tuple[str, str]] = {}
    found: dict[tuple[str, str], dict[str, tuple[TableColumn, set[FieldKey]]]] = {}
    for form in newest_first:
        for table, keys in zip(columns(form), field_keys(form), strict=True):
            place = (form.name, table.block or HEADER)
            titles.setdefault(place, (table.name, pick(table.label, language)))
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
                SheetColumn(column.type, column.codes, heading(column, language, wording))
                for column, _ in found[place].values()
            ),
            places={key: index for index, (_, keys) in enumerate(found[place].values()) for key in keys},
            language=language,
        )
        for place, (name, title) in titles.items()
    ]


def sheet_rows(
    sheet: Sheet, envelope: Envelope, cells: Sequence[StoredCell], lists: Mapping[str, CodeList]
) -> list[list[SheetCell]]:
    """The rows that one record has in the sheet: one in the header's, any number in a block's."""
    by_row: dict[int, dict[int, list[StoredCell]]] = {0: {}} if sheet.block == HEADER else {}
    for cell in cells:
        place = sheet.places.get(cell.key)
        if place is not None:
            by_row.setdefault(cell.row, {}).setdefault(place, []).append(cell)
    found = []
    for number, answers in sorted(by_row.items()):
        block_row: list[SheetCell] = [envelope["message"], number + 1]
        row = [envelope[name] for name in _IN_HEADER] if sheet.block == HEADER else block_row
        for place, column in enumerate(sheet.columns):
            row.extend(_show(column, answers.get(place, []), sheet.language, lists))
        found.append(row)
    return found


def instant(seconds: int | None) -> str | None:
    """ISO 8601, UTC, as it sorts."""
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


def _show(
    column: SheetColumn, cells: Sequence[StoredCell], language: str, lists: Mapping[str, CodeList]
) -> list[SheetCell]:
    if column.labelled:
        codes = [cell.code for cell in sorted(cells, key=lambda cell: cell.ordinal) if cell.code is not None]
        known = lists.get(column.codes or "")
        labels = [code if known is None else known.label(code, language) for code in codes]
        return ["; ".join(codes) or None, "; ".join(labels) or None]
    return [_value(cells[0]) if cells else None]


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
