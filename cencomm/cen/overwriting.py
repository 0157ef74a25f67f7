"""What owners took back goes from CEN's disk too, from the index of words and the write-ahead log: in an hour at most.

Together for all of an hour: the index is one, and whoever withdraws a thousand releases would else have it merged a
thousand times.
"""

import asyncio
import contextlib
from typing import Never

import structlog

from cencomm.cen.queries import begin_overwriting, count_to_overwrite, end_overwriting
from cencomm.errors import Unavailable
from cencomm.node.database import Database
from cencomm.node.records.overwriting import overwrite_deleted

LOOK_SECONDS = 3600.0
AGAIN_SECONDS = 60.0  # after somebody who was reading held the log back

_log = structlog.get_logger()


async def overwrite_withdrawn(database: Database) -> bool:
    """Whether nothing is left on the disk of what was taken back before this was asked.

    Raises:
        Unavailable: the disk does not take it; it is asked for again.
    """
    async with database.reading() as connection:
        count = await count_to_overwrite(connection)
    if not count:
        return True
    await database.transact(begin_overwriting)
    if not await overwrite_deleted(database):
        return False
    await database.transact(end_overwriting)
    _log.info("withdrawn_overwritten", records=count)
    return True


async def keep_overwriting(database: Database) -> Never:
    """At once, since what an earlier life of the node began may wait, and every hour from then on."""
    while True:
        is_done = False
        with contextlib.suppress(Unavailable):  # the disk, for now: tried again
            is_done = await overwrite_withdrawn(database)
        await asyncio.sleep(LOOK_SECONDS if is_done else AGAIN_SECONDS)
