"""A run of messages as one change of the mailbox: taken in one after the other, durable together or not at all.

What was taken in is adopted in memory at once, since the next message is judged on it, and written a little later, with
one flush to disk (or one request to the relay, for a mailbox that roams) for all. Until then nobody is told of it and
nothing that depends on it leaves; if it cannot be written, memory goes back to where disk is, and whoever took them in
takes them in again one by one: what cannot be kept holds up nothing that came before it. Only messages of one
epoch are gathered: a Commit, an entry of the ledger, an end of the group are written at once and alone, as secrets of
past epochs have to die with the Commit (S6) and rejections are saved before they leave (C11).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cencomm.client.channel.session import ChannelKey, ChannelSession, Standing, session_writes
from cencomm.client.events import ChannelStalled, Event
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.errors import UsageError
from cencomm.ledger.statements import Attested, LogHead

MAX_EVENTS = 64  # a flush for so many is 2 % of what they cost; more would only make a fault repeat more


class NotStoredTogether(Exception):  # noqa: N818 (names what happened)
    """What was gathered could not be written, and is not in memory any more. Never leaves `channel.log_feed`."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What memory held of one channel when the gathering met it first, and disk still does."""

    session: ChannelSession
    log_hashes: Mapping[int, bytes]
    log_head: Attested[LogHead] | None


@dataclass(slots=True)
class Gathering:
    """What was taken in and is not durable yet. `sessions`, `log_hashes` and `log_heads` are the mailbox's own."""

    sessions: dict[ChannelKey, ChannelSession]
    log_hashes: dict[ChannelKey, dict[int, bytes]]
    log_heads: dict[ChannelKey, Attested[LogHead]]
    writes: dict[str, bytes | None] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    _remembered: dict[ChannelKey, Remembered] = field(default_factory=dict)

    def add(self, writes: Writes, after: ChannelSession, event: Event) -> None:
        """One message more, adopted in memory."""
        key = (after.operation, after.channel)
        if key not in self._remembered:
            held = self.sessions[key], dict(self.log_hashes[key]), self.log_heads.get(key)
            self._remembered[key] = Remembered(*held)
        self.sessions[key] = after
        self.writes.update(writes)
        self.events.append(event)

    @property
    def is_full(self) -> bool:
        return len(self.events) >= MAX_EVENTS

    @property
    def changed(self) -> list[ChannelSession]:
        """The sessions as they are now."""
        return [self.sessions[key] for key in self._remembered]

    def to_write(self) -> Writes:
        """What brings disk to where memory is: of each session the last state only."""
        kept = dict(self.writes)
        for key, remembered in self._remembered.items():
            kept |= session_writes(remembered.session, self.sessions[key])
        return kept

    def go_back(self) -> None:
        """Memory is where disk is, and nothing waits."""
        for key, remembered in self._remembered.items():
            self.sessions[key] = remembered.session
            self.log_hashes[key] = dict(remembered.log_hashes)
            if remembered.log_head is None:
                self.log_heads.pop(key, None)
            else:
                self.log_heads[key] = remembered.log_head
        self.empty()

    def empty(self) -> list[Event]:
        """Nothing waits any more; the events that did."""
        events, self.events = self.events, []
        self.writes.clear()
        self._remembered.clear()
        return events


def may_wait(before: ChannelSession, after: ChannelSession, event: Event) -> bool:
    """Whether the change is a message's, which may share a transaction with those behind it."""
    same_group = before.generation == after.generation and before.group.epoch == after.group.epoch
    is_open = after.standing is Standing.LIVE and not isinstance(event, ChannelStalled)
    return same_group and is_open and before.staged is after.staged


class GatheringStore:
    """The store as it will be once what was gathered is written. Only its mailbox writes then."""

    def __init__(self, store: StateStore, gathering: Gathering) -> None:
        self._store = store
        self._gathering = gathering

    async def version(self) -> int:
        return await self._store.version()

    async def get(self, key: str) -> bytes | None:
        if key in self._gathering.writes:
            return self._gathering.writes[key]
        return await self._store.get(key)

    async def scan(self, prefix: str) -> list[tuple[str, bytes]]:
        values: dict[str, bytes | None] = dict(await self._store.scan(prefix))
        values |= {key: value for key, value in self._gathering.writes.items() if key.startswith(prefix)}
        return [(key, value) for key, value in sorted(values.items()) if value is not None]

    async def apply(self, writes: Writes, *, expected_version: int) -> int:  # noqa: ARG002 (the store's interface)
        raise UsageError("while messages are gathered, only their mailbox writes")
