"""Walking through all records, one by record, to see that each is what was signed."""

from collections.abc import AsyncIterator, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import RelayClient
from cencomm.ids import OperationId
from cencomm.node.files.attachments import StoredFile, files_of, pieces_of
from cencomm.node.logged import logged_anchors
from cencomm.node.records.reading import cells_of, channel_evidence, channels_of, evidence
from cencomm.node.records.verify import Verification, verify_files, verify_log, verify_record

Progress = Callable[[int], None]
"""Records done."""


async def inspect_records(
    connection: AsyncConnection, operations: Mapping[OperationId, Operation], reports: Reports, progress: Progress
) -> Verification:
    """Every record against its own signature, the ledger and the tables; no relay is asked."""

    def content(file: StoredFile) -> AsyncIterator[bytes]:
        return pieces_of(connection, file.row)

    verification = Verification()
    last = 0
    while chunk := await evidence(connection, after=last):
        records = [one.record for one in chunk]
        cells, files = await cells_of(connection, records), await files_of(connection, records)
        for one in chunk:
            signed = verify_record(verification, one, cells.get(one.record, ()), operations, reports)
            if signed is not None:
                await verify_files(verification, one, signed, files.get(one.record, ()), content)
        last = chunk[-1].record
        progress(verification.records)
    return verification


async def inspect_log(
    connection: AsyncConnection,
    relay: RelayClient,
    operations: Mapping[OperationId, Operation],
    verification: Verification,
) -> None:
    """Every record against the relay's log as it is now.

    Raises:
        Unavailable: the relay does not show the whole log now: what it showed is noted.
    """
    for operation, channel, generation in await channels_of(connection):
        last = 0
        while chunk := await channel_evidence(connection, operation, channel, generation, after=last):
            first, last = chunk[0].place.sequence, chunk[-1].place.sequence
            logged = logged_anchors(relay, operation, channel, generation, first=first, last=last)
            records = {one.place.sequence: one for one in chunk}
            await verify_log(verification, records, logged, operations.get(operation))
