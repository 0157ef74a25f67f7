"""One seizure, one report: which case a release is of, and what it counts for in the statistics."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cencomm.cen.tables import ShareKind
from cencomm.forms.code_list import fold
from cencomm.node.records.cells import HEADER, CellRow
from cencomm.node.records.criteria import COMMODITY, COUNTRY, DESTINATIONS, ORIGINS, ROUTE_ROLE
from cencomm.node.records.record import NewRecord
from cencomm.node.records.search import REPORTING_COUNTRY

REFERENCE, REGISTER, CATEGORY, ROUTE = "case_ref", "case_ref_source", "category", "route"
_MONTH_CHARACTERS = len("2026-11")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKey:
    """Who keeps the case, under which number in which register: folded, so that two spellings are one.

    The owner is the author as the ledger names it, never what the report says of itself: nobody replaces another
    service's case by naming its country.
    """

    country: str
    organisation: str
    register: str
    reference: str


@dataclass(frozen=True, slots=True)
class Share:
    """`second` is empty where the kind has one part."""

    kind: ShareKind
    first: str
    second: str = ""


def case_key(record: NewRecord) -> CaseKey:
    """A release without a reference, or by somebody whose name is not here, is a case of its own."""
    author, event = record.author, record.event
    reference = _text(record.cells, REFERENCE) or event.envelope.message.hex()
    return CaseKey(
        country=author.country or "",
        organisation=fold(author.organisation) if author.organisation else event.account.hex(),
        register=fold(_text(record.cells, REGISTER)),
        reference=fold(reference),
    )


def month_of(record: NewRecord) -> str:
    """As exact as it is known, at most the month."""
    return record.happened_on[:_MONTH_CHARACTERS]


def shares_of(cells: Sequence[CellRow]) -> tuple[Share, ...]:
    """Each commodity, country and route once, however many goods and stops say it."""
    commodities = (Share(ShareKind.COMMODITY, code) for code in _codes(cells, COMMODITY, CATEGORY))
    countries = (Share(ShareKind.COUNTRY, code) for code in _codes(cells, COUNTRY, REPORTING_COUNTRY))
    origins, destinations = _stops(cells, ORIGINS), _stops(cells, DESTINATIONS)
    routes = (Share(ShareKind.ROUTE, start, end) for start in origins for end in destinations)
    return tuple(dict.fromkeys((*commodities, *countries, *routes)))


def _text(cells: Iterable[CellRow], name: str) -> str:
    found = (cell.text for cell in cells if (cell.key.block, cell.key.name) == (HEADER, name) and cell.text)
    return next(found, "")


def _codes(cells: Iterable[CellRow], codes: str, name: str) -> Iterator[str]:
    return (cell.code for cell in cells if cell.code and (cell.key.list, cell.key.name) == (codes, name))


def _stops(cells: Sequence[CellRow], roles: tuple[str, ...]) -> list[str]:
    """Countries of the route's rows that have one of the roles."""
    route = [cell for cell in cells if cell.key.block == ROUTE and cell.code]
    rows = {cell.row for cell in route if cell.key.list == ROUTE_ROLE and cell.code in roles}
    return [cell.code for cell in route if cell.key.list == COUNTRY and cell.row in rows and cell.code]
