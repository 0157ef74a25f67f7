"""What a node is there for: something that takes each event of its channels, exactly once."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.events import Event
from cencomm.client.operation.operation import Operation


class Consumer(Protocol):
    """Has tables of its own in the node's database, made by the migrations of its package."""

    @property
    def package(self) -> str:
        """The package whose `migrations` make the tables: `cencomm.archive`."""
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
