"""Where a member keeps its state. The member takes the store as a parameter (design.md section 9): an officer's is a
sealed file, a node passes the database in which its records are, so that state and record are one transaction.
"""

from collections.abc import Mapping
from typing import Protocol

from cencomm.errors import UsageError

Writes = Mapping[str, bytes | None]
"""Key -> its new value; None deletes. All of them are applied or none."""

MAX_KEY_LETTERS = 200  # a prefix and four identifiers in hexadecimal
MAX_VALUE_BYTES = 32 << 20  # one ratchet tree at its limit (16 MiB) beside the state of its group


def check_writes(writes: Writes) -> None:
    """Keys and values are within the limits.

    Raises:
        UsageError: one is not.
    """
    for key, value in writes.items():
        if not 0 < len(key) <= MAX_KEY_LETTERS or not (key.isascii() and key.isprintable()):
            raise UsageError(f"a key is 1 to {MAX_KEY_LETTERS} printable ASCII letters")
        if value is not None and len(value) > MAX_VALUE_BYTES:
            raise UsageError(f"a value has at most {MAX_VALUE_BYTES} bytes, not {len(value)}")


class StateStore(Protocol):
    """Named values with one version that grows by one with each `apply`.

    Keys are printable ASCII, at most MAX_KEY_LETTERS; values at most MAX_VALUE_BYTES.
    """

    async def version(self) -> int:
        """What to give to `apply` as `expected_version`; read it *before* the values that the writes depend on."""
        ...

    async def get(self, key: str) -> bytes | None: ...

    async def scan(self, prefix: str) -> list[tuple[str, bytes]]:
        """All values whose key starts with `prefix`, sorted by key."""
        ...

    async def apply(self, writes: Writes, *, expected_version: int) -> int:
        """Make all writes durable in one transaction, if nobody wrote since `expected_version` (S5).

        When it returns, the writes survive a power cut: only now may bytes that depend on them leave the process.

        Returns:
            The new version.

        Raises:
            StaleStore: the version is another; nothing was changed.
            Unavailable: the disk is full or cannot be written; nothing was changed.
            UsageError: a key or value outside the limits.
        """
        ...
