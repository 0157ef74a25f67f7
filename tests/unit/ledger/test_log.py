import hashlib

import pytest

from cencomm.errors import UsageError
from cencomm.ids import NO_HASH, ChannelId
from cencomm.ledger.log import LogKind, log_hash

CHANNEL = ChannelId(bytes(range(16)))


def test_the_hash_is_over_the_bytes_that_the_protocol_lists() -> None:
    expected = hashlib.sha256(
        b"\x0bcencomm log"
        + CHANNEL
        + b"\x00\x00\x00\x01"
        + NO_HASH
        + b"\x00\x00\x00\x00\x00\x00\x00\x01"
        + b"\x02"
        + hashlib.sha256(b"message").digest()
    ).digest()

    assert log_hash(CHANNEL, 1, NO_HASH, 1, LogKind.APPLICATION, b"message") == expected


def test_whatever_differs_gives_another_hash() -> None:
    hashes = {
        log_hash(CHANNEL, 1, NO_HASH, 1, LogKind.COMMIT, b"a"),
        log_hash(ChannelId(bytes(16)), 1, NO_HASH, 1, LogKind.COMMIT, b"a"),
        log_hash(CHANNEL, 2, NO_HASH, 1, LogKind.COMMIT, b"a"),
        log_hash(CHANNEL, 1, b"\x01" * 32, 1, LogKind.COMMIT, b"a"),
        log_hash(CHANNEL, 1, NO_HASH, 2, LogKind.COMMIT, b"a"),
        log_hash(CHANNEL, 1, NO_HASH, 1, LogKind.APPLICATION, b"a"),
        log_hash(CHANNEL, 1, NO_HASH, 1, LogKind.COMMIT, b"b"),
    }

    assert len(hashes) == 7


def test_a_log_begins_with_entry_1() -> None:
    with pytest.raises(UsageError):
        log_hash(CHANNEL, 1, NO_HASH, 0, LogKind.COMMIT, b"")
