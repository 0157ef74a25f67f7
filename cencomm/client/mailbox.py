"""One account on one computer: its keys, its operations and its channels, and the one place where any of it changes.

Every change goes: new state computed -> written in one transaction -> adopted -> bytes leave. `lock` serialises
changes, so the state in memory is always the one on disk. What a mailbox does stands beside it, by noun:

    operation.ledger_feed   operations, their names and keys, kept in step with the relay
    channel.log_feed        channels, kept in step with the relay's log; channel.entrance: entering one by its Welcome
    channel.posting         sending a message; channel.enactment: turning the ledger into Commits
    unit                    what only coordinators do
    watch                   all of it, for as long as the program runs
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType

from cencomm.client.account.device import Identity, OwnDevice, decode_device, decode_identity
from cencomm.client.attachments.spool import Spool
from cencomm.client.channel import session as channels
from cencomm.client.channel.errors import NotAMember
from cencomm.client.channel.opening import Opening
from cencomm.client.channel.session import ChannelKey, ChannelSession, restore_session, session_writes
from cencomm.client.events import Event
from cencomm.client.gathering import Gathering, GatheringStore, NotStoredTogether, may_wait
from cencomm.client.history.attendance import attendance_writes
from cencomm.client.history.bell import Bell
from cencomm.client.operation import operation as operations
from cencomm.client.operation.operation import Operation
from cencomm.client.transport.relay_client import RelayClient
from cencomm.client.vault.journal import Fetched, Journal
from cencomm.client.vault.pins import load_pins, pin_writes
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.clock import Clock
from cencomm.errors import UsageError
from cencomm.forms.envelope import Envelope
from cencomm.ids import NO_HASH, ChannelId, OperationId
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.membership import Member
from cencomm.ledger.replay import Pin
from cencomm.ledger.statements import Attested, LogHead, verify_log_head
from cencomm.secret import Entropy

Observer = Callable[[Event], None]
JudgeReport = Callable[[Operation, Envelope], None]
"""Raises ProtocolError when an envelope's values do not answer the form that it names."""

IDENTITY_KEY = "identity"
DEVICE_KEY = "device"
EVIDENCE = "/evidence/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a mailbox takes from outside, so that tests can hold it still.

    `opening` is there where the state came from the relay (D5), not from a store on this computer's own disk.
    """

    clock: Clock
    entropy: Entropy
    judge_report: JudgeReport
    opening: Opening | None = None
    spool: Spool | None = None  # of whoever sends files


class Mailbox:
    """Everything that one device of one account knows. Open it with `open_mailbox`.

    `log_hashes` are the chain hashes of each channel since its epoch began, `log_heads` the relay's newest statements.
    """

    def __init__(
        self, journal: Journal, relay: RelayClient, environment: Environment, identity: Identity, device: OwnDevice
    ) -> None:
        self.journal = journal
        self.relay = relay
        self.environment = environment
        self.identity = identity
        self.device = device
        self.certificates = CertificateMemo()
        self.lock = asyncio.Lock()
        self.history_bell = Bell()
        self.uploads = asyncio.Lock()  # files travel without `lock`, those of one message after those of another
        self.log_hashes: dict[ChannelKey, dict[int, bytes]] = {}
        self.log_heads: dict[ChannelKey, Attested[LogHead]] = {}
        self._version = 0
        self._operations: dict[OperationId, Operation] = {}
        self._pins: dict[OperationId, Pin] = {}
        self._sessions: dict[ChannelKey, ChannelSession] = {}
        self._observers: list[Observer] = []
        self._gathering: Gathering | None = None

    @property
    def store(self) -> StateStore:
        """What was written, and what is gathered to be written."""
        written = self.journal.store
        return written if self._gathering is None else GatheringStore(written, self._gathering)

    @property
    def operations(self) -> Mapping[OperationId, Operation]:
        return MappingProxyType(self._operations)

    @property
    def sessions(self) -> Mapping[ChannelKey, ChannelSession]:
        return MappingProxyType(self._sessions)

    @property
    def pins(self) -> Mapping[OperationId, Pin]:
        """How far the ledgers reach at least, as this account saw them on any of its computers (L2)."""
        return MappingProxyType(self._pins)

    def operation(self, operation: OperationId) -> Operation:
        """What we know of it.

        Raises:
            NotAMember: nothing: join it with an access letter first.
        """
        try:
            return self._operations[operation]
        except KeyError:
            raise NotAMember("this mailbox does not belong to that operation") from None

    def membership(self, operation: OperationId) -> Member:
        """Our own place in the operation.

        Raises:
            NotAMember: the unit has not admitted us yet, or has revoked us.
        """
        return self.operation(operation).member(self.identity.account)

    def entitled_channels(self, operation: OperationId) -> tuple[ChannelId, ...]:
        """The channels that the ledger opens to us now."""
        ledger, key = self.operation(operation).ledger, self.identity.identity_key
        return tuple(channel for channel in ledger.channels if ledger.is_entitled(channel, key, at=ledger.sequence))

    def observe(self, observer: Observer) -> None:
        """Call `observer` with each event once it is durable."""
        self._observers.append(observer)

    async def write(
        self,
        writes: Writes,
        *,
        operation: Operation | None = None,
        session: ChannelSession | None = None,
        pin: Pin | None = None,
        event: Event | None = None,
        fetched: Sequence[Fetched] = (),
    ) -> None:
        """Make `writes` durable with the event, or with `fetched` history, then adopt the new state.

        The caller holds `lock`. Observers are told of the event alone: history is no news.

        Raises:
            Unavailable, StaleStore: nothing was changed, in memory either.
        """
        if self._gathering is not None:
            if session is not None and event is not None and operation is None and pin is None:
                before = self._sessions.get((session.operation, session.channel))
                if before is not None and may_wait(before, session, event):
                    self._gathering.add(writes, session, event)
                    if self._gathering.is_full:
                        await self._store_gathered(self._gathering)
                    return
            await self._store_gathered(self._gathering)
        kept = dict(writes)
        replaced, before = False, None
        if session is not None:
            before = self._sessions.get((session.operation, session.channel))
            kept |= attendance_writes(before, session, now=self.environment.clock())
            if before is not None and before.generation != session.generation:
                kept = await self._without(before) | kept
                before, replaced = None, True
            kept |= session_writes(before, session)
        if pin is not None:
            kept |= pin_writes(pin)
        events = () if event is None else (event,)
        if fetched:
            assert not events  # history is taken in by itself
            self._version = await self.journal.record_history(kept, fetched, expected_version=self._version)
        else:
            self._version = await self.journal.record(kept, *events, expected_version=self._version)
        if operation is not None:
            self._operations[operation.id] = operation
        if pin is not None:
            self._pins[pin.operation] = pin
        if session is not None:
            key = (session.operation, session.channel)
            self._sessions[key] = session
            self._adopted(session)
            if replaced:
                self._forget_log(key)
            if before is None or before.standing is not session.standing:
                self.history_bell.ring()  # whoever comes in has a past to ask for
            self.log_hashes.setdefault(key, {session.sequence: session.log_hash})
        self._tell(*events)

    @asynccontextmanager
    async def gathering(self) -> AsyncIterator[None]:
        """Messages that are taken in within the block share transactions; at its end they are durable.

        So they are when it ends with an error, which is about a message behind them. The caller holds `lock`.

        Raises:
            NotStoredTogether: what was not made durable is not in memory either.
        """
        gathering = self._gathering = Gathering(self._sessions, self.log_hashes, self.log_heads)
        try:
            yield
        except Exception:
            await self._store_gathered(gathering)
            raise
        else:
            await self._store_gathered(gathering)
        finally:
            gathering.go_back()  # whoever was cancelled has stored nothing
            self._gathering = None

    async def _store_gathered(self, gathering: Gathering) -> None:
        if not gathering.events:
            return
        kept, events = gathering.to_write(), gathering.events
        try:
            self._version = await self.journal.record(kept, *events, expected_version=self._version)
        except Exception as error:
            gathering.go_back()
            raise NotStoredTogether from error
        for session in gathering.changed:
            self._adopted(session)
        self._tell(*gathering.empty())

    def _adopted(self, session: ChannelSession) -> None:
        if self.environment.opening is not None:
            self.environment.opening.stored(session)

    def _tell(self, *events: Event) -> None:
        for event in events:
            for observer in self._observers:
                observer(event)

    async def forget_session(self, session: ChannelSession) -> None:
        """Drop a group that never came to be: the relay refused its first Commit, or another was first (L8)."""
        await self.write(await self._without(session))
        self._sessions.pop((session.operation, session.channel), None)
        self._forget_log((session.operation, session.channel))

    async def _without(self, session: ChannelSession) -> dict[str, bytes | None]:
        """What forgets the session, but for evidence against the relay."""
        at = channels.prefix(session.operation, session.channel, session.generation)
        return {key: None for key, _ in await self.store.scan(at) if EVIDENCE not in key}

    def _forget_log(self, key: ChannelKey) -> None:
        self.log_hashes.pop(key, None)
        self.log_heads.pop(key, None)

    async def load(self) -> None:
        """Read operations and sessions from the store, as the last write left them."""
        self._version = await self.store.version()
        self._pins = await load_pins(self.store)
        by_operation: dict[OperationId, dict[str, bytes]] = {}
        for key, value in await self.store.scan("operation/"):
            _, operation, rest = key.split("/", 2)
            by_operation.setdefault(OperationId(bytes.fromhex(operation)), {})[rest] = value
        self._operations = {id_: operations.restore_operation(id_, values) for id_, values in by_operation.items()}
        by_channel: dict[tuple[OperationId, ChannelId, int], dict[str, bytes]] = {}
        for key, value in await self.store.scan(channels.PREFIX):
            _, operation, channel, generation, rest = key.split("/", 4)
            place = OperationId(bytes.fromhex(operation)), ChannelId(bytes.fromhex(channel)), int(generation)
            by_channel.setdefault(place, {})[rest] = value
        for (operation_id, channel_id, generation_number), values in by_channel.items():
            if all(EVIDENCE in f"/{key}" for key in values):
                continue  # the generation ended; what convicts the relay is kept
            session = restore_session(operation_id, channel_id, generation_number, values, self.device.signing_key)
            opening = self.environment.opening
            self._sessions[(operation_id, channel_id)] = session if opening is None else opening.restored(session)
            self.log_hashes[(operation_id, channel_id)] = {
                int(key.removeprefix("hash/")): value for key, value in values.items() if key.startswith("hash/")
            } or {0: NO_HASH}
            if "head" in values:
                relay_key = self.operation(operation_id).ledger.charter.relay_key
                self.log_heads[(operation_id, channel_id)] = verify_log_head(values["head"], relay_key)


async def open_mailbox(journal: Journal, relay: RelayClient, environment: Environment) -> Mailbox:
    """The mailbox that lies in the journal's store, as the last write left it.

    Raises:
        UsageError: nobody's keys are in the store.
        ProtocolError: the store was written by something else.
    """
    identity, device = await journal.store.get(IDENTITY_KEY), await journal.store.get(DEVICE_KEY)
    if identity is None or device is None:
        raise UsageError("there are no keys in this mailbox: sign up or sign in first")
    mailbox = Mailbox(journal, relay, environment, decode_identity(identity), decode_device(device))
    await mailbox.load()
    return mailbox
