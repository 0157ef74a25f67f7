"""A coordinator ends one device of somebody; who it belongs to goes on with the others (C5, C6, L3)."""

import pytest

from cencomm.client.account.device import CERTIFICATE_SECONDS
from cencomm.client.channel.posting import send
from cencomm.client.unit import devices
from cencomm.client.unit.office import NotInOffice
from cencomm.client.watch import catch_up
from cencomm.errors import CencommError, UsageError
from cencomm.ledger.refusal import LedgerRefused
from tests.scenarios.people import NOW, Person, Place, draft
from tests.scenarios.test_two_officers import SEIZURE


async def test_an_ended_device_reads_and_sends_nothing_more(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    device = ana.mailbox.device.device

    await devices.end_device(carla.mailbox, place.operation, ana.account, device)
    await catch_up(bob.mailbox)
    await send(bob.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    with pytest.raises(CencommError):
        await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    await catch_up(ana.mailbox)
    assert not await ana.delivered(place.operation)
    assert len(carla.mailbox.sessions[(place.operation, place.channel)].leaves()) == 2


async def test_a_device_is_ended_once_and_never_the_one_at_work(ana: Person, carla: Person, place: Place) -> None:
    device = ana.mailbox.device.device
    await devices.end_device(carla.mailbox, place.operation, ana.account, device)

    with pytest.raises(LedgerRefused, match="ended already"):
        await devices.end_device(carla.mailbox, place.operation, ana.account, device)
    with pytest.raises(UsageError, match="computer that you work on"):
        await devices.end_device(carla.mailbox, place.operation, carla.account, carla.mailbox.device.device)


async def test_an_officer_ends_nobodys_device(ana: Person, bob: Person, place: Place) -> None:
    with pytest.raises(NotInOffice):
        await devices.end_device(bob.mailbox, place.operation, ana.account, ana.mailbox.device.device)


async def test_silent_and_expired_devices_are_told_apart_from_those_at_work(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    await send(bob.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    await catch_up(carla.mailbox)
    month = NOW + devices.IDLE_SECONDS + 1

    seen = {one.account: one for one in await devices.seen_devices(carla.mailbox, place.operation)}

    assert seen.keys() == {ana.account, bob.account, carla.account}
    assert seen[ana.account].is_idle(now=month)
    assert not seen[ana.account].is_idle(now=NOW)
    assert not seen[ana.account].has_expired(now=month)
    assert seen[ana.account].has_expired(now=NOW + CERTIFICATE_SECONDS + 1)


async def test_a_device_is_chosen_by_its_first_digits(ana: Person, bob: Person, carla: Person, place: Place) -> None:
    seen = await devices.seen_devices(carla.mailbox, place.operation)
    device = ana.mailbox.device.device

    assert devices.choose_device(seen, ana.account, device.hex()[:8]) == device
    for typed in ("", device.hex()[:3], bob.mailbox.device.device.hex()):
        with pytest.raises(UsageError, match="first digits"):
            devices.choose_device(seen, ana.account, typed)
