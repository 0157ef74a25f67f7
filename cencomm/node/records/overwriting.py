"""What was deleted is overwritten where SQLite keeps it longer: words in the full-text index, pages in the log.

FTS5 notes in a new piece of its index that a row has gone, and keeps the row's words in an older one until the two are
merged. Merging all of it at once takes a second and more for 100,000 records, and holds up recording as long; here it
goes on in steps of a few milliseconds, each a transaction of its own, with messages taken in between. What the pages
held before stands in the write-ahead log until that is cut.
"""

from functools import partial

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.node.database import Database

STEP_PAGES = 16  # of the index: 2 ms, at most 18, where an index of 100,000 records takes 450 steps

_merge = text("INSERT INTO message_words(message_words, rank) VALUES ('merge', :pages)")
_changes = text("SELECT total_changes()")
_NOTHING_MERGED = 1  # SQLite counts the command itself as one change


async def overwrite_deleted(database: Database) -> bool:
    """Nothing of rows that were deleted before is left in the index, nor in the log unless a reader holds that back.

    Returns whether the log is cut as well; else it is to be asked for again. Stopped in between, the next call goes on.

    Raises:
        Unavailable: the disk does not take it.
    """
    pages = -STEP_PAGES  # the minus begins a merge of everything, or goes on with one
    while await database.transact(partial(_step, pages=pages)):
        pages = STEP_PAGES
    return await database.cut_log()


async def _step(connection: AsyncConnection, *, pages: int) -> bool:
    """Whether there was something to merge."""
    before = await connection.scalar(_changes) or 0
    await connection.execute(_merge, {"pages": pages})
    return (await connection.scalar(_changes) or 0) - before > _NOTHING_MERGED
