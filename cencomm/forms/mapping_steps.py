"""What each kind of rule does with a row: one function for each, found by `apply`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.cell import UnreadableCellError, read_amount, read_date
from cencomm.forms.code_list import CodeList
from cencomm.forms.doubt import Doubt, DoubtKind
from cencomm.forms.gazetteer import Gazetteer
from cencomm.forms.mapped_row import Draft
from cencomm.forms.mapping_places import PlaceStep
from cencomm.forms.mapping_rules import (
    Codes,
    CodeTarget,
    Constant,
    Date,
    FiscalMonth,
    Flight,
    Legs,
    Note,
    Quantities,
    Reference,
    RowMapping,
    Rule,
    Site,
    Text,
    Where,
)
from cencomm.forms.sheets import Cell, SheetRow, split_cell

# An airline's designator of two letters, digit and letter, or ICAO's three letters, then up to four digits.
# Designators that end in a digit are left out: A320 is an aircraft.
_FLIGHT = re.compile(r"\b((?:[A-Z]{2,3}|[0-9][A-Z]) ?[0-9]{1,4})\b", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What cells are compared with. `months`: folded name of a month -> its number."""

    code_lists: Mapping[str, CodeList]
    gazetteer: Gazetteer
    months: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One row on its way: read from `row`, written to `draft`."""

    mapping: RowMapping
    references: References
    row: SheetRow
    draft: Draft

    def apply(self, rule: Rule) -> None:
        """Does what `rule` says; a required rule that finds nothing leaves a reason for refusal."""
        before = len(self.draft.reasons)
        why = self._run(rule)
        if rule.required and why and len(self.draft.reasons) == before:
            self.draft.reasons.append(why)

    def _run(self, rule: Rule) -> str:
        """Why nothing was found; empty if something was."""
        match rule:
            case Constant():
                self.draft.put(rule.to, rule.value)
                return ""
            case Reference():
                return self._reference(rule)
            case Text():
                return self._text(rule)
            case Note():
                return self._note(rule)
            case Date():
                return self._date(rule)
            case FiscalMonth():
                return self._fiscal_month(rule)
            case Quantities():
                return self._quantities(rule)
            case Codes():
                return self._codes(rule)
            case Where():
                return self._places.of_seizure(rule)
            case Site():
                return self._places.named_by_owner(rule)
            case Legs():
                return self._places.stops(rule)
            case Flight():
                return self._flight(rule)
            case _:
                assert_never(rule)

    @property
    def _places(self) -> PlaceStep:
        return PlaceStep(self.references.gazetteer, self.row, self.draft, self.mapping.free_text)

    def _reference(self, rule: Reference) -> str:
        parts = [self.row.cell(column).text for column in rule.columns]
        if not all(parts):
            return f"no case reference: {' or '.join(rule.columns)} is empty"
        number = [str(self.row.number)] if rule.row_number else []
        self.draft.put(rule.to, rule.prefix + "-".join([*parts, *number]))
        return ""

    def _text(self, rule: Text) -> str:
        cell = self.row.cell(rule.column)
        if not cell.text:
            return f"{rule.column.strip()} is empty"
        return self._put_text(cell, rule.to, rule.most)

    def _note(self, rule: Note) -> str:
        cell = self.row.cell(rule.column)
        if cell.text:
            self.draft.note(cell.column, cell.text)
        return "" if cell.text else f"{rule.column.strip()} is empty"

    def _put_text(self, cell: Cell, target: str, most: int) -> str:
        if len(cell.text) <= most:
            self.draft.put(target, cell.text)
            return ""
        self._keep(cell, f"longer than the {most} characters of {target}; kept in {self.mapping.free_text}")
        return f"{cell.column.strip()} is longer than {most} characters"

    def _date(self, rule: Date) -> str:
        cell, year = self.row.cell(rule.column), self.row.cell(rule.year_column)
        order, months = self.mapping.date_order, self.references.months
        try:
            found = read_date(cell.text, order=order, months=months)
        except UnreadableCellError as error:
            return self._year_alone(rule, cell, year, str(error))
        self.draft.put(rule.to, found.date)
        self.draft.warn(cell.column, cell.text, found.doubts)
        if any(doubt.kind is DoubtKind.COARSE_DATE for doubt in found.doubts):
            self.draft.note(cell.column, cell.text)
        if year.text and found.date[:4] != year.text:
            self._keep(year, f"contradicts the date {found.date}, which was kept", DoubtKind.CONFLICT)
        return ""

    def _year_alone(self, rule: Date, cell: Cell, year: Cell, why: str) -> str:
        if cell.text:
            self._keep(cell, f"{why}; kept in {self.mapping.free_text}")
        try:
            found = read_date(year.text, order=self.mapping.date_order, months=self.references.months)
        except UnreadableCellError:
            return f"no date: {cell.text!r}, and no year" if cell.text else "no date"
        self.draft.put(rule.to, found.date)
        self.draft.warn(year.column, year.text, (Doubt(DoubtKind.COARSE_DATE, "only the year is certain"),))
        return ""

    def _fiscal_month(self, rule: FiscalMonth) -> str:
        year, month = self.row.cell(rule.year_column), self.row.cell(rule.month_column)
        try:
            found = read_date(f"{month.text} {year.text}", order=self.mapping.date_order, months=self.references.months)
        except UnreadableCellError as error:
            return f"no month of a year: {error}"
        number, named = int(found.date[5:7] or 0), int(found.date[:4])
        if not number:
            return f"no month: {month.text!r}"
        begun_before = rule.first_month > 1 and number >= rule.first_month
        self.draft.put(rule.to, f"{named - begun_before}-{number:02}")
        return ""

    def _quantities(self, rule: Quantities) -> str:
        found: list[dict[str, JsonValue]] = []
        for amount in rule.amounts:
            cell = self.row.cell(amount.column)
            if not cell.text:
                continue
            try:
                read = read_amount(cell.text, units=self.mapping.units)
            except UnreadableCellError as error:
                self._keep(cell, f"{error}; kept in {self.mapping.free_text}")
                continue
            if not read.number.strip("0."):
                self._keep(cell, "zero is no quantity")
                continue
            self.draft.warn(cell.column, cell.text, read.doubts)
            basis: dict[str, JsonValue] = {"basis": read.basis} if read.basis else {}
            found.append({"amount": read.number, "unit": read.unit or amount.unit} | basis)
        if not found:
            self.draft.put(rule.to[0], {"unweighed": True})
        for target, quantity in zip(rule.to, found, strict=False):
            self.draft.put(target, quantity)
        return "" if found else "no quantity"

    def _codes(self, rule: Codes) -> str:
        cell = self.row.cell(rule.column)
        parts = split_cell(cell.text, rule.split)
        read: set[str] = set()
        by_word: list[str] = []
        for target in rule.targets:
            known, doubtful = self._code(target, parts)
            read |= known
            by_word += doubtful
        if not cell.text:
            return f"{rule.column.strip()} is empty"
        if rule.text_to:
            self._put_text(cell, rule.text_to, rule.most)
        unread = [part for part in parts if part not in read]
        if unread:
            self._report(rule, cell, DoubtKind.KEPT_AS_TEXT, f"{'; '.join(unread)!r} leads to no code")
        elif by_word:
            self._report(rule, cell, DoubtKind.BY_KEYWORD, f"read by its words as {', '.join(by_word)}")
        return "" if read else f"{cell.text!r} in {rule.column.strip()} leads to no code"

    def _code(self, target: CodeTarget, parts: tuple[str, ...]) -> tuple[set[str], list[str]]:
        """Parts that the target's table knows, and codes put that only a word led to."""
        table = self.mapping.tables[target.table]
        hits = {part: table.codes(part) for part in parts}
        known = {part for part, (codes, _) in hits.items() if codes}
        codes = tuple(dict.fromkeys(code for found, _ in hits.values() for code in found))
        if target.whole and (len(known) < len(parts) or len(codes) > 1):
            codes = ()
        if target.under and codes:
            above = (*self.references.code_lists[table.list].ancestors(codes[0]), codes[0])
            codes = codes if self.draft.get(target.under) in above else ()
        if not target.many and len(codes) > 1:  # the field takes one: the parts that lose are not read
            codes = codes[:1]
            known = {part for part in known if codes[0] in hits[part][0]}
        put = codes or ((target.default,) if target.default else ())
        if put:
            self.draft.put(target.to, list(put) if target.many else put[0])
        sure = {code for found, by_word in hits.values() if not by_word for code in found}
        return known, [code for code in codes if code not in sure]

    def _report(self, rule: Codes, cell: Cell, kind: DoubtKind, why: str) -> None:
        """A doubt about a cell whose text stands in its own field, or else goes to the free text."""
        doubt = Doubt(kind, f"{why}; kept in {rule.text_to or self.mapping.free_text}")
        if rule.text_to:
            self.draft.warn(cell.column, cell.text, (doubt,))
        else:
            self.draft.keep_as_text(cell.column, cell.text, doubt)

    def _flight(self, rule: Flight) -> str:
        cell = self.row.cell(rule.column)
        if not cell.text:
            return f"{rule.column.strip()} is empty"
        flights = set(_FLIGHT.findall(cell.text))
        if len(flights) == 1:
            self.draft.put(rule.flight_to, flights.pop().replace(" ", ""))
            if _FLIGHT.fullmatch(cell.text):
                return ""
        elif flights:
            self._keep(cell, f"more than one flight; kept in {self.mapping.free_text}")
            return f"more than one flight: {cell.text!r}"
        return self._put_text(cell, rule.carrier_to, rule.most)

    def _keep(self, cell: Cell, why: str, kind: DoubtKind = DoubtKind.KEPT_AS_TEXT) -> None:
        self.draft.keep_as_text(cell.column, cell.text, Doubt(kind, why))
