"""The archive deletes by itself what its operations' charters let nobody keep, four times a day.

Two clocks have to agree that something is old: ours, which an attacker of the network's time could put ahead, and the
relay's, which is the relay's word. A clock that is wrong alone deletes nothing.
"""

import asyncio
from typing import Never

import structlog

from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.relay_client import RelayClient
from cencomm.clock import Clock
from cencomm.errors import ProtocolError, Unavailable
from cencomm.ids import short
from cencomm.node.database import Database
from cencomm.node.records.recording import MessageRecorder
from cencomm.node.records.retention import delete_due, look_for_due

LOOK_SECONDS = 6 * 3600.0

_log = structlog.get_logger()


class ArchiveRecorder(MessageRecorder):
    """Records messages, and deletes them when their time is over."""

    async def tend(self, mailbox: Mailbox, database: Database) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(super().tend(mailbox, database))
            tasks.create_task(_keep_retention(mailbox, database))


async def earlier_time(clock: Clock, relay: RelayClient) -> int:
    """The earlier of our time and the relay's, in seconds.

    Raises:
        Unavailable, ProtocolError: the relay does not say its own.
    """
    return min(clock(), (await relay.about()).time)


async def _keep_retention(mailbox: Mailbox, database: Database) -> Never:
    while True:
        try:
            now = await earlier_time(mailbox.environment.clock, mailbox.relay)
            async with database.reading() as connection:
                found = await look_for_due(connection, mailbox.operations, now=now)
            for due in found:
                if due.records or due.evidence:
                    records = await delete_due(database, due, now=now)
                    _log.info("records_deleted", operation=short(due.operation), records=records, days=due.days)
        except (Unavailable, ProtocolError):
            pass  # the relay or the disk, for now: nothing is lost by deleting it later
        await asyncio.sleep(LOOK_SECONDS)
