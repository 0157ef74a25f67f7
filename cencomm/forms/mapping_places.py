"""What the rules about places do with a row: where a seizure was made, and over which stops the goods came."""

from dataclasses import dataclass

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.doubt import Doubt, DoubtKind
from cencomm.forms.gazetteer import Gazetteer, Located, Place, PlaceError
from cencomm.forms.mapped_row import Draft
from cencomm.forms.mapping_rules import Legs, Site, Where, numbered
from cencomm.forms.sheets import Cell, SheetRow, split_cell

MAX_SITE_CHARACTERS = 150  # as the places of forms have it


@dataclass(frozen=True, slots=True)
class PlaceStep:
    """One row on its way, for the rules about places. Each method says why nothing was found; empty: something was."""

    gazetteer: Gazetteer
    row: SheetRow
    draft: Draft
    free_text: str  # the field that takes what is kept as text

    def of_seizure(self, rule: Where) -> str:
        airport = self.row.cell(rule.airport_column)
        try:
            cell, located = self._locate_seizure(rule)
        except PlaceError as error:
            for column in (rule.airport_column, rule.column):
                if (kept := self.row.cell(column)).text:
                    self._keep(kept, f"kept in {self.free_text}")
            return f"the country of the seizure is not known: {error}"
        doubts = located.doubts
        if airport.text:
            exact = self.gazetteer.airport(airport.text, located.place)
            if not exact.doubts:  # the airport is known, so its place is, whatever the city is called
                doubts = tuple(doubt for doubt in doubts if doubt.kind is not DoubtKind.UNKNOWN_PLACE)
            self.draft.warn(airport.column, airport.text, exact.doubts)
            located = Located(exact.place, doubts)
        self.draft.warn(cell.column, cell.text, located.doubts)
        site = airport.text if 0 < len(airport.text) <= MAX_SITE_CHARACTERS else None
        if airport.text and site is None:
            self._keep(airport, f"too long for the name of an airport; kept in {self.free_text}")
        self.draft.put(rule.to, _place(located.place, site))
        if rule.country_to:
            self.draft.put(rule.country_to, located.place.country)
        return ""

    def _locate_seizure(self, rule: Where) -> tuple[Cell, Located]:
        cell = self.row.cell(rule.column)
        city, country = self.row.cell(rule.city_column), self.row.cell(rule.country_column)
        if cell.text or not (city.text or country.text):
            return cell, self.gazetteer.locate_cell(cell.text)
        return country, self.gazetteer.locate(city.text, country.text)

    def named_by_owner(self, rule: Site) -> str:
        cell = self.row.cell(rule.column)
        place: dict[str, JsonValue] = {"country": rule.country}
        if 0 < len(cell.text) <= MAX_SITE_CHARACTERS:
            place["site"] = cell.text
        elif cell.text:
            self._keep(cell, f"too long for a place; kept in {self.free_text}")
        self.draft.put(rule.to, place)
        return "" if "site" in place else f"{rule.column.strip()} is empty"

    def stops(self, rule: Legs) -> str:
        pairs = [
            (self.row.cell(city), self.row.cell(country))
            for city, country in zip(numbered(rule.cities), numbered(rule.countries), strict=True)
        ]
        pairs = [(city, country) for city, country in pairs if city.text or country.text]
        whole = self.row.cell(rule.column)
        for city, country in pairs:
            shown = Cell(country.column or city.column, ", ".join(filter(None, (city.text, country.text))))
            self._leg(rule, shown, (city.text, country.text))
        if not pairs:  # no joined file, or nothing in it: the file's own column
            for part in split_cell(whole.text, rule.split):
                self._leg(rule, Cell(whole.column, part), None)
        return "" if pairs or whole.text else f"no {rule.role}"

    def _leg(self, rule: Legs, cell: Cell, pair: tuple[str, str] | None) -> None:
        try:
            located = self.gazetteer.locate(*pair) if pair else self.gazetteer.locate_cell(cell.text)
        except PlaceError as error:
            self._keep(cell, f"{error}; kept in {self.free_text}", DoubtKind.UNKNOWN_PLACE)
            return
        self.draft.warn(cell.column, cell.text, located.doubts)
        self.draft.append(rule.block, {"role": rule.role, "place": _place(located.place)})

    def _keep(self, cell: Cell, why: str, kind: DoubtKind = DoubtKind.KEPT_AS_TEXT) -> None:
        self.draft.keep_as_text(cell.column, cell.text, Doubt(kind, why))


def _place(place: Place, site: str | None = None) -> dict[str, JsonValue]:
    parts = {"code": place.code, "site": site, "city": place.city, "country": place.country}
    return {name: part for name, part in parts.items() if part}
