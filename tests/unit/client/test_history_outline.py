"""A log is read backwards from a hash that is known, and believed as far as it leads there (H2, S1)."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.channel.errors import LogContradicted, RelayWithholds
from cencomm.client.history.outline import (
    SEGMENT_ENTRIES,
    LoggedEntry,
    decode_outline,
    encode_outline,
    read_backwards,
)
from cencomm.errors import ProtocolError
from cencomm.ids import NO_HASH, ChannelId, OperationId
from cencomm.ledger.log import LogKind, log_hash
from cencomm.wire.log import LogEntry, LogPage

OPERATION, CHANNEL = OperationId(b"o" * 32), ChannelId(b"c" * 16)
PAGE_ENTRIES = 300  # fewer than a segment: the relay's pages end where it likes


@dataclass
class Log:
    """A relay's, which shows `messages`, whatever the members followed."""

    messages: list[bytes]
    ends_at: int | None = None

    def hashes(self) -> list[bytes]:
        chain = [NO_HASH]
        for sequence, message in enumerate(self.messages, start=1):
            chain.append(log_hash(CHANNEL, 1, chain[-1], sequence, LogKind.APPLICATION, message))
        return chain

    async def log(
        self,
        operation: OperationId,
        channel: ChannelId,
        generation: int,
        *,
        after: int,
        hash_: bytes | None = None,
        limit: int | None = None,
    ) -> LogPage:
        assert (operation, channel, generation, hash_) == (OPERATION, CHANNEL, 1, None)
        shown = self.messages[: self.ends_at]
        entries = [
            LogEntry(sequence=number, kind=2, epoch=0, message=message) for number, message in enumerate(shown, start=1)
        ]
        most = min(PAGE_ENTRIES, limit or PAGE_ENTRIES)
        return LogPage(previous=self.hashes()[after], entries=tuple(entries[after : after + most]), head=b"")


def honest(count: int) -> Log:
    return Log([number.to_bytes(2, "big") for number in range(count)])


async def read(log: Log, last: int, last_hash: bytes) -> list[LoggedEntry]:
    segments = [segment async for segment in read_backwards(log, OPERATION, CHANNEL, 1, last=last, last_hash=last_hash)]
    return [entry for segment in reversed(segments) for entry in segment]


@pytest.mark.parametrize("count", [1, SEGMENT_ENTRIES, SEGMENT_ENTRIES + 1, 2 * SEGMENT_ENTRIES + 7])
async def test_every_entry_is_read_once_with_its_hash(count: int) -> None:
    log = honest(count)
    hashes = log.hashes()

    entries = await read(log, count, hashes[count])

    assert [(entry.sequence, entry.log_hash) for entry in entries] == list(enumerate(hashes))[1:]


@pytest.mark.parametrize("place", [1, SEGMENT_ENTRIES, SEGMENT_ENTRIES + 5])
async def test_a_past_that_the_members_did_not_follow_is_noticed_l4(place: int) -> None:
    """One message exchanged, however far back: the relay cannot make it lead to the hash that we hold."""
    log = honest(SEGMENT_ENTRIES + 10)
    known = log.hashes()[-1]
    log.messages[place - 1] = b"another"

    with pytest.raises(LogContradicted):
        await read(log, len(log.messages), known)


async def test_a_log_that_ends_before_what_we_hold_is_withheld() -> None:
    log = honest(20)
    known, log.ends_at = log.hashes()[20], 12

    with pytest.raises(RelayWithholds):
        await read(log, 20, known)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_outline_or_refused(data: bytes) -> None:
    try:
        entries = decode_outline(data)
    except ProtocolError:
        return
    assert encode_outline(entries) == data
