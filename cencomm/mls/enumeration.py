"""Enumerations of the TLS presentation language."""

from enum import IntEnum
from typing import Self

from cencomm import codec
from cencomm.codec import Reader
from cencomm.mls.errors import UnsupportedError


class WireEnum(IntEnum):
    """One byte that says what follows; a value that we do not know leaves nothing that could be read after it."""

    @classmethod
    def read(cls, reader: Reader) -> Self:
        value = reader.uint(1)
        try:
            return cls(value)
        except ValueError:
            raise UnsupportedError(f"{cls.__name__} {value} is unknown") from None

    def encode(self) -> bytes:
        return codec.uint(self, 1)


class WireEnum16(WireEnum):
    """The same in two bytes."""

    @classmethod
    def read(cls, reader: Reader) -> Self:
        value = reader.uint(2)
        try:
            return cls(value)
        except ValueError:
            raise UnsupportedError(f"{cls.__name__} {value:#06x} is unknown") from None

    def encode(self) -> bytes:
        return codec.uint(self, 2)


class ProtocolVersion(WireEnum16):
    """RFC 9420 section 6."""

    MLS10 = 1
