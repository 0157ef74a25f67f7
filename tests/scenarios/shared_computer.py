"""An officer without a computer of their own: wherever they sit down, there is an empty disk and a relay."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from cencomm.client.account.account import create_account
from cencomm.client.account.session import Access, begin_session
from cencomm.client.account.sign_in import LabelKey, SignInKeys, SignInParameters, SignInSecret, WrappingKey
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.events import Event, MessageDelivered
from cencomm.client.mailbox import Environment, Mailbox
from cencomm.client.operation import enrolling
from cencomm.client.reports import Reports
from cencomm.client.roaming.holding import Holding, hand_over, open_held, take
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.unit import admission
from cencomm.client.vault.journal import VaultJournal, decode_message, message_prefix
from cencomm.forms.canonical_json import JsonValue
from cencomm.ids import AccountId
from cencomm.ledger.kinds import Role
from cencomm.mls.secret_tree import RatchetType
from cencomm.secret import system_entropy
from tests.scenarios.people import Person, Place, clock, profile

KeyUse = tuple[bytes, int]
"""An epoch, by what is equal exactly for equal states of it, and a generation of one's own ratchet in it."""


@dataclass(frozen=True, slots=True)
class Officer:
    """What they have in their head: a name and a password, here as the keys that it stretches to."""

    name: str
    url: str
    parameters: SignInParameters
    keys: SignInKeys
    account: AccountId
    reports: Reports

    @contextlib.asynccontextmanager
    async def sit_down(self, *, take_over: bool = False) -> AsyncIterator["Seat"]:
        """Sign in on a computer that was never used before. Leaving the block is pulling its plug."""
        async with open_relay(self.url) as relay:
            access = await begin_session(relay, self.parameters, self.keys)
            holding = await take(access, take_over=take_over, clock=clock, entropy=system_entropy)
            environment = Environment(clock=clock, entropy=system_entropy, judge_report=self.reports.judge)
            mailbox = await open_held(holding, VaultJournal(holding.store), access, environment)
            seat = Seat(access, holding, mailbox)
            mailbox.observe(seat.events.append)
            await introduce_device(mailbox)
            yield seat


@dataclass(slots=True)
class Seat:
    """An officer at a shared computer."""

    access: Access
    holding: Holding
    mailbox: Mailbox
    events: list[Event] = field(default_factory=list)

    async def sign_out(self) -> None:
        await hand_over(self.mailbox, self.holding.store)

    async def references(self, place: Place) -> list[JsonValue]:
        """Case references of all messages that the mailbox holds, in log order."""
        return [one.envelope.body.values["case_ref"] for one in await self.messages(place)]

    async def messages(self, place: Place) -> list[MessageDelivered]:
        rows = await self.mailbox.store.scan(message_prefix(place.operation))
        return [decode_message(value) for _, value in rows]

    def last_key(self, place: Place) -> KeyUse:
        """The key that the newest message of this mailbox was encrypted under."""
        session = self.mailbox.sessions[(place.operation, place.channel)]
        ratchets = session.group.state.secret_tree.ratchets
        ratchet = ratchets[session.group.own_leaf, RatchetType.APPLICATION]
        return session.group.epoch_authenticator.expose(), ratchet.generation - 1


async def enrol_officer(url: str, name: str, reports: Reports) -> Officer:
    """An account, made at the relay and nowhere else."""
    async with open_relay(url) as relay:
        parameters = SignInParameters.choose(relay_name=(await relay.about()).name, name=name, entropy=system_entropy)
        one, other, third = (system_entropy(32) for _ in range(3))  # no password to stretch
        keys = SignInKeys(SignInSecret(one), WrappingKey(other), LabelKey(third))
        access = await create_account(relay, parameters, keys, entropy=system_entropy)
    return Officer(name, url, parameters, keys, access.account, reports)


async def admit_at(coordinator: Person, officer: Officer, seat: Seat, place: Place) -> None:
    """Letter, enrolment from the shared computer, admission with its Commit. The Welcome waits."""
    letter = await admission.invite(
        coordinator.mailbox, place.operation, role=Role.OFFICER, profile=profile(coordinator, None)
    )
    await enrolling.enrol(seat.mailbox, letter)
    (admitted,), _ = await admission.admit_waiting(coordinator.mailbox, place.operation)
    assert admitted.account == officer.account
