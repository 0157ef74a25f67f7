"""Finding records. Each criterion is a set of record numbers from an index; the rest is their intersection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select, tuple_, union
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.forms.envelope import Tlp
from cencomm.node.records.criteria import (
    COMMODITY,
    COUNTRY,
    DESTINATIONS,
    ORIGINS,
    ROUTE_ROLE,
    TRIGRAM,
    Criteria,
    Labels,
    Sort,
    terms,
    with_closer_kinds,
)
from cencomm.node.records.cursor import Cursor
from cencomm.node.records.found import Found, listed
from cencomm.node.records.tables import CELLS, FIELDS, FORMS, MESSAGES, WORDS

REPORTING_COUNTRY = "reporting_country"
MAX_PAGE = 1_000
_BEHIND = "~"  # sorts behind every digit and hyphen of a date

_SORTED_BY = {
    Sort.WRITTEN: MESSAGES.c.written_at,
    Sort.HAPPENED: MESSAGES.c.happened_on,
    Sort.RECEIVED: MESSAGES.c.received_at,
}
_STOP_FIELDS = select(*(FIELDS.c[name] for name in ("id", "form_name", "block", "list"))).where(
    FIELDS.c.list.in_((COUNTRY, ROUTE_ROLE))
)


@dataclass(frozen=True, slots=True)
class Page:
    """`after` is None when nothing follows."""

    found: tuple[Found, ...]
    after: Cursor | None


async def find(
    connection: AsyncConnection,
    criteria: Criteria,
    labels: Labels,
    *,
    sort: Sort = Sort.WRITTEN,
    after: Cursor | None = None,
    limit: int = 50,
    only: ColumnElement[bool] | None = None,
) -> Page:
    """The next page of what fits; `only` is what a kind of node asks of MESSAGES besides.

    Raises:
        UsageError: a code or text that cannot be looked for.
    """
    wanted = await matching(connection, criteria, labels, only=only)
    return await connection.run_sync(_page, wanted, sort, after, limit)


async def find_and_count(
    connection: AsyncConnection,
    criteria: Criteria,
    labels: Labels,
    *,
    sort: Sort = Sort.WRITTEN,
    after: Cursor | None = None,
    limit: int = 50,
    only: ColumnElement[bool] | None = None,
) -> tuple[Page, int]:
    """As `find`, and how many fit: before this page, on it and after it."""
    wanted = await matching(connection, criteria, labels, only=only)
    total = select(func.count()).select_from(MESSAGES).where(wanted)

    def look(beneath: Connection) -> tuple[Page, int]:
        return _page(beneath, wanted, sort, after, limit), beneath.scalar(total) or 0

    return await connection.run_sync(look)


def _page(connection: Connection, wanted: ColumnElement[bool], sort: Sort, after: Cursor | None, limit: int) -> Page:
    limit = max(1, min(limit, MAX_PAGE))
    by = _SORTED_BY[sort]
    if after is not None:
        wanted = and_(wanted, tuple_(by, MESSAGES.c.id) < (after.value, after.record))
    # Their numbers first: what is sorted is then a number for each that fits, not all that a list shows of it.
    newest = select(MESSAGES.c.id).where(wanted).order_by(by.desc(), MESSAGES.c.id.desc()).limit(limit)
    found = listed(connection, [number for (number,) in connection.execute(newest)])
    return Page(found, _cursor(found[-1], sort) if len(found) == limit else None)


async def matching(
    connection: AsyncConnection, criteria: Criteria, labels: Labels, *, only: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    """What holds of the records that fit, as a condition on MESSAGES. Raises as `find`."""
    criteria.check(labels.lists)
    fields = await _load_stops(connection) if criteria.asks_of_routes else ()
    message = MESSAGES.c
    wanted: list[ColumnElement[bool]] = [] if only is None else [only]
    if criteria.operation is not None:
        wanted.append(message.operation == criteria.operation)
    if criteria.form is not None:
        wanted.append(message.form.in_(select(FORMS.c.id).where(FORMS.c.name == criteria.form)))
    if criteria.since is not None:
        coarser = [criteria.since[:length] for length in (4, 7) if length < len(criteria.since)]
        wanted.append(or_(message.happened_on >= criteria.since, message.happened_on.in_(coarser)))
    if criteria.until is not None:
        wanted.append(message.happened_on <= criteria.until + _BEHIND)
    if criteria.author_country is not None:
        wanted.append(message.author_country == criteria.author_country)
    if criteria.reporting is not None:
        wanted.append(_has_code(FIELDS.c.name == REPORTING_COUNTRY, [criteria.reporting]))
    if criteria.country is not None:
        wanted.append(_has_code(FIELDS.c.list == COUNTRY, [criteria.country]))
    if criteria.origin is not None:
        wanted.append(_has_stop(fields, ORIGINS, criteria.origin))
    if criteria.destination is not None:
        wanted.append(_has_stop(fields, DESTINATIONS, criteria.destination))
    if criteria.commodity is not None:
        codes = with_closer_kinds(labels.lists[COMMODITY], criteria.commodity)
        wanted.append(_has_code(FIELDS.c.list == COMMODITY, codes))
    if criteria.text is not None:
        wanted.extend(_says(term, labels) for term in terms(criteria.text))
    if criteria.text_outside_red is not None:
        wanted.extend(_says(term, labels) for term in terms(criteria.text_outside_red))
        wanted.append(message.tlp != Tlp.RED.value)
    return and_(*wanted) if wanted else MESSAGES.c.id.is_not(None)


@dataclass(frozen=True, slots=True)
class _Field:
    id: int
    form_name: str
    block: str
    list: str


async def _load_stops(connection: AsyncConnection) -> Sequence[_Field]:
    """The columns that a stop on a route has."""
    rows = await connection.execute(_STOP_FIELDS)
    return [_Field(*row) for row in rows]


def _coded(fields: ColumnElement[bool], codes: Iterable[str]) -> Select[Any]:
    """Messages with one of the codes in one of the fields, which are a condition on FIELDS."""
    numbers = select(FIELDS.c.id).where(fields)
    return select(CELLS.c.message).where(CELLS.c.field.in_(numbers), CELLS.c.code.in_(list(codes)))


def _has_code(fields: ColumnElement[bool], codes: Iterable[str]) -> ColumnElement[bool]:
    return MESSAGES.c.id.in_(_coded(fields, codes))


def _has_stop(fields: Sequence[_Field], roles: tuple[str, ...], country: str) -> ColumnElement[bool]:
    """One row says both, of whatever block has a role on a route and a country."""
    stops = [
        _stop(place, role, roles, country)
        for place in fields
        for role in fields
        if (place.list, role.list) == (COUNTRY, ROUTE_ROLE)
        and (place.form_name, place.block) == (role.form_name, role.block)
    ]
    return MESSAGES.c.id.in_(union(*stops)) if stops else false()


def _stop(place: _Field, role: _Field, roles: tuple[str, ...], country: str) -> Select[Any]:
    # EXISTS, so that SQLite starts from the country: nearly every record has an origin, few have this one.
    there, what = CELLS.alias(), CELLS.alias()
    same_row = and_(what.c.message == there.c.message, what.c.field == role.id, what.c.row == there.c.row)
    as_role = select(what.c.message).where(same_row, what.c.code.in_(roles)).correlate(there).exists()
    return select(there.c.message).where(there.c.field == place.id, there.c.code == country, as_role)


def _says(term: str, labels: Labels) -> ColumnElement[bool]:
    """A part of what was written, or of what a code is called."""
    if len(term) >= TRIGRAM:
        quoted = term.replace('"', '""')
        written = select(WORDS.c.rowid).where(WORDS.c.text.op("MATCH")(f'"{quoted}"'))
    else:
        written = select(WORDS.c.rowid).where(WORDS.c.text.contains(term, autoescape=True))
    coded = [_coded(FIELDS.c.list == name, codes) for name, codes in labels.named(term).items()]
    return MESSAGES.c.id.in_(union(written, *coded)) if coded else MESSAGES.c.id.in_(written)


def _cursor(last: Found, sort: Sort) -> Cursor:
    values: dict[Sort, int | str] = {
        Sort.WRITTEN: last.written_at,
        Sort.HAPPENED: last.happened_on,
        Sort.RECEIVED: last.received_at,
    }
    return Cursor(values[sort], last.record)
