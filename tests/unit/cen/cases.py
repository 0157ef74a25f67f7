"""A CEN that takes events of several operations as a node would, and answers questions about its cases."""

from dataclasses import dataclass, field

from sqlalchemy import func, select

from cencomm.cen.search import CaseCriteria, provenance
from cencomm.cen.statistics import By, Line, Period, statistics
from cencomm.cen.tables import TALLIES
from cencomm.client.events import Event
from cencomm.client.operation.operation import Operation
from cencomm.ids import OperationId
from cencomm.node.database import Database
from cencomm.node.journal import NodeJournal
from cencomm.node.records.criteria import Criteria, Labels, Sort
from cencomm.node.records.search import find
from cencomm.node.records.tables import MESSAGES
from tests.unit.node.records.operation import Desk


@dataclass(slots=True)
class Cen:
    database: Database
    desk: Desk
    others: list[Desk] = field(default_factory=list)
    journal: NodeJournal = field(init=False)
    version: int = 0

    def operation(self, operation: OperationId) -> Operation:
        return next(one.operation for one in (self.desk, *self.others) if one.operation.id == operation)

    async def take(self, *events: Event) -> None:
        for event in events:
            self.version = await self.journal.record({}, event, expected_version=self.version)

    async def cases(self, labels: Labels, criteria: Criteria | None = None, **cases: object) -> list[str]:
        """References of what a search finds, the newest seizure first."""
        only = CaseCriteria(**cases).condition()  # type: ignore[arg-type]  # the test names the fields
        async with self.database.reading() as connection:
            page = await find(connection, criteria or Criteria(), labels, sort=Sort.HAPPENED, only=only)
            return [found.heading for found in page.found]

    async def releases(self, labels: Labels) -> list[tuple[int, int]]:
        """Of each case shown: how many releases are here, from how many operations."""
        async with self.database.reading() as connection:
            page = await find(connection, Criteria(), labels, only=CaseCriteria().condition())
            known = await provenance(connection, [found.record for found in page.found])
        return [(one.releases, one.operations) for one in known.values()]

    async def statistics(self, by: By, period: Period | None = None) -> list[Line]:
        async with self.database.reading() as connection:
            return await statistics(connection, by, period or Period())

    async def counts(self) -> tuple[int, int]:
        """Records, and lines of sums."""
        async with self.database.reading() as connection:
            records = await connection.scalar(select(func.count()).select_from(MESSAGES))
            tallies = await connection.scalar(select(func.count()).select_from(TALLIES))
        return records or 0, tallies or 0
