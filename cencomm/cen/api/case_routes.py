"""Cases: each once, as its newest release says, and every release of one with where it came from."""

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

from cencomm.cen.search import CaseCriteria, Provenance, is_release_of, provenance, read_route, releases_of
from cencomm.node.api.criteria import Word
from cencomm.node.api.listing import PageCursor, PageLimit, RecordListed, record_listed
from cencomm.node.api.record_routes import RecordNumber
from cencomm.node.api.refusals import NotHere
from cencomm.node.api.route import Answer, Call, Route
from cencomm.node.records.criteria import MAX_TEXT_CHARACTERS, Criteria, Sort
from cencomm.node.records.cursor import read_cursor
from cencomm.node.records.found import Found
from cencomm.node.records.search import find_and_count
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import Permission

Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_CHARACTERS)]


class CasesAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that are given must hold; they are the options of `cencomm cen search` (docs/cen.md)."""

    text: Text | None = None
    reference: Text | None = None
    """Of the case, or how it begins."""
    since: Word | None = None
    until: Word | None = None
    reporting: Word | None = None
    origin: Word | None = None
    destination: Word | None = None
    country: Word | None = None
    """In whatever role."""
    commodity: Word | None = None
    """A code; closer kinds of it are found too."""
    route: Word | None = None
    """BR>FR: from Brazil to France; BR-FR: either way."""
    sort: Sort = Sort.HAPPENED
    limit: PageLimit = 50
    after: PageCursor | None = None
    """Where the page before ended, as it said, with the same `sort`."""


class CaseListed(RecordListed, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The newest release of a case."""

    case: int
    releases: int
    """How many of it are here."""
    operations: int
    """From how many."""


class CasesPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    cases: tuple[CaseListed, ...]
    total: int
    """How many fit."""
    after: str | None
    """For the next page; null: nothing follows."""


class CaseAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    case: RecordNumber
    limit: PageLimit = 50
    after: PageCursor | None = None
    """Where the page before ended, as it said."""


class ReleaseListed(RecordListed, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One release: out of which operation, by which service, when it was said and when it came."""

    said_at: int
    """Seconds: when it was written, by its author's clock, or when it came if that was earlier."""
    newest: bool
    """It is what the case says now."""


class CaseOpened(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The last written first. What a release says in full is at `/v1/records/{record}`."""

    case: int
    releases: tuple[ReleaseListed, ...]
    total: int
    after: str | None
    """For the next page; null: nothing follows."""


async def get_cases(call: Call, asked: CasesAsked) -> Answer:
    labels = call.room.labels
    criteria = Criteria(
        text_outside_red=asked.text,
        since=asked.since,
        until=asked.until,
        reporting=asked.reporting,
        origin=asked.origin,
        destination=asked.destination,
        country=asked.country,
        commodity=asked.commodity,
    )
    route = None if asked.route is None else read_route(asked.route, labels.lists)
    only = CaseCriteria(reference=asked.reference, route=route).condition()
    after = None if asked.after is None else read_cursor(asked.after, asked.sort)
    async with call.room.database.reading() as connection:
        page, total = await find_and_count(
            connection, criteria, labels, sort=asked.sort, after=after, limit=asked.limit, only=only
        )
        known = await provenance(connection, [found.record for found in page.found])
    listed = CasesPage(
        cases=tuple(_case_listed(found, known[found.record]) for found in page.found),
        total=total,
        after=None if page.after is None else page.after.text(),
    )
    return Answer(document=listed, found=total)


async def get_case(call: Call, asked: CaseAsked) -> Answer:
    labels, criteria, only = call.room.labels, Criteria(), is_release_of(asked.case)
    after = None if asked.after is None else read_cursor(asked.after, Sort.WRITTEN)
    async with call.room.database.reading() as connection:
        page, total = await find_and_count(connection, criteria, labels, after=after, limit=asked.limit, only=only)
        known = await releases_of(connection, [found.record for found in page.found])
    if not total:
        raise NotHere
    opened = CaseOpened(
        case=asked.case,
        releases=tuple(
            ReleaseListed(
                **asdict(record_listed(found)), said_at=known[found.record].said_at, newest=known[found.record].newest
            )
            for found in page.found
        ),
        total=total,
        after=None if page.after is None else page.after.text(),
    )
    return Answer(document=opened, found=len(page.found))


def _case_listed(found: Found, known: Provenance) -> CaseListed:
    return CaseListed(
        **asdict(record_listed(found)), case=known.case, releases=known.releases, operations=known.operations
    )


CASE_ROUTES = (
    Route(
        method="GET",
        path="/v1/cases",
        summary="Search: a page of the cases that fit, each as its newest release says.",
        handler=get_cases,
        asked=CasesAsked,
        answers=CasesPage,
        needs=Permission.READ,
        deed=Deed.SEARCH,
        nominal=True,
    ),
    Route(
        method="GET",
        path="/v1/cases/{case}",
        summary="Open a case: every release of it, and where each came from.",
        handler=get_case,
        asked=CaseAsked,
        answers=CaseOpened,
        needs=Permission.READ,
        deed=Deed.OPEN,
        nominal=True,
    ),
)
