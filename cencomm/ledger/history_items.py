"""What a chunk of history says of each application entry of the log: what it committed to, or why that is missing.

Nothing in it is believed: an answer opens the commitment that the log itself holds (S7), and a missing one is shown
as missing. An entry that is not answered at all is noticed, since the reader holds the log.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TypeAlias

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import HASH_BYTES
from cencomm.ledger.certificate import MAX_CERTIFICATE_BYTES
from cencomm.ledger.kinds import read_kind

MAX_SIGNED_BYTES = 1 << 19  # as the largest payload
MAX_ITEMS_BYTES = MAX_SIGNED_BYTES + (1 << 10)  # one message of the largest size, with its certificate and salt
ROOM_BYTES = (1 << 18) - 4  # items of one chunk, if one alone is not more: with their length 256 KiB
MAX_REASON_BYTES = 32
_REASON_LETTERS = b"abcdefghijklmnopqrstuvwxyz_"
SMALLEST_BYTES = 1 << 10  # padding to 1, 2, 4, … KiB, as payloads (S7)


class ItemKind(IntEnum):
    OPENED = 1
    MISSING = 2


class Missing(IntEnum):
    """Why a server does not answer for an entry. Whatever a later version distinguishes goes into the reason's word."""

    NOT_HELD = 0  # it was not there, or has deleted it
    SET_ASIDE = 1  # it could not read it either: it lies in its quarantine
    REPEATED = 2  # the same message as an earlier entry, accepted twice
    NOT_ADDRESSED = 3  # TLP:RED, for others than whoever asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What entry `sequence` committed to: the author's certificate, the salt, and the exact bytes that they signed."""

    sequence: int
    certificate: bytes
    salt: bytes
    signed: bytes

    def encode(self) -> bytes:
        return codec.concat(
            [
                codec.uint(self.sequence, 8),
                codec.uint(ItemKind.OPENED, 1),
                codec.opaque(self.certificate),
                codec.fixed(self.salt, HASH_BYTES),
                codec.opaque(self.signed),
            ]
        )


@dataclass(frozen=True, slots=True)
class Absent:
    """Entry `sequence` brings nothing, and why. `reason`: the server's word for what it set aside, for people."""

    sequence: int
    why: Missing
    reason: str = ""

    def encode(self) -> bytes:
        return codec.concat(
            [
                codec.uint(self.sequence, 8),
                codec.uint(ItemKind.MISSING, 1),
                codec.uint(self.why, 1),
                codec.opaque(self.reason.encode("ascii")),
            ]
        )


Item: TypeAlias = Opened | Absent


def encode_items(items: Iterable[Item]) -> bytes:
    """The plaintext of a chunk: the items and zeros, so that its length tells little."""
    body = codec.vector(item.encode() for item in items)
    return body.ljust(_bucket(len(body)), b"\x00")


def decode_items(data: bytes) -> tuple[Item, ...]:
    """The items that `data` holds, each entry once, in the order of the log.

    Raises:
        MalformedError: anything else, padding that we do not write included.
    """
    if len(data) > _bucket(MAX_ITEMS_BYTES):
        raise MalformedError("a chunk of history beyond the largest bucket")
    reader = Reader(data)
    items = reader.vector(_read_item, most=MAX_ITEMS_BYTES)
    used = reader.mark()
    if len(data) != _bucket(used) or any(data[used:]):
        raise MalformedError("padding that we do not write")
    sequences = [item.sequence for item in items]
    if any(a >= b for a, b in pairwise(sequences)):
        raise MalformedError("the entries of a chunk stand in the order of the log, each once")
    return items


def _read_item(reader: Reader) -> Item:
    sequence, kind = reader.uint(8), read_kind(reader, ItemKind)
    if kind is ItemKind.OPENED:
        return Opened(
            sequence=sequence,
            certificate=reader.opaque(most=MAX_CERTIFICATE_BYTES),
            salt=reader.fixed(HASH_BYTES),
            signed=reader.opaque(most=MAX_SIGNED_BYTES),
        )
    why, reason = read_kind(reader, Missing), reader.opaque(most=MAX_REASON_BYTES)
    if not all(letter in _REASON_LETTERS for letter in reason):
        raise MalformedError("the reason why an entry is missing is one word")
    return Absent(sequence, why, reason.decode("ascii"))


def _bucket(size: int) -> int:
    bucket = SMALLEST_BYTES
    while bucket < size:
        bucket *= 2
    return bucket
