"""Searching the records of a node, and counting them."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.client.attachments.file_names import safe_name
from cencomm.forms.envelope import Tlp
from cencomm.node.api.criteria import CriteriaAsked
from cencomm.node.api.refusals import PurposeNeeded
from cencomm.node.api.route import Answer, Call, Nothing, Route
from cencomm.node.records.criteria import Sort
from cencomm.node.records.cursor import MAX_NUMBER_DIGITS, read_cursor
from cencomm.node.records.search import MAX_PAGE, Found, count, find
from cencomm.node.records.statistics import count_all, count_operations
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import Permission

MAX_CURSOR_LETTERS = 2 * MAX_NUMBER_DIGITS + 1


class RecordsAsked(CriteriaAsked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    sort: Sort = Sort.WRITTEN
    """The newest first, by when it was written, happened or was received."""
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 50
    after: Annotated[str, Meta(max_length=MAX_CURSOR_LETTERS)] | None = None
    """Where the page before ended, as it said, with the same `sort`."""


class RecordListed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Times in seconds. Of TLP:RED only that it is there: `withheld`, without heading and files."""

    record: int
    operation: str
    message: str
    form: str
    form_version: int
    heading: str
    happened_on: str
    """ISO date, of 4, 7 or 10 characters as far as it is known."""
    written_at: int
    received_at: int
    language: str
    author_name: str | None
    author_organisation: str | None
    author_country: str | None
    author_revoked: bool
    priority: str
    tlp: str
    handling: str
    files: tuple[str, ...]
    withheld: bool


class RecordsPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    records: tuple[RecordListed, ...]
    total: int
    """How many fit."""
    after: str | None
    """For the next page; null: nothing follows."""


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


class OperationListed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Times in seconds."""

    operation: str
    records: int
    first_received_at: int
    last_received_at: int


class OperationsListed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    operations: tuple[OperationListed, ...]


async def get_records(call: Call, asked: RecordsAsked) -> Answer:
    criteria, labels = asked.criteria(), call.room.labels
    after = None if asked.after is None else read_cursor(asked.after, asked.sort)
    async with call.room.database.reading() as connection:
        page = await find(connection, criteria, labels, sort=asked.sort, after=after, limit=asked.limit)
        total = await count(connection, criteria, labels)
    listed = RecordsPage(
        records=tuple(_listed(one) for one in page.found),
        total=total,
        after=None if page.after is None else page.after.text(),
    )
    return Answer(document=listed, found=total)


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


async def get_operations(call: Call, _: Nothing) -> Answer:
    async with call.room.database.reading() as connection:
        counted = await count_operations(connection)
    listed = tuple(
        OperationListed(
            operation=one.operation.hex(),
            records=one.records,
            first_received_at=one.first_received_at,
            last_received_at=one.last_received_at,
        )
        for one in counted
    )
    return Answer(document=OperationsListed(operations=listed), found=len(listed))


def _listed(found: Found) -> RecordListed:
    withheld = found.tlp == Tlp.RED.value
    return RecordListed(
        record=found.record,
        operation=found.operation.hex(),
        message=found.message.hex(),
        form=found.form,
        form_version=found.form_version,
        heading="" if withheld else found.heading,
        happened_on=found.happened_on,
        written_at=found.written_at,
        received_at=found.received_at,
        language=found.language,
        author_name=found.author_name,
        author_organisation=found.author_organisation,
        author_country=found.author_country,
        author_revoked=found.author_revoked,
        priority=found.priority,
        tlp=found.tlp,
        handling=found.handling,
        files=() if withheld else tuple(safe_name(name) for name in found.files),
        withheld=withheld,
    )


SEARCH_ROUTES = (
    Route(
        method="GET",
        path="/v1/records",
        summary="Search: a page of the records that fit.",
        handler=get_records,
        asked=RecordsAsked,
        answers=RecordsPage,
        needs=Permission.READ,
        deed=Deed.SEARCH,
        nominal=True,
    ),
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
    Route(
        method="GET",
        path="/v1/operations",
        summary="The operations of which there are records.",
        handler=get_operations,
        asked=Nothing,
        answers=OperationsListed,
        needs=Permission.READ,
        deed=Deed.STATISTICS,
    ),
)
