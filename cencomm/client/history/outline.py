"""A log as anybody entitled to the channel can read it: order, hashes, anchors, no content.

Read backwards from a hash that we verified ourselves, page for page: where the chain over a page ends in the hash that
is known, the page is the genuine one, and the hash before it is known too. So neither the relay nor a server of history
is believed in anything, and no more is read than what is asked for (docs/protocol.md section 6.3).
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Protocol

from cencomm import codec
from cencomm.client.channel.errors import LogContradicted, RelayWithholds
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import HASH_BYTES, ChannelId, OperationId
from cencomm.ledger.anchor import ANCHOR_BYTES, decode_anchor
from cencomm.ledger.kinds import read_kind
from cencomm.ledger.log import LogKind, log_hash
from cencomm.mls.framing import PrivateMessage, PublicMessage, decode_mls_message
from cencomm.wire.log import LogEntry, LogPage

SEGMENT_ENTRIES = 500  # read at once: a page of the relay's


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEntry:
    """One entry from its framing alone. `anchor` is its authenticated data, empty for what is no message of ours."""

    sequence: int
    kind: LogKind
    epoch: int
    log_hash: bytes
    anchor: bytes

    @property
    def anchored_at(self) -> int | None:
        """The ledger head that it names; None when there is no anchor in it."""
        try:
            return decode_anchor(self.anchor).ledger_sequence
        except MalformedError:
            return None


class LogSource(Protocol):
    """The relay's log, as `RelayClient` reads it."""

    async def log(
        self,
        operation: OperationId,
        channel: ChannelId,
        generation: int,
        *,
        after: int,
        hash_: bytes | None = None,
        limit: int | None = None,
    ) -> LogPage: ...


async def read_backwards(
    relay: LogSource, operation: OperationId, channel: ChannelId, generation: int, *, last: int, last_hash: bytes
) -> AsyncIterator[tuple[LoggedEntry, ...]]:
    """Entry `last`, whose log hash is known to be `last_hash`, and all before it: newest segment first.

    Raises:
        LogContradicted: the relay shows entries that do not lead to the hash.
        RelayWithholds: it shows fewer than there are.
        Unavailable, Refusal: it does not answer, or not to us.
    """
    while last > 0:
        after = max(0, last - SEGMENT_ENTRIES)
        previous: bytes | None = None
        chain, entries = b"", list[LoggedEntry]()
        while len(entries) < last - after:
            at = after + len(entries)
            page = await relay.log(operation, channel, generation, after=at, limit=last - at)
            if previous is None:
                previous = chain = page.previous
            if not page.entries:
                raise RelayWithholds(f"the relay's log ends at {at}, it went on to {last}")
            for entry in page.entries[: last - at]:
                if entry.sequence != after + len(entries) + 1:
                    raise LogContradicted("the relay shows a log with gaps: tell the unit")
                kind = LogKind(entry.kind)
                chain = log_hash(channel, generation, chain, entry.sequence, kind, entry.message)
                entries.append(_read(entry, chain))
        if chain != last_hash or previous is None:
            raise LogContradicted(f"the relay shows another log before entry {last} than its members followed")
        yield tuple(entries)
        last, last_hash = after, previous


def _read(entry: LogEntry, chain: bytes) -> LoggedEntry:
    epoch, anchor = 0, b""
    try:
        message = decode_mls_message(entry.message)
    except MalformedError:
        message = None
    if isinstance(message, PrivateMessage | PublicMessage):
        epoch, anchor = message.epoch, message.authenticated_data
    if len(anchor) != ANCHOR_BYTES:
        anchor = b""
    return LoggedEntry(sequence=entry.sequence, kind=LogKind(entry.kind), epoch=epoch, log_hash=chain, anchor=anchor)


def encode_outline(entries: Iterable[LoggedEntry]) -> bytes:
    return codec.vector(
        codec.concat(
            [
                codec.uint(entry.sequence, 8),
                codec.uint(entry.kind, 1),
                codec.uint(entry.epoch, 8),
                codec.fixed(entry.log_hash, HASH_BYTES),
                codec.opaque(entry.anchor),
            ]
        )
        for entry in entries
    )


def decode_outline(data: bytes) -> tuple[LoggedEntry, ...]:
    """Raises MalformedError for anything that `encode_outline` does not write."""

    def entry(reader: Reader) -> LoggedEntry:
        return LoggedEntry(
            sequence=reader.uint(8),
            kind=read_kind(reader, LogKind),
            epoch=reader.uint(8),
            log_hash=reader.fixed(HASH_BYTES),
            anchor=reader.opaque(most=ANCHOR_BYTES),
        )

    return codec.decode(data, lambda reader: reader.vector(entry))
