"""Welcomes that wait for devices, and rejections."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from cencomm.ids import AccountId, DeviceId
from cencomm.relay.tables import DEVICES, INVITATIONS, REJECTIONS, WELCOMES
from cencomm.wire.welcomes import WaitingWelcome


def add_welcome(
    connection: Connection,
    channel: int,
    generation: int,
    sequence: int,
    *,
    welcome: bytes,
    ratchet_tree: bytes,
    devices: Iterable[DeviceId],
) -> None:
    """The newest Welcome of these devices; older ones that wait for nobody any more are gone."""
    place = {"channel": channel, "generation": generation}
    connection.execute(insert(WELCOMES).values(**place, sequence=sequence, welcome=welcome, ratchet_tree=ratchet_tree))
    put = upsert(INVITATIONS)
    replace = put.on_conflict_do_update(
        index_elements=["channel", "generation", "device"], set_={"sequence": put.excluded.sequence}
    )
    connection.execute(replace, [{**place, "device": device, "sequence": sequence} for device in devices])
    awaited = select(INVITATIONS.c.sequence).where(
        INVITATIONS.c.channel == channel, INVITATIONS.c.generation == generation
    )
    connection.execute(
        delete(WELCOMES).where(
            WELCOMES.c.channel == channel, WELCOMES.c.generation == generation, WELCOMES.c.sequence.not_in(awaited)
        )
    )


def welcomes_for(connection: Connection, channel: int, generation: int, account: AccountId) -> list[WaitingWelcome]:
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
        .where(DEVICES.c.account == account)
        .order_by(DEVICES.c.row.desc())
    )
    return [
        WaitingWelcome(
            device=DeviceId(row.device), sequence=row.sequence, welcome=row.welcome, ratchet_tree=row.ratchet_tree
        )
        for row in connection.execute(found)
    ]


def add_rejection(connection: Connection, channel: int, generation: int, account: AccountId, rejection: bytes) -> None:
    """Once, however often it is sent."""
    connection.execute(
        upsert(REJECTIONS)
        .values(channel=channel, generation=generation, account=account, rejection=rejection)
        .on_conflict_do_nothing(index_elements=["rejection"])
    )


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
