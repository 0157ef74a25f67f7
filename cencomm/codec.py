"""The TLS presentation language with the variable-length vectors of RFC 9420 section 2.1.2.

Every signed or hashed structure of the suite is written in it, MLS and ours, so there is one decoder to distrust.
Decoding is exact: minimal lengths, every length bounded by what is there, nothing may follow the last field.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from cencomm.errors import MalformedError, UsageError

T = TypeVar("T")

MAX_VECTOR_BYTES = (1 << 30) - 1  # RFC 9420 section 2.1.2: the largest length that the prefix can say


class Reader:
    """Reads fields off the front of `data`; `end()` refuses what is left over.

    Raises:
        MalformedError: from every method, when the bytes do not hold such a field.
    """

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = bytes(data)
        self._position = 0

    def fixed(self, length: int) -> bytes:
        start = self._position
        end = start + length
        if end > len(self._data):
            raise MalformedError(f"{length} bytes announced, {len(self._data) - start} left")
        self._position = end
        return self._data[start:end]

    def uint(self, size: int) -> int:
        return int.from_bytes(self.fixed(size), "big")

    def length(self) -> int:
        """A variable-length integer, minimal (RFC 9420 section 2.1.2)."""
        first = self.uint(1)
        prefix, value = first >> 6, first & 0x3F
        if prefix == 0:  # by far the most
            return value
        if prefix == 3:  # noqa: PLR2004 (the fourth prefix is the invalid one)
            raise MalformedError("invalid length prefix")
        rest = (1 << prefix) - 1
        value = (value << 8 * rest) | self.uint(rest)
        if value < 1 << (8 * (1 << (prefix - 1)) - 2):
            raise MalformedError("length not written in the fewest bytes")
        return value

    def opaque(self, *, most: int = MAX_VECTOR_BYTES) -> bytes:
        """opaque value<V>, refused beyond `most` bytes before anything is copied."""
        length = self.length()
        if length > most:
            raise MalformedError(f"a field of {length} bytes where at most {most} are allowed")
        return self.fixed(length)

    def vector(self, item: Callable[["Reader"], T], *, most: int = MAX_VECTOR_BYTES) -> tuple[T, ...]:
        """T value<V>: the items that fill exactly the announced number of bytes."""
        inner = Reader(self.opaque(most=most))
        items: list[T] = []
        while not inner.at_end():
            before = inner._position
            items.append(item(inner))
            if inner._position == before:
                raise MalformedError("a vector of items without bytes")
        return tuple(items)

    def optional(self, item: Callable[["Reader"], T]) -> T | None:
        present = self.uint(1)
        if present > 1:
            raise MalformedError("the presence of an optional field is 0 or 1")
        return item(self) if present else None

    def mark(self) -> int:
        """The position, to be given to `since`."""
        return self._position

    def since(self, mark: int) -> bytes:
        """The exact bytes read since `mark`: what a signature covers is kept, never encoded again."""
        return self._data[mark : self._position]

    def at_end(self) -> bool:
        return self._position == len(self._data)

    def end(self) -> None:
        if not self.at_end():
            raise MalformedError(f"{len(self._data) - self._position} bytes after the last field")


def decode(data: bytes, item: Callable[[Reader], T]) -> T:
    """The value that exactly `data` encodes.

    Raises:
        MalformedError: anything else.
    """
    reader = Reader(data)
    value = item(reader)
    reader.end()
    return value


def uint(value: int, size: int) -> bytes:
    """An unsigned integer of `size` bytes."""
    if not 0 <= value < 1 << (8 * size):
        raise UsageError(f"{value} does not fit into {size} bytes")
    return value.to_bytes(size, "big")


def length(value: int) -> bytes:
    """A length in the fewest bytes."""
    if value < 1 << 6:
        return value.to_bytes(1, "big")
    if value < 1 << 14:
        return (value | 1 << 14).to_bytes(2, "big")
    if value <= MAX_VECTOR_BYTES:
        return (value | 2 << 30).to_bytes(4, "big")
    raise UsageError(f"a vector of {value} bytes cannot be written")


def opaque(value: bytes) -> bytes:
    """opaque value<V>."""
    return length(len(value)) + value


def vector(items: Iterable[bytes]) -> bytes:
    """T value<V> of items that are encoded already."""
    return opaque(b"".join(items))


def optional(value: bytes | None) -> bytes:
    """optional<T> of a value that is encoded already."""
    return b"\x00" if value is None else b"\x01" + value


def fixed(value: bytes, size: int) -> bytes:
    """opaque value[size]."""
    if len(value) != size:
        raise UsageError(f"{len(value)} bytes where {size} belong")
    return value


def concat(fields: Sequence[bytes]) -> bytes:
    return b"".join(fields)
