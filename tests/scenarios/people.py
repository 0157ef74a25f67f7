"""People of a scenario: each with a sealed mailbox on disk, at a real relay."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cencomm.client.account.account import create_account, settle, sign_up
from cencomm.client.account.session import Access
from cencomm.client.account.sign_in import LabelKey, SignInKeys, SignInParameters, SignInSecret, WrappingKey
from cencomm.client.attachments.spool import SPOOL, SpoolFolder
from cencomm.client.channel.enacting import stage
from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.channel.posting import Draft
from cencomm.client.events import Event, MessageDelivered
from cencomm.client.mailbox import Environment, Mailbox, open_mailbox
from cencomm.client.operation import enrolling
from cencomm.client.operation.directory import Profile, Purpose, encode_labels
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import RelayClient, open_relay
from cencomm.client.unit import admission, declaring, founding
from cencomm.client.vault.journal import VaultJournal, decode_message, message_prefix
from cencomm.client.vault.vault import Vault, create_vault, open_vault
from cencomm.client.watch import catch_up
from cencomm.clock import Clock
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Body
from cencomm.forms.form import Form
from cencomm.forms.form_json import encode_form
from cencomm.ids import AccountId, BlobId, ChannelId, OperationId
from cencomm.ledger.bodies import Policy
from cencomm.ledger.kinds import ChannelKind, History, Role
from cencomm.secret import system_entropy

E = TypeVar("E", bound=Event)

NOW = 1_795_305_600  # 2026-11-22T00:00:00Z
EXERCISE = Policy(
    history=History.NONE,
    retention_days=30,
    update_interval_hours=24,
    heartbeat_seconds=300,
    two_signatures=(),
    exercise=True,
)
PURPOSE = Purpose(title={"en": "Exercise", "fr": "Exercice"}, purpose={"en": "A test"}, legal_basis="none")


def clock() -> int:
    return NOW


@dataclass(slots=True)
class Person:
    """Somebody with a mailbox folder. `mailbox` is there while it is open; `events` is what it said."""

    name: str
    folder: Path
    access: Access
    reports: Reports
    clock: Clock
    events: list[Event] = field(default_factory=list)
    _mailbox: Mailbox | None = None
    _vault: Vault | None = None
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def account(self) -> AccountId:
        return self.access.account

    @property
    def mailbox(self) -> Mailbox:
        assert self._mailbox is not None
        return self._mailbox

    @property
    def spool(self) -> SpoolFolder:
        return SpoolFolder(self.folder / SPOOL)

    @property
    def vault(self) -> Vault:
        assert self._vault is not None
        return self._vault

    async def open(self) -> None:
        """The program starts: everything is read from disk."""
        vault = await self._open.enter_async_context(
            open_vault(self.folder, self.access.keys.wrapping_key, entropy=system_entropy)
        )
        await settle(vault, self.access, now=self.clock(), entropy=system_entropy)
        environment = Environment(
            clock=self.clock, entropy=system_entropy, judge_report=self.reports.judge, spool=self.spool
        )
        self._vault = vault
        self._mailbox = await open_mailbox(VaultJournal(vault), self.access.relay, environment)
        self._mailbox.observe(self.events.append)

    async def close(self) -> None:
        """The program ends, or is killed: nothing is written here."""
        await self._open.aclose()
        self._mailbox, self._vault = None, None

    async def restart(self) -> None:
        await self.close()
        await self.open()

    async def delivered(self, operation: OperationId) -> list[MessageDelivered]:
        """The messages in the journal, in log order."""
        return [decode_message(value) for _, value in await self.vault.scan(message_prefix(operation))]

    def said(self, kind: type[E]) -> list[E]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]


@contextlib.asynccontextmanager
async def person(
    url: str, folder: Path, name: str, reports: Reports, *, at: Clock = clock, password: str | None = None
) -> AsyncIterator[Person]:
    """Somebody new: account, mailbox folder, device and key packages. Without a password there is none to stretch."""
    async with open_relay(url) as relay:
        access = await (_with_keys(relay, name) if password is None else _with_password(relay, name, password))
        await create_vault(
            folder,
            account=access.account,
            relay_url=url,
            parameters=access.parameters,
            wrapping_key=access.keys.wrapping_key,
            entropy=system_entropy,
        )
        somebody = Person(name=name, folder=folder, access=access, reports=reports, clock=at)
        await somebody.open()
        await introduce_device(somebody.mailbox)
        try:
            yield somebody
        finally:
            await somebody.close()


async def _with_password(relay: RelayClient, name: str, password: str) -> Access:
    return await sign_up(relay, name=name, password=password, entropy=system_entropy)


async def _with_keys(relay: RelayClient, name: str) -> Access:
    parameters = SignInParameters.choose(relay_name=(await relay.about()).name, name=name, entropy=system_entropy)
    one, other, third = (system_entropy(32) for _ in range(3))
    keys = SignInKeys(SignInSecret(one), WrappingKey(other), LabelKey(third))
    return await create_account(relay, parameters, keys, entropy=system_entropy)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the people of a scenario meet."""

    operation: OperationId
    channel: ChannelId
    form: BlobId


async def found(coordinator: Person, form: Form, policy: Policy = EXERCISE) -> Place:
    """An exercise with a main channel for coordinators and officers, and one form."""
    mailbox = coordinator.mailbox
    operation = await founding.found_operation(
        mailbox, plan=PURPOSE.encode(), profile=profile(coordinator, None), policy=policy
    )
    channel = await declaring.open_channel(
        mailbox,
        operation,
        kind=ChannelKind.MAIN,
        title=encode_labels({"en": "Everybody", "fr": "Tous"}),
        roles=(Role.COORDINATOR, Role.OFFICER),
    )
    await declaring.publish_form(mailbox, operation, encode_form(form), version=form.version)
    (blob,) = mailbox.operation(operation).ledger.forms
    return Place(operation, channel, blob)


async def admit(coordinator: Person, officer: Person, place: Place, country: str, *, role: Role = Role.OFFICER) -> None:
    """Letter, enrolment, admission with its Commit; the officer's mailbox has entered the channel."""
    letter = await admission.invite(coordinator.mailbox, place.operation, role=role, profile=profile(officer, country))
    await enrolling.enrol(officer.mailbox, letter)
    admitted, strangers = await admission.admit_waiting(coordinator.mailbox, place.operation)
    assert [admission.account for admission in admitted] == [officer.account]
    assert not strangers
    await catch_up(officer.mailbox)


def profile(somebody: Person, country: str | None) -> bytes:
    return Profile(name=somebody.name, organisation="Customs", country=country).encode()


def draft(place: Place, values: Mapping[str, JsonValue], *, language: str = "fr") -> Draft:
    return Draft(form=place.form, body=Body(values=values, language=language, written_at=NOW))


async def update(somebody: Person, place: Place) -> None:
    """An empty Commit by this member: the epoch ends and nothing else changes."""
    mailbox = somebody.mailbox
    async with mailbox.lock:
        session = mailbox.sessions[(place.operation, place.channel)]
        staged = stage(
            session,
            mailbox.operation(place.operation).ledger,
            adds=(),
            removes=(),
            certificates=mailbox.certificates,
            entropy=system_entropy,
        )
        await mailbox.write({}, session=staged)
        assert await follow_and_enact(mailbox, place.operation, place.channel)
