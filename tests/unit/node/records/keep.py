"""An archive that takes messages as a node would, and answers questions about them."""

from dataclasses import dataclass

from cencomm.client.events import Event
from cencomm.node.database import Database
from cencomm.node.journal import NodeJournal
from cencomm.node.records.criteria import Criteria, Labels, Sort
from cencomm.node.records.search import Page, find_and_count


@dataclass(slots=True)
class Keep:
    database: Database
    journal: NodeJournal
    version: int = 0

    async def take(self, *events: Event) -> None:
        for event in events:
            self.version = await self.journal.record({}, event, expected_version=self.version)

    async def page(self, criteria: Criteria, labels: Labels, *, sort: Sort = Sort.WRITTEN) -> Page:
        async with self.database.reading() as connection:
            page, total = await find_and_count(connection, criteria, labels, sort=sort)
            assert total == len(page.found)
            return page

    async def headings(self, criteria: Criteria, labels: Labels) -> list[str]:
        return sorted(found.heading for found in (await self.page(criteria, labels)).found)
