"""A second computer of a member's gets in by itself: whoever is online looks who has no leaf yet (C5, C6, ADR 0030)."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.channel.enactment import enact
from cencomm.client.channel.errors import NotYetAdded
from cencomm.client.channel.patience import Patience
from cencomm.client.channel.posting import send, waiting
from cencomm.client.channel.session import Standing
from cencomm.client.enactor import Enactor
from cencomm.client.operation.ledger_feed import pin_operation
from cencomm.client.watch import catch_up
from cencomm.errors import ProtocolError
from cencomm.ids import DeviceId
from cencomm.wire.devices import FurtherDevice, FurtherDevices
from cencomm.wire.document import encode_document
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, Place, draft
from tests.scenarios.test_history import another_computer
from tests.scenarios.test_two_officers import SEIZURE


async def look(somebody: Person, place: Place) -> None:
    """What a program does that is online when the relay says that there is something to see."""
    troubles: list[ProtocolError] = []
    async with asyncio.TaskGroup() as tasks:
        Enactor(somebody.mailbox, tasks, troubles.append, at_once=True).look_at(place.operation)
    assert not troubles


def leaves(somebody: Person, place: Place) -> int:
    return len(somebody.mailbox.sessions[(place.operation, place.channel)].leaves())


async def test_a_further_device_is_added_by_a_member_who_was_away_when_it_came(
    carla: Person, bob: Person, place: Place, tmp_path: Path
) -> None:
    async with another_computer(bob, tmp_path / "elsewhere") as there:
        await look(carla, place)

        await pin_operation(there.mailbox, place.operation)
        await catch_up(there.mailbox)
        assert there.mailbox.sessions[(place.operation, place.channel)].standing is Standing.LIVE

        epoch = carla.mailbox.sessions[(place.operation, place.channel)].group.epoch
        await look(carla, place)
        assert carla.mailbox.sessions[(place.operation, place.channel)].group.epoch == epoch, "nothing is left to do"


async def test_what_is_written_on_a_device_that_nobody_has_added_yet_goes_out_when_somebody_has(
    carla: Person, bob: Person, place: Place, tmp_path: Path
) -> None:
    """Nothing that an officer wrote is refused for what ends without them; in a channel that is not theirs it is."""
    async with another_computer(bob, tmp_path / "elsewhere") as there:
        await pin_operation(there.mailbox, place.operation)
        with pytest.raises(NotYetAdded):
            await send(there.mailbox, place.operation, place.channel, draft(place, SEIZURE))
        await catch_up(there.mailbox)
        assert len(await waiting(there.mailbox)) == 1, "it is kept, and holds up nothing else"

        await look(carla, place)
        await catch_up(there.mailbox)

        assert await waiting(there.mailbox) == []
        await catch_up(carla.mailbox)
        assert len(await carla.delivered(place.operation)) == 1


async def test_a_relay_that_invents_devices_brings_nobody_in(
    carla: Person, eve: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    """C5: of somebody outside, and one that has no certificate; and a list that is refused holds up nothing."""
    invented = FurtherDevices(
        devices=(
            FurtherDevice(account=eve.account, device=eve.mailbox.device.device),
            FurtherDevice(account=bob.account, device=eve.mailbox.device.device),
        )
    )

    async def invent(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "GET" and request.path.endswith("/devices"):
            return web.Response(body=encode_document(invented), content_type="application/json")
        return await handler(request)

    server.meddle = invent
    await catch_up(carla.mailbox)
    before = leaves(carla, place)

    await look(carla, place)

    assert leaves(carla, place) == before


async def test_a_device_whose_key_packages_are_unusable_is_not_claimed_for_at_every_look(
    carla: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    """C8, ADR 0030: each claim reserves key packages of the account's good devices too."""
    claims = 0

    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal claims
        claims += request.path.endswith("/claims")
        return await handler(request)

    server.meddle = count
    patience, device = Patience(), FurtherDevice(account=bob.account, device=carla.mailbox.device.device)

    for _ in range(3):
        await enact(carla.mailbox, place.operation, place.channel, devices=[device], patience=patience)

    assert claims == 1
    later = FurtherDevice(account=bob.account, device=DeviceId(b"another device.."))
    await enact(carla.mailbox, place.operation, place.channel, devices=[device, later], patience=patience)
    assert claims == 2
