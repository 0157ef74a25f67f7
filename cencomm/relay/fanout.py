"""Who is told of what was stored: every message is written as one frame once, and handed to each reader as is.

Nothing here waits: a stream (push_stream.py) takes what it is given at once, or is closed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import assert_never

from msgspec import Struct

from cencomm.clock import Clock
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.replay import Ledger
from cencomm.relay.announcement import (
    Announcement,
    EnrolmentStored,
    EntryLogged,
    HistoryStirred,
    KeyPackageTaken,
    LedgerGrew,
    RejectionKept,
    SessionEnded,
    WelcomeStored,
)
from cencomm.relay.entitlement import has_ended
from cencomm.relay.push_stream import Mailbag, Stream, text_frame
from cencomm.relay.state import ChannelKey, State
from cencomm.wire.document import encode_document
from cencomm.wire.stream import (
    CLOSE_REVOKED,
    CLOSE_SESSION_ENDED,
    CLOSE_TAKEN_OVER,
    EnrolmentWaits,
    HistoryMoved,
    KeyPackagesLow,
    LedgerMovedOn,
    LogPushed,
    RejectionStored,
    WelcomeWaits,
)

ObserveLag = Callable[[float], None]
"""Seconds from a commit to disk until what it brought was handed to every reader's socket."""


def _frame(document: Struct) -> bytes:
    return text_frame(encode_document(document))


class _Audience:
    """Those who may read one channel, and until when in seconds; None: without end."""

    __slots__ = ("ends", "streams")

    def __init__(self) -> None:
        self.streams: dict[Stream, int] = {}
        self.ends: int | None = None  # the earliest `until` among them

    def add(self, stream: Stream, until: int) -> None:
        self.streams[stream] = until
        if until:
            self.ends = until if self.ends is None else min(self.ends, until)

    def drop_ended(self, now: int) -> None:
        if self.ends is None or now <= self.ends:
            return
        self.streams = {stream: until for stream, until in self.streams.items() if not 0 < until < now}
        self.ends = min((until for until in self.streams.values() if until), default=None)


class Fanout:
    """All open streams, and for each channel those who are entitled to it by the committed ledger."""

    __slots__ = ("_accounts", "_audiences", "_clock", "_observe_lag", "_state", "bag")

    def __init__(self, state: State, clock: Clock, observe_lag: ObserveLag) -> None:
        self.bag = Mailbag()
        self._state = state
        self._clock = clock
        self._observe_lag = observe_lag
        self._accounts: defaultdict[AccountId, set[Stream]] = defaultdict(set)
        self._audiences: defaultdict[ChannelKey, _Audience] = defaultdict(_Audience)

    def join(self, stream: Stream) -> None:
        """From now on the stream gets what its account is entitled to."""
        self._accounts[stream.account].add(stream)
        for ledger in self._state.ledgers.values():
            self._place(stream, ledger)

    def count(self, account: AccountId) -> int:
        """How many streams the account has open."""
        return len(self._accounts.get(account, ()))

    @property
    def open_streams(self) -> int:
        return sum(len(streams) for streams in self._accounts.values())

    def part(self, stream: Stream) -> None:
        streams = self._accounts[stream.account]
        streams.discard(stream)
        if not streams:
            del self._accounts[stream.account]
        for audience in self._audiences.values():
            audience.streams.pop(stream, None)

    def close_all(self, code: int) -> None:
        for streams in self._accounts.values():
            for stream in streams:
                stream.leave(code)

    def announce(self, announcements: Iterable[Announcement]) -> None:
        """What a transaction changed, told in its order. Runs of messages in one channel go out as one write."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for channel, run in groupby(announcements, key=_channel_of_entry):
            if channel is None:
                for announcement in run:
                    self._tell(announcement)
            else:
                self._push_entries(channel, run)
        # Behind every `_send` that the pushes have scheduled in the same way.
        loop.call_soon(loop.call_soon, lambda: self._observe_lag(loop.time() - began))

    def _push_entries(self, channel: ChannelKey, run: Iterable[Announcement]) -> None:
        frames = b"".join(
            _frame(
                LogPushed(
                    operation=logged.operation,
                    channel=logged.channel,
                    generation=logged.generation,
                    entry=logged.entry,
                )
            )
            for logged in run
            if isinstance(logged, EntryLogged)
        )
        audience = self._audiences[channel]
        audience.drop_ended(self._clock())
        for stream in audience.streams:
            stream.push(frames)

    def _tell(self, announcement: Announcement) -> None:
        match announcement:
            case EntryLogged():
                raise AssertionError("log entries are pushed in runs")
            case LedgerGrew():
                self._follow_ledger(announcement)
            case WelcomeStored(operation, channel, generation, accounts):
                frame = _frame(WelcomeWaits(operation=operation, channel=channel, generation=generation))
                self._push_to(accounts, frame)
            case EnrolmentStored(operation):
                self._push_to(self._coordinators(operation), _frame(EnrolmentWaits(operation=operation)))
            case RejectionKept(operation, channel, generation):
                frame = _frame(RejectionStored(operation=operation, channel=channel, generation=generation))
                for stream in self._audiences[operation, channel].streams:
                    stream.push(frame)
            case HistoryStirred(operation, request, accounts):
                self._push_to(accounts, _frame(HistoryMoved(operation=operation, request=request)))
            case KeyPackageTaken(account, device, remaining):
                self._push_to((account,), _frame(KeyPackagesLow(device=device, remaining=remaining)))
            case SessionEnded(token_hash, taken_over):
                for streams in self._accounts.values():
                    for stream in streams:
                        if stream.token_hash == token_hash:
                            stream.leave(CLOSE_TAKEN_OVER if taken_over else CLOSE_SESSION_ENDED)
            case _:
                assert_never(announcement)

    def _follow_ledger(self, grown: LedgerGrew) -> None:
        ledger = self._state.ledger(grown.operation)
        frame = _frame(LedgerMovedOn(operation=grown.operation, sequence=grown.sequence))
        if grown.account is not None:
            for stream in self._accounts.get(grown.account, ()):
                self._place(stream, ledger)
        if grown.channel is not None:
            for streams in self._accounts.values():
                for stream in streams:
                    self._place(stream, ledger)
        members = [account for account in self._accounts if account == grown.account or self._belongs(account, ledger)]
        self._push_to(members, frame)
        if grown.revoked and grown.account is not None:
            for stream in self._accounts.get(grown.account, ()):
                stream.leave(CLOSE_REVOKED)

    def _belongs(self, account: AccountId, ledger: Ledger) -> bool:
        """Now: who was revoked may open a stream again, and is told of their own revocation only."""
        member = ledger.members.get(account)
        if member is None or self._state.is_estranged(ledger.operation, account):
            return False
        return member.belongs(at=ledger.sequence) and not has_ended(member, now=self._clock())

    def _place(self, stream: Stream, ledger: Ledger) -> None:
        """Puts the stream into exactly those audiences of the operation that its account is entitled to."""
        member = ledger.members.get(stream.account)
        if member is None:
            return
        out = has_ended(member, now=self._clock()) or self._state.is_estranged(ledger.operation, stream.account)
        for channel in ledger.channels:
            audience = self._audiences[ledger.operation, channel]
            audience.streams.pop(stream, None)
            if not out and ledger.is_entitled(channel, member.identity_key, at=ledger.sequence):
                audience.add(stream, member.until)

    def _coordinators(self, operation: OperationId) -> list[AccountId]:
        ledger = self._state.ledger(operation)
        return [member.account for member in ledger.coordinators(at=ledger.sequence)]

    def _push_to(self, accounts: Iterable[AccountId], frame: bytes) -> None:
        for account in accounts:
            for stream in self._accounts.get(account, ()):
                stream.push(frame)


def _channel_of_entry(announcement: Announcement) -> ChannelKey | None:
    if isinstance(announcement, EntryLogged):
        return announcement.operation, announcement.channel
    return None
