"""A channel's log: one hash chain of exact MLSMessages per channel and generation (rule S1)."""

import hashlib
from enum import IntEnum

from cencomm import codec
from cencomm.errors import UsageError
from cencomm.ids import CHANNEL_ID_BYTES, HASH_BYTES, ChannelId
from cencomm.ledger import labels

FIRST_SEQUENCE = 1


class LogKind(IntEnum):
    COMMIT = 1
    APPLICATION = 2


def log_hash(
    channel: ChannelId, generation: int, previous: bytes, sequence: int, kind: LogKind, message: bytes
) -> bytes:
    """The hash of entry `sequence`, which holds `message`; `previous` is zeros for the first.

    Neither times nor accounts nor Welcomes go in, so every member computes the same from what it received.
    """
    return chain_hash(channel, generation, previous, sequence, kind, hashlib.sha256(message).digest())


def chain_hash(
    channel: ChannelId, generation: int, previous: bytes, sequence: int, kind: LogKind, message_hash: bytes
) -> bytes:
    """As `log_hash`, for who has the message's SHA-256 already."""
    if sequence < FIRST_SEQUENCE:
        raise UsageError(f"a log begins with entry {FIRST_SEQUENCE}")
    return labels.labelled_hash(
        labels.LOG,
        codec.fixed(channel, CHANNEL_ID_BYTES),
        codec.uint(generation, 4),
        codec.fixed(previous, HASH_BYTES),
        codec.uint(sequence, 8),
        codec.uint(kind, 1),
        codec.fixed(message_hash, HASH_BYTES),
    )
