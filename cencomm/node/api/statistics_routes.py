"""Counting the records of a node."""

from msgspec import Struct

from cencomm.node.api.criteria import CriteriaAsked
from cencomm.node.api.refusals import PurposeNeeded
from cencomm.node.api.route import Answer, Call, Route
from cencomm.node.records.statistics import count_all
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import Permission


class MonthCounted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    month: str
    """A year where a record knows no more."""
    commodity: str
    commodity_label: str
    records: int


class CountryCounted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    role: str
    """reporting, origin, transit or destination."""
    country: str
    country_label: str
    records: int


class RouteCounted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    origin: str
    origin_label: str
    destination: str
    destination_label: str
    records: int


class StatisticsCounted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record with two commodities counts under both; each row counts a record once."""

    records: int
    months: tuple[MonthCounted, ...]
    countries: tuple[CountryCounted, ...]
    routes: tuple[RouteCounted, ...]
    """The busiest first."""


async def get_statistics(call: Call, asked: CriteriaAsked) -> Answer:
    if asked.text is not None and call.room.kind.nominal and call.purpose is None:
        raise PurposeNeeded  # a count of the records that say a name tells whether it is here
    labels, language = call.room.labels, call.words.language
    async with call.room.database.reading() as connection:
        counted = await count_all(connection, asked.criteria(), labels)

    def country(code: str) -> str:
        return labels.lists["country"].label(code, language)

    document = StatisticsCounted(
        records=counted.records,
        months=tuple(
            MonthCounted(
                month=one.month,
                commodity=one.commodity,
                commodity_label=labels.lists["commodity"].label(one.commodity, language),
                records=one.records,
            )
            for one in counted.months
        ),
        countries=tuple(
            CountryCounted(role=one.role, country=one.country, country_label=country(one.country), records=one.records)
            for one in counted.countries
        ),
        routes=tuple(
            RouteCounted(
                origin=one.origin,
                origin_label=country(one.origin),
                destination=one.destination,
                destination_label=country(one.destination),
                records=one.records,
            )
            for one in counted.routes
        ),
    )
    return Answer(document=document, found=counted.records)


STATISTICS_ROUTES = (
    Route(
        method="GET",
        path="/v1/statistics",
        summary="Count records by month and commodity, by country, by route.",
        handler=get_statistics,
        asked=CriteriaAsked,
        answers=StatisticsCounted,
        needs=Permission.READ,
        deed=Deed.STATISTICS,
    ),
)
