"""What of the tables is worth a number on a screen: counts only."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from cencomm.relay.tables.accounts import TRIES
from cencomm.relay.tables.attachments import ATTACHMENTS
from cencomm.relay.tables.devices import DEVICES, KEY_PACKAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """`used_last_resorts`: of devices that have not replaced them: who joins by one has weaker forward secrecy (C8)."""

    used_last_resorts: int
    locked_handles: int
    attachment_bytes: int


def take_stock(connection: Connection, *, now: int) -> Stock:
    used = (
        select(func.count())
        .select_from(KEY_PACKAGES.join(DEVICES, DEVICES.c.id == KEY_PACKAGES.c.device))
        .where(KEY_PACKAGES.c.last_resort == 1, KEY_PACKAGES.c.used == 1, KEY_PACKAGES.c.spent == 0)
        .where(KEY_PACKAGES.c.not_after >= now, DEVICES.c.not_after >= now)
    )
    locked = select(func.count()).select_from(TRIES).where(TRIES.c.until > now)
    stored = select(func.coalesce(func.sum(ATTACHMENTS.c.size), 0))
    return Stock(
        used_last_resorts=connection.execute(used).scalar_one(),
        locked_handles=connection.execute(locked).scalar_one(),
        attachment_bytes=connection.execute(stored).scalar_one(),
    )
