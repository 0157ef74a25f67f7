"""What the desk needs of its server's database."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")


class Store(Protocol):
    """`cencomm.node.database.Database` is one."""

    async def transact(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """What `work` returns, once all that it wrote is durable; or nothing of it was written.

        Begins by taking the write lock. Raises Unavailable.
        """
        ...

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A snapshot of what is committed. Raises Unavailable."""
        ...


class Sealing(Protocol):
    """Seals values under a key that lies outside the database, each bound to its name."""

    def seal(self, name: str, value: bytes) -> bytes: ...

    def open(self, name: str, box: bytes) -> bytes:
        """Raises ProtocolError when it is not what was sealed under this name."""
        ...
