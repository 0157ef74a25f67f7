"""How many cases: the sums that CEN keeps."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.cen.statistics import By, Period, statistics
from cencomm.node.api.criteria import Word
from cencomm.node.api.route import Answer, Call, Route
from cencomm.node.records.criteria import COMMODITY, COUNTRY
from cencomm.node.records.statistics import MAX_ROUTES
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import Permission


class PeriodAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whole months: 2026-11 or 2026. A case of which only the year is known counts where it can lie within."""

    since: Word | None = None
    until: Word | None = None
    routes: Annotated[int, Meta(ge=1, le=MAX_ROUTES)] = MAX_ROUTES
    """How many at most, the busiest."""


class MonthOfCases(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    month: str
    """A year where a case knows no more."""
    commodity: str
    commodity_label: str
    cases: int


class CountryOfCases(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    country: str
    """That reports."""
    country_label: str
    cases: int


class RouteOfCases(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    origin: str
    origin_label: str
    destination: str
    destination_label: str
    cases: int


class CasesCounted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A case with goods of two kinds counts for both, one with three stops for each pair of start and end."""

    months: tuple[MonthOfCases, ...]
    countries: tuple[CountryOfCases, ...]
    routes: tuple[RouteOfCases, ...]
    """The busiest first."""


async def get_statistics(call: Call, asked: PeriodAsked) -> Answer:
    period = Period(since=asked.since, until=asked.until)
    async with call.room.database.reading() as connection:
        months = await statistics(connection, By.MONTH, period)
        countries = await statistics(connection, By.COUNTRY, period)
        routes = await statistics(connection, By.ROUTE, period, most=asked.routes)

    lists, language = call.room.labels.lists, call.words.language

    def commodity(code: str) -> str:
        return lists[COMMODITY].label(code, language)

    def country(code: str) -> str:
        return lists[COUNTRY].label(code, language)

    document = CasesCounted(
        months=tuple(
            MonthOfCases(
                month=line.month, commodity=line.first, commodity_label=commodity(line.first), cases=line.cases
            )
            for line in months
        ),
        countries=tuple(
            CountryOfCases(country=line.first, country_label=country(line.first), cases=line.cases)
            for line in countries
        ),
        routes=tuple(
            RouteOfCases(
                origin=line.first,
                origin_label=country(line.first),
                destination=line.second,
                destination_label=country(line.second),
                cases=line.cases,
            )
            for line in routes
        ),
    )
    return Answer(document=document, found=sum(line.cases for line in countries))


CASE_STATISTICS_ROUTES = (
    Route(
        method="GET",
        path="/v1/statistics",
        summary="Count cases by month and commodity, by reporting country, by route.",
        handler=get_statistics,
        asked=PeriodAsked,
        answers=CasesCounted,
        needs=Permission.READ,
        deed=Deed.STATISTICS,
    ),
)
