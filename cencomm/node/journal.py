"""Exactly once: the member's new state, the consumer's records and the cursor are one transaction (rule H, section 9).

A crash before the commit leaves the old cursor, and the relay's log gives the entry again; a crash after it leaves the
new cursor, and it does not. Whoever cannot be recorded for a reason of ours stops the cursor; whoever cannot be read
for a reason of theirs goes to quarantine in the same way as a record would.
"""

from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.events import ChannelStalled, Event, Quarantined
from cencomm.client.operation.operation import Operation
from cencomm.client.vault.journal import Fetched
from cencomm.client.vault.state_store import Writes
from cencomm.clock import Clock
from cencomm.ids import OperationId
from cencomm.node.consumer import Consumer
from cencomm.node.quarantine import is_set_aside, set_aside
from cencomm.node.store import NodeStore

OperationOf = Callable[[OperationId], Operation]
"""How the member knows an operation now: forms and names that a record needs."""


class NodeJournal:
    """The node's `Journal`."""

    def __init__(self, store: NodeStore, consumer: Consumer, operation_of: OperationOf, clock: Clock) -> None:
        self._store = store
        self._consumer = consumer
        self._operation_of = operation_of
        self._clock = clock

    @property
    def store(self) -> NodeStore:
        return self._store

    async def record(self, writes: Writes, *events: Event, expected_version: int) -> int:
        async def both(connection: AsyncConnection) -> int:
            version = await self._store.apply_within(connection, writes, expected_version=expected_version)
            for event in events:
                await self._keep(connection, event)
            return version

        return await self._store.database.transact(both)

    async def record_history(self, writes: Writes, fetched: Sequence[Fetched], *, expected_version: int) -> int:
        async def all_(connection: AsyncConnection) -> int:
            version = await self._store.apply_within(connection, writes, expected_version=expected_version)
            for one in fetched:
                if isinstance(one, Quarantined) and await is_set_aside(connection, one.place):
                    continue  # what a server says of it afterwards is no better than what was found then
                await self._keep(connection, one)
            return version

        return await self._store.database.transact(all_)

    async def _keep(self, connection: AsyncConnection, event: Event) -> None:
        now, operation = self._clock(), self._operation_of(event.place.operation)
        if isinstance(event, Quarantined):
            event = self._consumer.redact(event, operation)
        if isinstance(event, Quarantined | ChannelStalled):
            await set_aside(connection, event, now=now)
        await self._consumer.record(connection, event, operation, now=now)
