"""An officer who lost password and device goes on as the same member, and nobody else does (D7, L6; ADR 0014)."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from cencomm.client.account.account import sign_in
from cencomm.client.account.resetting import ask_for_reset
from cencomm.client.account.session import Access
from cencomm.client.channel.enactment import enact_everywhere
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.channel.posting import send
from cencomm.client.operation import enrolling
from cencomm.client.transport.errors import NotEntitled, NotFound, WrongSignIn
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.unit import admission
from cencomm.client.unit.resetting import offer_reset
from cencomm.client.vault.vault import create_vault
from cencomm.client.watch import catch_up
from cencomm.errors import CencommError, UsageError
from cencomm.forms.form import Form
from cencomm.ledger.reset_letter import ResetLetter
from cencomm.secret import system_entropy
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.people import Person, Place, admit, clock, draft, found
from tests.scenarios.test_two_officers import SEIZURE

PASSWORD = "an entirely new phrase for tuesday"


async def ask(server: LoopbackRelay, letter: ResetLetter, name: str = "Ana") -> tuple[str, ...]:
    """What the officer types on any computer, without being signed in."""
    async with open_relay(server.url) as relay:
        return await ask_for_reset(relay, letter, name=name, password=PASSWORD, entropy=system_entropy)


@contextlib.asynccontextmanager
async def signed_in_again(server: LoopbackRelay, folder: Path, somebody: Person) -> AsyncIterator[Person]:
    """The same person, in a new folder, under the new password."""
    async with open_relay(server.url) as relay:
        access: Access = await sign_in(relay, name=somebody.name, password=PASSWORD)
        await create_vault(
            folder,
            account=access.account,
            relay_url=server.url,
            parameters=access.parameters,
            wrapping_key=access.keys.wrapping_key,
            entropy=system_entropy,
        )
        again = Person(name=somebody.name, folder=folder, access=access, reports=somebody.reports, clock=clock)
        await again.open()
        await introduce_device(again.mailbox)
        try:
            yield again
        finally:
            await again.close()


async def test_a_reset_officer_reads_on_and_the_old_device_neither_reads_nor_sends(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    old = ana.mailbox.identity.identity_key
    letter = await offer_reset(carla.mailbox, place.operation, ana.account)
    await ask(server, letter)
    admitted, others = await admission.admit_waiting(carla.mailbox, place.operation)

    async with signed_in_again(server, tmp_path / "again", ana) as again:
        await enact_everywhere(carla.mailbox, place.operation)
        await catch_up(again.mailbox)
        await send(bob.mailbox, place.operation, place.channel, draft(place, SEIZURE))
        await send(again.mailbox, place.operation, place.channel, draft(place, SEIZURE))
        await catch_up(again.mailbox)
        read = await again.delivered(place.operation)

    with pytest.raises(CencommError):
        await catch_up(ana.mailbox)
    with pytest.raises(CencommError):
        await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    ledger = carla.mailbox.operation(place.operation).ledger
    assert ([one.account for one in admitted], others) == ([ana.account], [])
    assert admitted[0].reset
    assert [one.account for one in read] == [bob.account, ana.account]
    assert not await ana.delivered(place.operation)
    assert ledger.members[ana.account].identity_key != old
    assert ledger.identities[old].revoked_at is not None
    assert ledger.content_key.number == 2


async def test_the_old_password_counts_until_the_unit_has_replaced_and_the_new_one_not_before(
    ana: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """A relay, or a thief of the letter, alone: nothing changes without the unit's entry."""
    await ask(server, await offer_reset(carla.mailbox, place.operation, ana.account))

    async with open_relay(server.url) as relay:
        with pytest.raises(WrongSignIn):
            await sign_in(relay, name="Ana", password=PASSWORD)
    await catch_up(ana.mailbox)
    await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))


async def test_a_letter_serves_once_and_the_newest_alone(
    ana: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    first = await offer_reset(carla.mailbox, place.operation, ana.account)
    second = await offer_reset(carla.mailbox, place.operation, ana.account)

    with pytest.raises(NotFound):
        await ask(server, first)
    await ask(server, second)
    await ask(server, second)  # mistyped the first time
    admitted, _ = await admission.admit_waiting(carla.mailbox, place.operation)
    with pytest.raises(NotFound):
        await ask(server, second)

    assert len(admitted) == 1


async def test_a_reset_keeps_the_sign_in_name(ana: Person, carla: Person, place: Place, server: LoopbackRelay) -> None:
    letter = await offer_reset(carla.mailbox, place.operation, ana.account)

    with pytest.raises(CencommError, match="sign-in name"):
        await ask(server, letter, name="Bob")


async def test_nobody_resets_themself(carla: Person, place: Place) -> None:
    with pytest.raises(UsageError, match="another coordinator"):
        await offer_reset(carla.mailbox, place.operation, carla.account)


async def test_a_reset_letter_admits_nobody_else(carla: Person, ana: Person, eve: Person, place: Place) -> None:
    """Eve found the letter, and asks in her own name."""
    letter = await offer_reset(carla.mailbox, place.operation, ana.account)
    await enrolling.enrol(eve.mailbox, letter.access)

    admitted, others = await admission.admit_waiting(carla.mailbox, place.operation)

    assert not admitted
    assert [one.keys.account for one in others] == [eve.account]


async def test_a_unit_that_takes_an_account_over_is_a_stranger_in_other_operations(
    ana: Person,
    bob: Person,
    carla: Person,
    place: Place,
    forms: Mapping[str, Form],
    server: LoopbackRelay,
    tmp_path: Path,
) -> None:
    """Carla signs in as Ana. In Bob's operation the ledger names the real Ana: nothing is shown, nothing accepted."""
    other = await found(bob, forms["seizure"])
    await admit(bob, ana, other, "FR")
    await ask(server, await offer_reset(carla.mailbox, place.operation, ana.account))
    await admission.admit_waiting(carla.mailbox, place.operation)

    async with signed_in_again(server, tmp_path / "thief", ana) as thief:
        for asked in (
            thief.mailbox.relay.ledger(other.operation, after=-1),
            thief.mailbox.relay.blobs(other.operation),
            thief.mailbox.relay.wraps(other.operation),
            thief.mailbox.relay.log(other.operation, other.channel, 1, after=0),
        ):
            with pytest.raises(NotEntitled, match="reset"):
                await asked
        letter = await offer_reset(bob.mailbox, other.operation, ana.account)
        await enrolling.enrol(thief.mailbox, letter.access)
        await admission.admit_waiting(bob.mailbox, other.operation)
        await catch_up(thief.mailbox)

        replaced = bob.mailbox.operation(other.operation).ledger.members[ana.account]
        assert replaced.identity_key == thief.mailbox.identity.identity_key
        assert (other.operation, other.channel) in thief.mailbox.sessions
