"""Seizures as cases: a search, and one case with every report of it and who stands in the newest."""

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import and_

from cencomm.ncen.api.mention import COMPANY, SUSPECT, MentionListed
from cencomm.ncen.api.wanted import WantedAsked
from cencomm.ncen.search import (
    CaseOf,
    cases_of,
    count_versions,
    find_roles,
    is_case,
    is_newest,
    is_of_case,
    is_shareable,
)
from cencomm.node.api.listing import PageCursor, PageLimit, RecordListed, record_listed
from cencomm.node.api.record_routes import RecordNumber
from cencomm.node.api.refusals import NotHere
from cencomm.node.api.route import Answer, Call, Route
from cencomm.node.records.criteria import Criteria, Sort
from cencomm.node.records.cursor import read_cursor
from cencomm.node.records.found import Found
from cencomm.node.records.search import MAX_PAGE, find_and_count
from cencomm.node.records.tables import MESSAGES
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import Permission


class SeizuresAsked(WantedAsked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    sort: Sort = Sort.WRITTEN
    """The newest first, by when it was written, happened or was received."""
    limit: PageLimit = 50
    after: PageCursor | None = None
    """Where the page before ended, as it said, with the same `sort`."""


class SeizureListed(RecordListed, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A report of a case. Of TLP:RED not even its reference."""

    case: int
    reference: str | None
    versions: int
    """How many reports of this case there are."""


class SeizuresPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    seizures: tuple[SeizureListed, ...]
    total: int
    """How many fit."""
    after: str | None
    """For the next page; null: nothing follows."""


class SeizureAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    case: RecordNumber
    limit: PageLimit = 50
    after: PageCursor | None = None
    """Where the page before ended, as it said."""


class SeizureOpened(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One case. What a report says in full is at `/v1/records/{record}`; who stood in earlier ones is found at
    `/v1/suspects` and `/v1/companies`, with `every_version`.
    """

    case: int
    reports: tuple[SeizureListed, ...]
    """The last written first."""
    total: int
    after: str | None
    """For the next page of reports; null: nothing follows."""
    suspects: tuple[MentionListed, ...]
    """Of the newest report; none when it is withheld."""
    companies: tuple[MentionListed, ...]


async def get_seizures(call: Call, asked: SeizuresAsked) -> Answer:
    criteria, labels = asked.criteria(), call.room.labels
    only = and_(is_case(), asked.condition())
    after = None if asked.after is None else read_cursor(asked.after, asked.sort)
    async with call.room.database.reading() as connection:
        page, total = await find_and_count(
            connection, criteria, labels, sort=asked.sort, after=after, limit=asked.limit, only=only
        )
        here = MESSAGES.c.id.in_([found.record for found in page.found])
        cases, versions = await cases_of(connection, here), await count_versions(connection, here)
    listed = SeizuresPage(
        seizures=tuple(_listed(found, cases[found.record], versions[found.record]) for found in page.found),
        total=total,
        after=None if page.after is None else page.after.text(),
    )
    return Answer(document=listed, found=total)


async def get_seizure(call: Call, asked: SeizureAsked) -> Answer:
    labels, only = call.room.labels, is_of_case(asked.case)
    after = None if asked.after is None else read_cursor(asked.after, Sort.WRITTEN)
    async with call.room.database.reading() as connection:
        page, total = await find_and_count(connection, Criteria(), labels, after=after, limit=asked.limit, only=only)
        if not total:
            raise NotHere
        cases = await cases_of(connection, MESSAGES.c.id.in_([found.record for found in page.found]))
        newest = and_(only, is_newest(), is_shareable())
        suspects = await find_roles(connection, SUSPECT.register, (), newest, limit=MAX_PAGE)
        companies = await find_roles(connection, COMPANY.register, (), newest, limit=MAX_PAGE)
    opened = SeizureOpened(
        case=asked.case,
        reports=tuple(_listed(found, cases[found.record], total) for found in page.found),
        total=total,
        after=None if page.after is None else page.after.text(),
        suspects=tuple(SUSPECT.listed(one, call) for one in suspects),
        companies=tuple(COMPANY.listed(one, call) for one in companies),
    )
    return Answer(document=opened, found=len(page.found))


def _listed(found: Found, of: CaseOf, versions: int) -> SeizureListed:
    listed = record_listed(found)
    reference = None if listed.withheld else of.reference
    return SeizureListed(**asdict(listed), case=of.case, reference=reference, versions=versions)


SEIZURE_ROUTES = (
    Route(
        method="GET",
        path="/v1/seizures",
        summary="Search cases: a page of what fits, each as its newest report says.",
        handler=get_seizures,
        asked=SeizuresAsked,
        answers=SeizuresPage,
        needs=Permission.READ,
        deed=Deed.SEARCH,
        nominal=True,
    ),
    Route(
        method="GET",
        path="/v1/seizures/{case}",
        summary="Open a case: every report of it, and the suspects and companies of the newest.",
        handler=get_seizure,
        asked=SeizureAsked,
        answers=SeizureOpened,
        needs=Permission.READ,
        deed=Deed.OPEN,
        nominal=True,
    ),
)
