"""The coordination unit of a run, in the judge's own process and never disturbed: it founds, invites, admits, revokes.

Its mailbox sees every epoch of every channel begin, so it knows who entered where, and lends the wire tap the secrets
by which one key's two uses would show.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cencomm.client.channel.enactment import enact
from cencomm.client.events import ControlDelivered, EpochBegan, Event
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.directory import Profile, decode_profile, encode_labels
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.unit import admission, declaring
from cencomm.client.unit.revocation import revoke
from cencomm.client.watch import watch
from cencomm.demo.cast import cast_of
from cencomm.demo.folder import DemoFolder
from cencomm.demo.founding import Stage, found
from cencomm.demo.member import new_member
from cencomm.demo.repertoire import Repertoire
from cencomm.errors import ProtocolError, Unavailable
from cencomm.forms.control import ControlKind
from cencomm.forms.form_json import encode_form
from cencomm.forms.release_decision import Decided, decode_release_decision
from cencomm.ids import AccountId, ChannelId
from cencomm.ledger.kinds import ChannelKind, RevokeReason, Role
from cencomm.ledger.letter import AccessLetter
from tests.faults.node import NODES
from tests.faults.wire_tap import WireTap

T = TypeVar("T")
RETRY_SECONDS = 0.3
TRIES = 400  # two minutes
RELEASE_TITLE = {"en": "To CEN", "fr": "Vers le CEN"}
SIDE_TITLE = {"en": "Some of us", "fr": "Quelques-uns"}


@dataclass
class Unit:
    """`entered`: the log entry by which an account came into a channel first. `calm` is held by who changes members.

    `controls`: (message, sequence) of what programs said to each other; `withdrawn`: releases that their owner took
    back. Both by the message's id in hexadecimal, as the unit's own mailbox took them from the log.
    """

    mailbox: Mailbox
    reports: Reports
    stage: Stage
    tap: WireTap
    entered: dict[tuple[ChannelId, AccountId], int] = field(default_factory=dict)
    controls: set[tuple[str, int]] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)
    calm: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def invite(self, name: str, role: Role, *, country: str | None) -> AccessLetter:
        profile = Profile(name=name, organisation="Exercise", country=country).encode()
        return await insist(lambda: admission.invite(self.mailbox, self.stage.operation, role=role, profile=profile))

    async def admit(self, names: Sequence[str]) -> None:
        """Everybody of these who has asked, and all who do so within two minutes."""
        for _ in range(TRIES):
            with contextlib.suppress(Unavailable):
                await admission.admit_waiting(self.mailbox, self.stage.operation)
                if set(names) <= self.accounts().keys():
                    return
            await asyncio.sleep(RETRY_SECONDS)
        raise Unavailable(f"not all of {names} have asked to be admitted")

    async def open_side_channel(self, names: Sequence[str]) -> ChannelId:
        """For the unit, the nodes, and these."""
        accounts = self.accounts()
        channel = await declaring.open_channel(
            self.mailbox,
            self.stage.operation,
            kind=ChannelKind.REGIONAL,
            title=encode_labels(SIDE_TITLE),
            roles=(Role.COORDINATOR, *(kind.role for kind in NODES if not kind.released)),
            accounts=[accounts[name] for name in names],
        )
        await enact(self.mailbox, self.stage.operation, channel)
        return channel

    async def open_release_channel(self) -> ChannelId:
        """For the unit, all officers, and CEN."""
        shipped = self.reports.shipped_release()
        await declaring.publish_form(self.mailbox, self.stage.operation, encode_form(shipped), version=shipped.version)
        channel = await declaring.open_channel(
            self.mailbox,
            self.stage.operation,
            kind=ChannelKind.RELEASE,
            title=encode_labels(RELEASE_TITLE),
            roles=(Role.COORDINATOR, Role.OFFICER, Role.CEN),
        )
        await enact(self.mailbox, self.stage.operation, channel)
        return channel

    async def revoke(self, name: str) -> None:
        account, operation = self.accounts()[name], self.stage.operation

        async def once() -> None:
            known = await sync_operation(self.mailbox, operation)
            if known.ledger.members[account].revoked_at is None:  # an answer that was lost
                await revoke(self.mailbox, operation, account, RevokeReason.LEFT_THE_POST)

        await insist(once)

    def accounts(self) -> dict[str, AccountId]:
        """By the names in the letters; of who was admitted once."""
        return {profile.name: account for account, profile in self.profiles().items()}

    def channels_of(self, name: str) -> set[ChannelId]:
        """Those that the ledger opens to it."""
        ledger = self.mailbox.operation(self.stage.operation).ledger
        key = ledger.members[self.accounts()[name]].identity_key
        return {channel for channel in ledger.channels if ledger.is_entitled(channel, key, at=ledger.sequence)}

    def profiles(self) -> dict[AccountId, Profile]:
        known = self.mailbox.operation(self.stage.operation)
        found = {}
        for account, member in known.ledger.members.items():
            profile = known.content(member.profile)
            if profile is not None:
                found[account] = decode_profile(profile)
        return found

    def observe(self, event: Event) -> None:
        place = event.place
        self.tap.learn(self.mailbox.sessions[place.operation, place.channel].group)
        if isinstance(event, EpochBegan):
            for account in event.added:
                self.entered.setdefault((place.channel, account), place.sequence)
        elif isinstance(event, ControlDelivered):
            self.controls.add((event.control.message.hex(), place.sequence))
            if event.control.kind == ControlKind.RELEASE_DECISION:
                said = decode_release_decision(event.control.body)
                if said.decided is Decided.WITHDRAWN and said.author == event.identity_key:
                    self.withdrawn.add(said.message.hex())


async def insist(act: Callable[[], Awaitable[T]]) -> T:
    """Again until the relay takes it."""
    for _ in range(TRIES):
        try:
            return await act()
        except Unavailable:
            await asyncio.sleep(RETRY_SECONDS)
    return await act()


@contextlib.asynccontextmanager
async def unit_at(url: str, folder: DemoFolder, repertoire: Repertoire, tap: WireTap) -> AsyncIterator[Unit]:
    """An operation with its main channel; it takes part for the block."""
    founder_part = cast_of(repertoire.plan).founder
    async with open_relay(url) as relay, new_member(founder_part, relay, folder, repertoire.reports) as founder:
        stage = await found(founder, repertoire.plan, repertoire.reports)
        unit = Unit(founder.mailbox, repertoire.reports, stage, tap)
        founder.mailbox.observe(unit.observe)

        def note(trouble: ProtocolError) -> None:
            unit.troubles.append(f"{type(trouble).__name__}: {trouble}")

        watching = asyncio.create_task(watch(founder.mailbox, on_trouble=note))
        try:
            yield unit
        finally:
            watching.cancel()
            (result,) = await asyncio.gather(watching, return_exceptions=True)
            if isinstance(result, Exception):
                raise result
