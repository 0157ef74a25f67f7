"""The nCEN as what a node is there for: it keeps what its own nation originated, and lets everything else go by.

message --whose?--> another nation's, or nobody's: counted, and nothing of it is written anywhere
   └--> ours: record and evidence as in every node, and in the same transaction cases, suspects, companies, numbers
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.events import Event, MessageDelivered, Quarantined
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports
from cencomm.ncen.case import case_key
from cencomm.ncen.mention import companies_in, suspects_in
from cencomm.ncen.nation import Nation
from cencomm.ncen.numbers import numbers_in
from cencomm.ncen.originator import Originator, PassedBy, is_evidence_of, originator_of
from cencomm.ncen.queries import count_passed_by, insert_mentions, insert_numbers, insert_version
from cencomm.ncen.tables import COMPANIES, SUSPECTS
from cencomm.node.database import Database
from cencomm.node.records.recording import RECORDS, Kept, MessageRecorder

NCEN = "cencomm.ncen"
NOT_KEPT = "not kept: not proven to be of our nation; the log holds it under this hash"


class NationRecorder:
    """Records what `nation` originated, as the ledger names the author's country."""

    packages = (RECORDS, NCEN)

    def __init__(self, reports: Reports, nation: Nation) -> None:
        self._messages = MessageRecorder(reports)
        self._nation = nation

    async def record(self, connection: AsyncConnection, event: Event, operation: Operation, *, now: int) -> None:
        if not isinstance(event, MessageDelivered):
            return
        originator = originator_of(event, operation)
        if originator is None:
            await count_passed_by(connection, operation.id, PassedBy.NO_NATION)
        elif originator.nation != self._nation:
            await count_passed_by(connection, operation.id, PassedBy.OTHER_NATION)
        else:
            kept = await self._messages.keep(connection, event, operation, now=now)
            await _file(connection, kept, originator)

    def redact(self, event: Quarantined, operation: Operation) -> Quarantined:
        """What is not proven to be ours is set aside with its reason and a hash: a fault found in a report names it."""
        if is_evidence_of(event, operation, self._nation):
            return event
        return replace(event, detail=NOT_KEPT, message=sha256(event.message).digest())

    async def tend(self, mailbox: Mailbox, database: Database) -> None:
        """Fetch the files of what was recorded: of nothing else a row says that there are any."""
        await self._messages.tend(mailbox, database)

    async def unfinished(self, connection: AsyncConnection) -> Mapping[str, int]:
        return await self._messages.unfinished(connection)


async def _file(connection: AsyncConnection, kept: Kept, originator: Originator) -> None:
    """A recorded message into the databases that it belongs to."""
    record, cells = kept.record, kept.record.cells
    key = case_key(record.form.name, cells, originator.organisation)
    if key is not None:
        written_at = record.event.envelope.body.written_at
        await insert_version(connection, kept.number, key, written_at=written_at)
    report = f"{record.event.place.operation.hex()} {record.event.envelope.message.hex()}"
    await insert_mentions(connection, kept.number, SUSPECTS, suspects_in(cells, report=report))
    await insert_mentions(connection, kept.number, COMPANIES, companies_in(cells, report=report))
    await insert_numbers(connection, kept.number, numbers_in(cells))
