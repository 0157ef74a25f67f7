"""Messages that could not be taken, each with its durable reason: visible, never dropped, never in the way."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.events import ALARMS, ChannelStalled, Place, Quarantined, Reason
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.node.tables import QUARANTINE


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """One entry of a log that brought nothing but a reason. `set_aside_at` in seconds, by the node's clock.

    `evidence` is the signed envelope where one was opened, else the message as it came; of a Commit its hash.
    """

    id: int
    place: Place
    reason: Reason
    detail: str
    account: AccountId | None
    evidence: bytes
    set_aside_at: int

    @property
    def alarm(self) -> bool:
        """Whether a person must look at once: somebody lies, or keys are in wrong hands."""
        return self.reason in ALARMS


async def set_aside(connection: AsyncConnection, event: Quarantined | ChannelStalled, *, now: int) -> None:
    """Within the transaction that moves the cursor past it."""
    if isinstance(event, Quarantined):
        reason, detail, account, evidence = event.reason, event.detail, event.account, event.message
    else:
        reason, detail = Reason.BAD_COMMIT, f"{event.rule}: {event.detail}"
        account, evidence = None, event.commit_hash
    place = event.place
    await connection.execute(
        insert(QUARANTINE).values(
            operation=place.operation,
            channel=place.channel,
            generation=place.generation,
            sequence=place.sequence,
            epoch=place.epoch,
            log_hash=place.log_hash,
            reason=reason.value,
            detail=detail,
            account=account,
            evidence=evidence,
            set_aside_at=now,
        )
    )


async def list_set_aside(
    connection: AsyncConnection, *, operation: OperationId | None = None, before: int | None = None, limit: int = 100
) -> list[SetAside]:
    """The newest first; `before` is the id of the last one seen."""
    wanted: list[ColumnElement[bool]] = []
    if operation is not None:
        wanted.append(QUARANTINE.c.operation == operation)
    if before is not None:
        wanted.append(QUARANTINE.c.id < before)
    rows = await connection.execute(select(QUARANTINE).where(*wanted).order_by(QUARANTINE.c.id.desc()).limit(limit))
    return [_set_aside(row) for row in rows]


async def reasons_between(
    connection: AsyncConnection,
    operation: OperationId,
    channel: ChannelId,
    generation: int,
    *,
    first: int,
    last: int,
) -> dict[int, Reason]:
    """Why entries of a log from `first` to `last` are here, by sequence."""
    rows = await connection.execute(
        select(QUARANTINE.c.sequence, QUARANTINE.c.reason)
        .where(QUARANTINE.c.operation == operation, QUARANTINE.c.channel == channel)
        .where(QUARANTINE.c.generation == generation, QUARANTINE.c.sequence.between(first, last))
    )
    return {sequence: Reason(reason) for sequence, reason in rows}


async def is_set_aside(connection: AsyncConnection, place: Place) -> bool:
    """Whether the entry is here already."""
    log = place.operation, place.channel, place.generation
    return bool(await reasons_between(connection, *log, first=place.sequence, last=place.sequence))


async def count_set_aside(connection: AsyncConnection) -> dict[Reason, int]:
    """How many of each reason."""
    rows = await connection.execute(select(QUARANTINE.c.reason, func.count()).group_by(QUARANTINE.c.reason))
    return {Reason(reason): count for reason, count in rows}


def _set_aside(row: Row[Any]) -> SetAside:
    return SetAside(
        id=row.id,
        place=Place(
            operation=OperationId(row.operation),
            channel=ChannelId(row.channel),
            generation=row.generation,
            sequence=row.sequence,
            log_hash=row.log_hash,
            epoch=row.epoch,
        ),
        reason=Reason(row.reason),
        detail=row.detail,
        account=None if row.account is None else AccountId(row.account),
        evidence=row.evidence,
        set_aside_at=row.set_aside_at,
    )
