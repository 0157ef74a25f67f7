"""Secrets and entropy.

CPython cannot promise to wipe memory: bytes are immutable, copied by the interpreter and freed when it likes. We
keep secrets out of reprs, logs, pickles and comparisons, and drop references early; no more is claimed.
"""

import hmac
import secrets
from collections.abc import Callable
from typing import Never

Entropy = Callable[[int], bytes]
"""n -> n random bytes. Injected everywhere, so that tests can count; production uses `system_entropy`."""


def system_entropy(count: int) -> bytes:
    """`count` bytes from the operating system's generator."""
    return secrets.token_bytes(count)


class Secret:
    """Bytes that must not show: redacted repr, constant-time equality, no hash, no pickle."""

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]  # a hash would leak through dict order and cannot be constant time

    def __init__(self, value: bytes) -> None:
        self._value = bytes(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._value)} bytes)"

    def __reduce__(self) -> Never:
        raise TypeError("a Secret is never serialised implicitly; call expose()")

    def expose(self) -> bytes:
        """The bytes themselves; the caller now answers for where they go."""
        return self._value
