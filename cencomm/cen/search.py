"""Finding cases: what fits a search among the newest release of each, and where each was released."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.cen.tables import CASES, RELEASES, SHARES, ShareKind
from cencomm.errors import UsageError
from cencomm.forms.code_list import CodeList, fold
from cencomm.node.records.criteria import COUNTRY
from cencomm.node.records.tables import MESSAGES

_ROUTE = re.compile(r"([A-Z]{2})(>|-)([A-Z]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Route:
    """`BR>FR`: from Brazil to France; `BR-FR`: either way."""

    start: str
    end: str
    either_way: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCriteria:
    """What only CEN can ask; the rest is `Criteria`. `reference` is found from its beginning, however it is spelled."""

    reference: str | None = None
    route: Route | None = None

    def condition(self) -> ColumnElement[bool]:
        """What holds of MESSAGES: the newest release of a case that fits.

        That it is the newest is asked of each record that the other criteria found: a list of all would be all cases.
        """
        release = RELEASES.c
        here = select(release.message).where(release.message == MESSAGES.c.id, release.newest == 1)
        wanted: list[ColumnElement[bool]] = [here.correlate(MESSAGES).exists()]
        if self.reference is not None:
            beginning = fold(self.reference)
            cases = select(CASES.c.id).where(CASES.c.reference.between(beginning, beginning + "\U0010ffff"))
            wanted.append(MESSAGES.c.id.in_(select(release.message).where(release.case.in_(cases))))
        if self.route is not None:
            wanted.append(MESSAGES.c.id.in_(_on_route(self.route)))
        return and_(*wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Of a case: its number, how many releases of it are here, and from how many operations."""

    case: int
    releases: int
    operations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """When it was said, in seconds, and whether it is what its case says now."""

    said_at: int
    newest: bool


def read_route(text: str, lists: Mapping[str, CodeList]) -> Route:
    """Raises UsageError for what is no pair of countries."""
    found = _ROUTE.fullmatch(text.strip())
    if found is None or found[1] not in lists[COUNTRY] or found[3] not in lists[COUNTRY]:
        raise UsageError(f"{text[:40]!r} is no route: BR>FR from Brazil to France, BR-FR either way")
    return Route(found[1], found[3], either_way=found[2] == "-")


async def provenance(connection: AsyncConnection, records: Iterable[int]) -> dict[int, Provenance]:
    """By the number of the newest release's record."""
    shown, every = RELEASES.alias(), RELEASES.alias()
    rows = await connection.execute(
        select(
            shown.c.message,
            shown.c.case,
            func.count(),
            func.count(MESSAGES.c.operation.distinct()),
        )
        .join(every, every.c.case == shown.c.case)
        .join(MESSAGES, MESSAGES.c.id == every.c.message)
        .where(shown.c.message.in_(list(records)))
        .group_by(shown.c.message, shown.c.case)
    )
    return {
        message: Provenance(case=case, releases=releases, operations=operations)
        for message, case, releases, operations in rows
    }


def is_release_of(case: int) -> ColumnElement[bool]:
    """Of MESSAGES."""
    return MESSAGES.c.id.in_(select(RELEASES.c.message).where(RELEASES.c.case == case))


async def releases_of(connection: AsyncConnection, records: Iterable[int]) -> dict[int, Release]:
    """By the number of the record."""
    release = RELEASES.c
    rows = await connection.execute(
        select(release.message, release.said_at, release.newest).where(release.message.in_(list(records)))
    )
    return {row.message: Release(said_at=row.said_at, newest=bool(row.newest)) for row in rows}


def _on_route(route: Route) -> CompoundSelect[Any]:
    pairs = [(route.start, route.end), *([(route.end, route.start)] if route.either_way else [])]
    share = SHARES.c
    return union(
        *(
            select(share.message).where(share.kind == ShareKind.ROUTE.value, share.first == start, share.second == end)
            for start, end in pairs
        )
    )
