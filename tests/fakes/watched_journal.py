"""A journal that notes what shares a transaction, and that can be told what it cannot keep."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cencomm.client.events import Event
from cencomm.client.vault.journal import Fetched, Journal
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.errors import Unavailable


def anything(_events: tuple[Event, ...]) -> bool:
    return True


@dataclass(slots=True)
class WatchedJournal:
    journal: Journal
    keeps: Callable[[tuple[Event, ...]], bool] = anything
    kept: list[tuple[Event, ...]] = field(default_factory=list)

    @property
    def store(self) -> StateStore:
        return self.journal.store

    async def record(self, writes: Writes, *events: Event, expected_version: int) -> int:
        if not self.keeps(events):
            raise Unavailable("no space left")
        version = await self.journal.record(writes, *events, expected_version=expected_version)
        self.kept.append(events)
        return version

    async def record_history(self, writes: Writes, fetched: Sequence[Fetched], *, expected_version: int) -> int:
        return await self.journal.record_history(writes, fetched, expected_version=expected_version)
