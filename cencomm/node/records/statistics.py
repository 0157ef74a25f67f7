"""How many records there are, by month and commodity, by country, by route: counts and codes, nothing personal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import CompoundSelect

from cencomm.ids import OperationId
from cencomm.node.records.criteria import (
    COMMODITY,
    COUNTRY,
    DESTINATIONS,
    ORIGINS,
    ROUTE_ROLE,
    Criteria,
    Labels,
)
from cencomm.node.records.search import REPORTING_COUNTRY, matching
from cencomm.node.records.tables import CELLS, FIELDS, MESSAGES

MAX_ROUTES = 1000  # the busiest ones
_MONTH_CHARACTERS = 7
REPORTING, ORIGIN, DESTINATION, TRANSIT = "reporting", "origin", "destination", "transit"


@dataclass(frozen=True, slots=True)
class MonthCount:
    """`month` is a year where a record knows no more."""

    month: str
    commodity: str
    records: int


@dataclass(frozen=True, slots=True)
class CountryCount:
    """`role`: reporting, origin, transit or destination."""

    role: str
    country: str
    records: int


@dataclass(frozen=True, slots=True)
class RouteCount:
    origin: str
    destination: str
    records: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """A record with two commodities counts under both; each table counts a record once in a row."""

    records: int
    months: tuple[MonthCount, ...]
    countries: tuple[CountryCount, ...]
    routes: tuple[RouteCount, ...]


@dataclass(frozen=True, slots=True)
class OperationCount:
    """An operation of which there are records; times in seconds."""

    operation: OperationId
    records: int
    first_received_at: int
    last_received_at: int


async def count_all(connection: AsyncConnection, criteria: Criteria, labels: Labels) -> Statistics:
    """Of the records that fit. Raises UsageError for criteria that cannot be looked for."""
    fits = await matching(connection, criteria, labels)
    fields = list(await connection.execute(select(FIELDS)))
    stops = _stops(fields)
    return Statistics(
        records=await connection.scalar(select(func.count()).select_from(MESSAGES).where(fits)) or 0,
        months=await _months(connection, fits, fields, labels),
        countries=await _countries(connection, fits, fields, stops),
        routes=await _routes(connection, fits, stops),
    )


async def count_operations(connection: AsyncConnection) -> list[OperationCount]:
    message = MESSAGES.c
    received = message.received_at
    counted = select(message.operation, func.count(), func.min(received), func.max(received))
    rows = await connection.execute(counted.group_by(message.operation).order_by(message.operation))
    return [OperationCount(OperationId(operation), *counts) for operation, *counts in rows]


async def _months(
    connection: AsyncConnection, fits: ColumnElement[bool], fields: Sequence[Any], labels: Labels
) -> tuple[MonthCount, ...]:
    commodities = labels.lists[COMMODITY]
    kinds = [entry.code for entry in commodities.entries if not commodities.ancestors(entry.code)]
    numbers = [one.id for one in fields if one.list == COMMODITY]
    month = func.substr(MESSAGES.c.happened_on, 1, _MONTH_CHARACTERS)
    counted = (
        select(month, CELLS.c.code, func.count(MESSAGES.c.id.distinct()))
        .join(CELLS, CELLS.c.message == MESSAGES.c.id)
        .where(fits, CELLS.c.field.in_(numbers), CELLS.c.code.in_(kinds))
        .group_by(month, CELLS.c.code)
        .order_by(month, CELLS.c.code)
    )
    return tuple(MonthCount(*row) for row in await connection.execute(counted))


async def _countries(
    connection: AsyncConnection, fits: ColumnElement[bool], fields: Sequence[Any], stops: CompoundSelect[Any] | None
) -> tuple[CountryCount, ...]:
    numbers = [one.id for one in fields if one.name == REPORTING_COUNTRY]
    reporting = (
        select(CELLS.c.code, func.count(MESSAGES.c.id.distinct()))
        .join(CELLS, CELLS.c.message == MESSAGES.c.id)
        .where(fits, CELLS.c.field.in_(numbers))
        .group_by(CELLS.c.code)
        .order_by(CELLS.c.code)
    )
    found = [CountryCount(REPORTING, *row) for row in await connection.execute(reporting)]
    if stops is not None:
        stop = stops.subquery()
        role = case((stop.c.role.in_(ORIGINS), ORIGIN), (stop.c.role.in_(DESTINATIONS), DESTINATION), else_=stop.c.role)
        passed = (
            select(role, stop.c.country, func.count(stop.c.message.distinct()))
            .join(MESSAGES, MESSAGES.c.id == stop.c.message)
            .where(fits, role.in_((ORIGIN, DESTINATION, TRANSIT)))
            .group_by(role, stop.c.country)
            .order_by(role, stop.c.country)
        )
        found += [CountryCount(*row) for row in await connection.execute(passed)]
    return tuple(found)


async def _routes(
    connection: AsyncConnection, fits: ColumnElement[bool], stops: CompoundSelect[Any] | None
) -> tuple[RouteCount, ...]:
    if stops is None:
        return ()
    start, end = stops.subquery(), stops.subquery()
    records = func.count(MESSAGES.c.id.distinct())
    counted = (
        select(start.c.country, end.c.country, records)
        .select_from(start)
        .join(end, end.c.message == start.c.message)
        .join(MESSAGES, MESSAGES.c.id == start.c.message)
        .where(fits, start.c.role.in_(ORIGINS), end.c.role.in_(DESTINATIONS))
        .group_by(start.c.country, end.c.country)
        .order_by(records.desc(), start.c.country, end.c.country)
        .limit(MAX_ROUTES)
    )
    return tuple(RouteCount(*row) for row in await connection.execute(counted))


def _stops(fields: Sequence[Any]) -> CompoundSelect[Any] | None:
    """Every (message, role, country) that stands in one row of a route; None: no form has one."""
    pairs = [
        _stop(place.id, role.id)
        for place in fields
        for role in fields
        if (place.list, role.list) == (COUNTRY, ROUTE_ROLE)
        and (place.form_name, place.block) == (role.form_name, role.block)
    ]
    return union_all(*pairs) if pairs else None


def _stop(place: int, role: int) -> Select[Any]:
    there, what = CELLS.alias(), CELLS.alias()
    same_row = and_(what.c.message == there.c.message, what.c.field == role, what.c.row == there.c.row)
    columns = there.c.message, what.c.code.label("role"), there.c.code.label("country")
    return select(*columns).join(what, same_row).where(there.c.field == place, there.c.code.is_not(None))
