"""Which part of each log this device followed itself, and which epochs it saw begin.

Written with every change of a session, in the same transaction. What was not followed is what history may be asked
for; what was, is what a server may hold. The Commits' ledger heads say which of it is open to whom (H1).
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from cencomm import codec
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import HASH_BYTES, ChannelId, OperationId

_EPOCH_PREFIX = "history-epoch/"
_LEFT_PREFIX = "history-left/"
_FETCHED_PREFIX = "history-fetched/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """A Commit that we followed: its place, our log hash there, the ledger head that it is anchored at.

    `entered`: we came in by it, so what stands before it was never ours to read. `followed_at`: seconds, by our clock.
    """

    sequence: int
    log_hash: bytes
    anchored_at: int
    entered: bool
    followed_at: int


@dataclass(frozen=True, slots=True)
class Span:
    """Log entries `first` to `last`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """One log as this device followed it, in the order of the log."""

    epochs: tuple[Epoch, ...]
    left: tuple[int, ...]
    fetched: tuple[Span, ...]

    def epoch_of(self, sequence: int) -> Epoch | None:
        """The epoch in which entry `sequence` was said; None when we did not follow it there."""
        before = bisect_left(self.epochs, sequence, key=lambda epoch: epoch.sequence)
        if before == 0:
            return None
        began = self.epochs[before - 1]
        return None if any(began.sequence <= left < sequence for left in self.left) else began

    def epochs_of(self, span: Span) -> tuple[Epoch, ...]:
        """The epochs that we followed in which an entry of `span` may have been said."""
        following = (*(epoch.sequence for epoch in self.epochs[1:]), span.last + 1)
        pairs = zip(self.epochs, following, strict=False)  # without an epoch there is an end to spare
        return tuple(
            epoch for epoch, end in pairs if epoch.sequence < span.last and self._end_of(epoch, end) > span.first
        )

    def is_known_open(self, sequence: int, opens_at: int) -> bool:
        """We followed the epoch in which the entry was said, and it is open (H1); what is open to all, needs no look.

        Of what we fetched ourselves we do not know the epochs: it is given to nobody who may not have everything.
        """
        epoch = self.epoch_of(sequence)
        return opens_at == 0 or (epoch is not None and epoch.anchored_at >= opens_at)

    def _end_of(self, epoch: Epoch, following: int) -> int:
        """The first entry behind it that was said in another epoch, or without us."""
        return min([following, *(left + 1 for left in self.left if left >= epoch.sequence)])

    def followed(self, position: int) -> tuple[Span, ...]:
        """What we read as it came; `position` is how far we are now."""
        spans = []
        for epoch in self.epochs:
            if epoch.entered:
                end = next((left for left in self.left if left >= epoch.sequence), position)
                spans.append(Span(epoch.sequence, end))
        return tuple(spans)

    def gaps(self, end: int, *, position: int) -> tuple[Span, ...]:
        """What is here of entries 1 to `end` neither by following nor by fetching."""
        gaps, following = [], 1
        for span in sorted((*self.followed(position), *self.fetched), key=lambda one: one.first):
            if span.first > following:
                gaps.append(Span(following, min(span.first - 1, end)))
            following = max(following, span.last + 1)
        if following <= end:
            gaps.append(Span(following, end))
        return tuple(gap for gap in gaps if gap.first <= gap.last)


def attendance_writes(before: ChannelSession | None, after: ChannelSession, *, now: int) -> Writes:
    """What a session's change means for it: an epoch began, we came in, we were left behind."""
    writes: dict[str, bytes | None] = {}
    same_log = before is not None and before.generation == after.generation
    was_live = before is not None and before.standing is Standing.LIVE
    if before is not None and was_live and not (same_log and after.standing is Standing.LIVE):
        last = after if same_log else before
        writes[f"{_at(_LEFT_PREFIX, last)}{last.sequence:016d}"] = b""
    if after.standing is not Standing.LIVE or after.epoch_began_at == 0:
        return writes
    entered = before is None or not same_log or not was_live or before.epoch_began_at == 0
    if entered or (before is not None and before.epoch_began_at != after.epoch_began_at):
        writes[f"{_at(_EPOCH_PREFIX, after)}{after.epoch_began_at:016d}"] = codec.concat(
            [
                codec.fixed(after.log_hash, HASH_BYTES),
                codec.uint(after.judged_at, 8),
                codec.uint(entered, 1),
                codec.uint(now, 8),
            ]
        )
    return writes


def fetched_writes(operation: OperationId, channel: ChannelId, generation: int, span: Span) -> Writes:
    """Entries of `span` are here by history, or are known to be missing."""
    return {f"{_place(_FETCHED_PREFIX, operation, channel, generation)}{span.first:016d}": codec.uint(span.last, 8)}


async def load_attendance(store: StateStore, operation: OperationId, channel: ChannelId, generation: int) -> Attendance:
    """Raises MalformedError when the store was written by something else."""
    place = operation, channel, generation

    async def rows(prefix: str) -> Iterable[tuple[int, bytes]]:
        at = _place(prefix, *place)
        return [(_number(key.removeprefix(at)), value) for key, value in await store.scan(at)]

    return Attendance(
        epochs=tuple(_epoch(sequence, value) for sequence, value in await rows(_EPOCH_PREFIX)),
        left=tuple(sequence for sequence, _ in await rows(_LEFT_PREFIX)),
        fetched=tuple(Span(first, int.from_bytes(value, "big")) for first, value in await rows(_FETCHED_PREFIX)),
    )


def _epoch(sequence: int, value: bytes) -> Epoch:
    def read(reader: Reader) -> Epoch:
        return Epoch(
            sequence=sequence,
            log_hash=reader.fixed(HASH_BYTES),
            anchored_at=reader.uint(8),
            entered=bool(reader.uint(1)),
            followed_at=reader.uint(8),
        )

    return codec.decode(value, read)


def _number(text: str) -> int:
    if not text.isdigit():
        raise MalformedError("not a place in a log")
    return int(text)


def _at(prefix: str, session: ChannelSession) -> str:
    return _place(prefix, session.operation, session.channel, session.generation)


def _place(prefix: str, operation: OperationId, channel: ChannelId, generation: int) -> str:
    return f"{prefix}{operation.hex()}/{channel.hex()}/{generation:08d}/"
