"""A `StateStore` that forgets with the process."""

from cencomm.client.errors import StaleStore
from cencomm.client.vault.state_store import Writes
from cencomm.errors import Unavailable


class MemoryStore:
    """Behaves as the vault does; with `full = True` it refuses every write, as a full disk would."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.full = False
        self._version = 0

    async def version(self) -> int:
        return self._version

    async def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    async def scan(self, prefix: str) -> list[tuple[str, bytes]]:
        return sorted((key, value) for key, value in self.values.items() if key.startswith(prefix))

    async def apply(self, writes: Writes, *, expected_version: int) -> int:
        if expected_version != self._version:
            raise StaleStore(expected=expected_version, found=self._version)
        if self.full:
            raise Unavailable("the store is full")
        for key, value in writes.items():
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = value
        self._version += 1
        return self._version
