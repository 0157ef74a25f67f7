"""Searching the records of a node, and what operations they are of."""

from msgspec import Struct
from sqlalchemy import ColumnElement

from cencomm.node.api.criteria import CriteriaAsked
from cencomm.node.api.listing import PageCursor, PageLimit, RecordListed, record_listed
from cencomm.node.api.route import Answer, Call, Nothing, Route
from cencomm.node.records.criteria import Sort
from cencomm.node.records.cursor import read_cursor
from cencomm.node.records.search import find_and_count
from cencomm.node.records.statistics import count_operations
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import Permission


class RecordsAsked(CriteriaAsked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    sort: Sort = Sort.WRITTEN
    """The newest first, by when it was written, happened or was received."""
    limit: PageLimit = 50
    after: PageCursor | None = None
    """Where the page before ended, as it said, with the same `sort`."""


class RecordsPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    records: tuple[RecordListed, ...]
    total: int
    """How many fit."""
    after: str | None
    """For the next page; null: nothing follows."""


class OperationListed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Times in seconds."""

    operation: str
    records: int
    first_received_at: int
    last_received_at: int


class OperationsListed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    operations: tuple[OperationListed, ...]


async def get_records(call: Call, asked: RecordsAsked) -> Answer:
    return await list_records(call, asked)


async def list_records(call: Call, asked: RecordsAsked, *, only: ColumnElement[bool] | None = None) -> Answer:
    """A page of what fits; `only` is what a kind of node asks of MESSAGES besides."""
    criteria, labels = asked.criteria(), call.room.labels
    after = None if asked.after is None else read_cursor(asked.after, asked.sort)
    async with call.room.database.reading() as connection:
        page, total = await find_and_count(
            connection, criteria, labels, sort=asked.sort, after=after, limit=asked.limit, only=only
        )
    listed = RecordsPage(
        records=tuple(record_listed(one) for one in page.found),
        total=total,
        after=None if page.after is None else page.after.text(),
    )
    return Answer(document=listed, found=total)


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


RECORDS_ROUTE = Route(
    method="GET",
    path="/v1/records",
    summary="Search: a page of the records that fit.",
    handler=get_records,
    asked=RecordsAsked,
    answers=RecordsPage,
    needs=Permission.READ,
    deed=Deed.SEARCH,
    nominal=True,
)

OPERATIONS_ROUTE = Route(
    method="GET",
    path="/v1/operations",
    summary="The operations of which there are records.",
    handler=get_operations,
    asked=Nothing,
    answers=OperationsListed,
    needs=Permission.READ,
    deed=Deed.STATISTICS,
)
