"""A write that means nothing, to learn whether a write is possible."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.relay.tables import PULSE


async def beat(connection: AsyncConnection) -> None:
    await connection.execute(update(PULSE).values(beat=PULSE.c.beat + 1))
