"""How many cases, by month and commodity, by country, by route: sums that are kept as releases come and go."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.cen.tables import TALLIES, ShareKind
from cencomm.errors import UsageError
from cencomm.node.records.criteria import DATE

_MONTH, _YEAR = len("2026-11"), len("2026")
_BEHIND = "~"  # sorts behind every digit and hyphen of a month


class By(StrEnum):
    """What a statistic has a row for."""

    MONTH = "month"  # and commodity
    COUNTRY = "country"
    ROUTE = "route"


_KIND = {By.MONTH: ShareKind.COMMODITY, By.COUNTRY: ShareKind.COUNTRY, By.ROUTE: ShareKind.ROUTE}


@dataclass(frozen=True, slots=True)
class Line:
    """`cases` that say `first`, and `second` where there are two; `month` is empty for all of the period."""

    month: str
    first: str
    second: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole months, ISO. A case of which only the year is known counts where it can lie within."""

    since: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        for month in (self.since, self.until):
            if month is not None and (not DATE.fullmatch(month) or len(month) > _MONTH):
                raise UsageError(f"{month[:40]!r} is no month or year: 2026-11 or 2026")

    def condition(self) -> list[ColumnElement[bool]]:
        month, wanted = TALLIES.c.month, list[ColumnElement[bool]]()
        if self.since is not None:
            wanted.append(or_(month >= self.since, month == self.since[:_YEAR]))
        if self.until is not None:
            wanted.append(month <= self.until + _BEHIND)
        return wanted


async def statistics(connection: AsyncConnection, by: By, period: Period, *, most: int | None = None) -> list[Line]:
    """The lines, months in order, within a month or the period the most frequent first.

    A case with goods of two kinds counts for both, one with three stops for each pair of start and end.
    """
    tally = TALLIES.c
    month = tally.month if by is By.MONTH else literal("")
    cases = func.sum(tally.cases)
    query = (
        select(month, tally.first, tally.second, cases)
        .where(tally.kind == _KIND[by].value, *period.condition())
        .group_by(*([tally.month] if by is By.MONTH else []), tally.first, tally.second)
        .order_by(*([tally.month] if by is By.MONTH else []), cases.desc(), tally.first, tally.second)
    )
    return [Line(*row) for row in await connection.execute(query.limit(-1 if most is None else most))]
