"""Carrying out the ledger in our channels while the program runs: the archive at once, others when nobody did (C7).

Each member sees the same entry at the same moment, and one Commit is enough. So all but the archive wait a random time;
whoever wakes first commits, and the others find nothing left to do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cencomm.client.channel.enactment import Sleep, enact
from cencomm.client.channel.errors import FrozenOperation
from cencomm.client.channel.further_devices import further_devices
from cencomm.client.channel.patience import Patience
from cencomm.client.channel.posting import resume_without_files
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import NotEntitled, NotFound
from cencomm.errors import ProtocolError, Unavailable
from cencomm.ids import OperationId
from cencomm.secret import Entropy

FIRST_SECONDS, LAST_SECONDS = 2.0, 20.0  # C7

T = TypeVar("T")

OnTrouble = Callable[[ProtocolError], None]


def delay_seconds(entropy: Entropy) -> float:
    """How long this member leaves it to the others."""
    share = int.from_bytes(entropy(4), "big") / (1 << 32)
    return FIRST_SECONDS + share * (LAST_SECONDS - FIRST_SECONDS)


class Enactor:
    """One look at an operation at a time. Waiting holds nothing up: the mailbox sends and reads meanwhile."""

    def __init__(
        self,
        mailbox: Mailbox,
        tasks: asyncio.TaskGroup,
        on_trouble: OnTrouble | None,
        *,
        at_once: bool,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._mailbox = mailbox
        self._tasks = tasks
        self._on_trouble = on_trouble
        self._at_once = at_once
        self._sleep = sleep
        self._waiting: set[OperationId] = set()
        self._patience = Patience()

    def look_at(self, operation: OperationId) -> None:
        """See to it, once nobody else did."""
        if operation not in self._waiting:
            self._waiting.add(operation)
            self._tasks.create_task(self._look(operation))

    async def _look(self, operation: OperationId) -> None:
        if not self._at_once:
            await self._sleep(delay_seconds(self._mailbox.environment.entropy))
        self._waiting.discard(operation)
        devices = await self._trying(further_devices(self._mailbox, operation)) or ()
        for channel in self._mailbox.entitled_channels(operation):
            act = enact(self._mailbox, operation, channel, devices=devices, patience=self._patience, sleep=self._sleep)
            await self._trying(act)
        await self._trying(resume_without_files(self._mailbox))  # what waited for a group that stands now (C11)

    async def _trying(self, act: Awaitable[T]) -> T | None:
        try:
            return await act
        except (Unavailable, NotEntitled, NotFound, FrozenOperation):
            return None  # another is faster, or we are out: the next wake looks again
        except ProtocolError as trouble:
            if self._on_trouble is None:
                raise
            self._on_trouble(trouble)
            return None
