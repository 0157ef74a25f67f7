"""Welcomes that wait for devices, and rejections."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from cencomm.ids import AccountId, DeviceId, OperationId
from cencomm.relay.tables.devices import DEVICES
from cencomm.relay.tables.logs import CHANNELS, INVITATIONS, LOG_ENTRIES, REJECTIONS, WELCOMES
from cencomm.wire.welcomes import WaitingWelcome


def add_welcome(
    connection: Connection,
    channel: int,
    generation: int,
    sequence: int,
    *,
    author: AccountId,
    welcome: bytes,
    ratchet_tree: bytes,
    devices: Iterable[DeviceId],
    most_bytes: int,
) -> None:
    """The newest Welcome of these devices; older ones that wait for nobody any more are gone.

    So are the author's own oldest ones when all that still wait weigh more than `most_bytes`: nobody can push out
    what others made.
    """
    place = {"channel": channel, "generation": generation}
    connection.execute(insert(WELCOMES).values(**place, sequence=sequence, welcome=welcome, ratchet_tree=ratchet_tree))
    put = upsert(INVITATIONS)
    replace = put.on_conflict_do_update(
        index_elements=["channel", "generation", "device"], set_={"sequence": put.excluded.sequence}
    )
    connection.execute(replace, [{**place, "device": device, "sequence": sequence} for device in devices])
    _drop_unawaited(connection, WELCOMES.c.channel == channel)
    _drop_beyond(most_bytes, connection, channel, generation, author)


def forget_welcome(connection: Connection, channel: int, generation: int, device: DeviceId, sequence: int) -> None:
    """The device has entered by the Welcome of that Commit, or rejected it: it waits for it no more."""
    here = INVITATIONS.c.channel == channel, INVITATIONS.c.generation == generation
    connection.execute(
        delete(INVITATIONS).where(*here, INVITATIONS.c.device == device, INVITATIONS.c.sequence == sequence)
    )
    _drop_unawaited(connection, WELCOMES.c.channel == channel)


def withdraw_welcomes(
    connection: Connection, operation: OperationId, account: AccountId, *, identity_key: bytes, device: DeviceId | None
) -> None:
    """Of the account's devices that the identity vouches for, or one of them: none is to enter any channel any more."""
    gone = select(DEVICES.c.id).where(DEVICES.c.account == account, DEVICES.c.identity_key == identity_key)
    if device is not None:
        gone = gone.where(DEVICES.c.id == device)
    channels = select(CHANNELS.c.row).where(CHANNELS.c.operation == operation)
    connection.execute(delete(INVITATIONS).where(INVITATIONS.c.channel.in_(channels), INVITATIONS.c.device.in_(gone)))
    _drop_unawaited(connection, WELCOMES.c.channel.in_(channels))


def _drop_unawaited(connection: Connection, where: ColumnElement[bool]) -> None:
    awaited = (
        select(INVITATIONS.c.device)
        .where(
            INVITATIONS.c.channel == WELCOMES.c.channel,
            INVITATIONS.c.generation == WELCOMES.c.generation,
            INVITATIONS.c.sequence == WELCOMES.c.sequence,
        )
        .exists()
    )
    connection.execute(delete(WELCOMES).where(where, ~awaited))


def _drop_beyond(most_bytes: int, connection: Connection, channel: int, generation: int, author: AccountId) -> None:
    size = func.length(WELCOMES.c.welcome) + func.length(WELCOMES.c.ratchet_tree)
    own = (
        select(WELCOMES.c.sequence, size.label("size"))
        .join(
            LOG_ENTRIES,
            (LOG_ENTRIES.c.channel == WELCOMES.c.channel)
            & (LOG_ENTRIES.c.generation == WELCOMES.c.generation)
            & (LOG_ENTRIES.c.sequence == WELCOMES.c.sequence),
        )
        .where(WELCOMES.c.channel == channel, WELCOMES.c.generation == generation, LOG_ENTRIES.c.account == author)
        .order_by(WELCOMES.c.sequence.desc())
    )
    kept, dropped = 0, []
    for row in connection.execute(own):
        kept += row.size
        if kept > most_bytes:
            dropped.append(row.sequence)
    for table in (INVITATIONS, WELCOMES):
        here = table.c.channel == channel, table.c.generation == generation
        connection.execute(delete(table).where(*here, table.c.sequence.in_(dropped)))


def welcomes_for(
    connection: Connection, channel: int, generation: int, account: AccountId, *, up_to: int
) -> list[WaitingWelcome]:
    """Of Commits up to sequence `up_to`, which the log shows: a later one is on disk before it is announced."""
    found = (
        select(INVITATIONS.c.device, WELCOMES.c.sequence, WELCOMES.c.welcome, WELCOMES.c.ratchet_tree)
        .join(DEVICES, DEVICES.c.id == INVITATIONS.c.device)
        .join(
            WELCOMES,
            (WELCOMES.c.channel == INVITATIONS.c.channel)
            & (WELCOMES.c.generation == INVITATIONS.c.generation)
            & (WELCOMES.c.sequence == INVITATIONS.c.sequence),
        )
        .where(INVITATIONS.c.channel == channel, INVITATIONS.c.generation == generation)
        .where(DEVICES.c.account == account, INVITATIONS.c.sequence <= up_to)
        .order_by(DEVICES.c.row.desc())
    )
    return [
        WaitingWelcome(
            device=DeviceId(row.device), sequence=row.sequence, welcome=row.welcome, ratchet_tree=row.ratchet_tree
        )
        for row in connection.execute(found)
    ]


def add_rejection(connection: Connection, channel: int, generation: int, account: AccountId, rejection: bytes) -> bool:
    """Once, however often it is sent. Whether it is new."""
    added = connection.execute(
        upsert(REJECTIONS)
        .values(channel=channel, generation=generation, account=account, rejection=rejection)
        .on_conflict_do_nothing(index_elements=["rejection"])
    )
    return added.rowcount > 0


def count_rejections(connection: Connection, channel: int, generation: int, account: AccountId) -> int:
    counted = select(func.count()).where(
        REJECTIONS.c.channel == channel, REJECTIONS.c.generation == generation, REJECTIONS.c.account == account
    )
    return connection.execute(counted).scalar_one()


def newest_rejections(connection: Connection, channel: int, generation: int, *, most: int) -> list[bytes]:
    found = (
        select(REJECTIONS.c.rejection)
        .where(REJECTIONS.c.channel == channel, REJECTIONS.c.generation == generation)
        .order_by(REJECTIONS.c.row.desc())
        .limit(most)
    )
    return [row.rejection for row in connection.execute(found)]
