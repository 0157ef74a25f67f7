"""What a node is there for: something that takes each event of its channels, exactly once."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.events import Event, Quarantined
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.node.database import Database


class Consumer(Protocol):
    """Has tables of its own in the node's database, made by the migrations of its package."""

    @property
    def packages(self) -> Sequence[str]:
        """The packages whose `migrations` make the tables, in this order: `cencomm.node.records`."""
        ...

    async def record(self, connection: AsyncConnection, event: Event, operation: Operation, *, now: int) -> None:
        """Write down what `event` brought, through `connection`, whose transaction also moves the node's cursor.

        Never commits, and does nothing that a rollback would not undo: after an error the same event comes again,
        after success never.

        Args:
            operation: as it is known at this event: names, forms, who is a member.
            now: seconds; when the node received it.

        Raises:
            Unavailable: a fault on our side (a name or form that is not here yet): the event is tried again later.
        """
        ...

    def redact(self, event: Quarantined, operation: Operation) -> Quarantined:
        """What the quarantine may hold of a message that could not be taken: all of it, or less of the evidence.

        Asked before anything of it is written. Reason and place stay as they are.
        """
        ...

    async def tend(self, mailbox: Mailbox, database: Database) -> None:
        """What there is to do beside recording, for as long as the member takes part: runs until it is cancelled.

        Begins anew with each life of the member, so what is to be done stands in the tables. What it raises is a fault
        of the node, which then begins a new life.
        """
        ...

    async def unfinished(self, connection: AsyncConnection) -> Mapping[str, int]:
        """How much of that is left, by kind, for whoever watches over the node."""
        ...
