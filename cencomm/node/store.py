"""The member's state in the node's database: a `StateStore` whose writes can share a transaction with a record."""

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.errors import StaleStore
from cencomm.client.vault.state_store import MAX_KEY_LETTERS, MAX_VALUE_BYTES, Writes
from cencomm.errors import UsageError
from cencomm.node.database import Database
from cencomm.node.errors import NodeDamaged
from cencomm.node.sealing import Sealer
from cencomm.node.tables import STATE, VALUES

_AFTER_PRINTABLE = "\x7f"  # behind every letter that a key may have

_upsert = insert(VALUES)
_upsert = _upsert.on_conflict_do_update(index_elements=[VALUES.c.name], set_={"box": _upsert.excluded.box})


class NodeStore:
    """Sealed values by name. The folder's lock sees to it that only one process writes."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self.database = database
        self._sealer = sealer

    async def version(self) -> int:
        async with self.database.reading() as connection:
            return await _version(connection)

    async def get(self, key: str) -> bytes | None:
        async with self.database.reading() as connection:
            box = await connection.scalar(select(VALUES.c.box).where(VALUES.c.name == key))
        return None if box is None else self._sealer.open(key, box)

    async def scan(self, prefix: str) -> list[tuple[str, bytes]]:
        within = VALUES.c.name.between(prefix, prefix + _AFTER_PRINTABLE)
        async with self.database.reading() as connection:
            rows = await connection.execute(select(VALUES.c.name, VALUES.c.box).where(within).order_by(VALUES.c.name))
        return [(name, self._sealer.open(name, box)) for name, box in rows]

    async def apply(self, writes: Writes, *, expected_version: int) -> int:
        return await self.database.transact(
            lambda connection: self.apply_within(connection, writes, expected_version=expected_version)
        )

    async def apply_within(self, connection: AsyncConnection, writes: Writes, *, expected_version: int) -> int:
        """As `apply`, in a transaction that the caller opened and commits: nothing is durable before that.

        Raises:
            StaleStore: somebody wrote since; the caller's transaction must not be committed.
            UsageError: a key or value outside the limits.
        """
        for key, value in writes.items():
            _check(key, value)
        advanced = await connection.execute(
            update(STATE).where(STATE.c.version == expected_version).values(version=expected_version + 1)
        )
        if advanced.rowcount != 1:
            raise StaleStore(expected=expected_version, found=await _version(connection))
        kept = [
            {"name": key, "box": self._sealer.seal(key, value)} for key, value in writes.items() if value is not None
        ]
        if kept:
            await connection.execute(_upsert, kept)
        gone = [key for key, value in writes.items() if value is None]
        if gone:
            await connection.execute(delete(VALUES).where(VALUES.c.name.in_(gone)))
        return expected_version + 1


async def _version(connection: AsyncConnection) -> int:
    version = await connection.scalar(select(STATE.c.version))
    if not isinstance(version, int):
        raise NodeDamaged("the node's database has lost its state")
    return version


def _check(key: str, value: bytes | None) -> None:
    if not 0 < len(key) <= MAX_KEY_LETTERS or not (key.isascii() and key.isprintable()):
        raise UsageError(f"a key is 1 to {MAX_KEY_LETTERS} printable ASCII letters")
    if value is not None and len(value) > MAX_VALUE_BYTES:
        raise UsageError(f"a value has at most {MAX_VALUE_BYTES} bytes, not {len(value)}")
