"""An index of many pages is merged to its end, in steps."""

import base64
import hashlib
from pathlib import Path

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.node.records.overwriting import STEP_PAGES, overwrite_deleted
from cencomm.node.records.tables import WORDS
from tests.unit.node.records.keep import Keep

RARE = "ⵣⵎⵥ"  # Tifinagh: one part of words that no other row has
PAGE_BYTES = 4096


def traces(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if RARE.encode() in path.read_bytes()]


async def test_the_words_of_a_deleted_row_are_gone_from_an_index_of_many_steps(archive: Keep, tmp_path: Path) -> None:
    letters = base64.b64encode(hashlib.shake_256(b"any words").digest(150_000)).decode()
    texts = [RARE, *(letters[start : start + 500] for start in range(0, len(letters), 500))]

    async def fill(connection: AsyncConnection) -> None:
        await connection.execute(insert(WORDS), [{"rowid": row, "text": text} for row, text in enumerate(texts, 1)])

    async def drop(connection: AsyncConnection) -> None:
        await connection.execute(delete(WORDS).where(WORDS.c.rowid == 1))

    await archive.database.transact(fill)
    await archive.database.transact(drop)
    assert traces(tmp_path)
    assert (tmp_path / "node.sqlite-wal").stat().st_size > 5 * STEP_PAGES * PAGE_BYTES

    await overwrite_deleted(archive.database)

    assert traces(tmp_path) == []
