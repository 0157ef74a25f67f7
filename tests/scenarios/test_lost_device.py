"""A computer was lost: its owner ends it from another one, and it reads nothing more (C6)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.channel.enactment import add_devices
from cencomm.client.channel.errors import ChannelNotUsable
from cencomm.client.channel.posting import send
from cencomm.client.channel.removing import Removal, own_devices
from cencomm.client.channel.session import Standing
from cencomm.client.lost_device import end_own_device
from cencomm.client.operation.ledger_feed import pin_operation
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.form import Form
from cencomm.wire.devices import ClaimKeyPackages
from cencomm.wire.document import encode_document
from cencomm.wire.operations import LedgerPage
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, Place, admit, draft, found
from tests.scenarios.test_history import another_computer
from tests.scenarios.test_two_officers import SEIZURE


async def test_an_ended_device_of_ones_own_reads_nothing_more_and_is_not_added_again(
    carla: Person, bob: Person, place: Place, tmp_path: Path
) -> None:
    """C6: no coordinator is needed for it."""
    async with another_computer(bob, tmp_path / "elsewhere") as lost:
        await add_devices(carla.mailbox, place.operation, bob.account)
        await pin_operation(lost.mailbox, place.operation)
        await catch_up(lost.mailbox)
        await send(carla.mailbox, place.operation, place.channel, draft(place, SEIZURE))
        await catch_up(lost.mailbox)
        assert len(await lost.delivered(place.operation)) == 1
        device = lost.mailbox.device.device

        removal = await end_own_device(bob.mailbox, device)
        await send(carla.mailbox, place.operation, place.channel, draft(place, SEIZURE))
        await catch_up(lost.mailbox)

        assert removal == Removal(channels=1, reads_on=())
        await catch_up(bob.mailbox)
        assert len(await bob.delivered(place.operation)) == 2
        assert len(await lost.delivered(place.operation)) == 1
        asked = ClaimKeyPackages(accounts=(bob.account,))
        claimed = await carla.access.relay.claim(place.operation, place.channel, asked)
        assert device not in {package.device for package in claimed.packages}


async def test_what_fails_in_one_operation_keeps_a_lost_device_in_no_other_and_is_done_again(
    carla: Person, bob: Person, place: Place, forms: Mapping[str, Form], tmp_path: Path, server: LoopbackRelay
) -> None:
    """C6: the relay shows nonsense of the first operation; then it is honest again and knows no such device."""
    places = [place, await found(carla, forms["note"])]
    await admit(carla, bob, places[1], "KE")
    places.sort(key=lambda one: one.operation)
    async with another_computer(bob, tmp_path / "elsewhere") as lost:
        for one in places:
            await add_devices(carla.mailbox, one.operation, bob.account)
        device = lost.mailbox.device.device
    first = places[0].operation.hex()

    async def invent(request: web.Request, handler: Handler) -> web.StreamResponse:
        if f"/operations/{first}/ledger" in request.path:
            page = LedgerPage(entries=(b"no entry",), head=b"")
            return web.Response(body=encode_document(page), content_type="application/json")
        return await handler(request)

    await catch_up(bob.mailbox)
    server.meddle = invent
    removal = await end_own_device(bob.mailbox, device)

    assert removal.channels == 1
    assert [one.operation.hex() for one in removal.reads_on] == [first]
    assert own_devices(bob.mailbox) == {bob.mailbox.device.device: 2, device: 1}

    server.meddle = None
    assert await end_own_device(bob.mailbox, device) == Removal(channels=1, reads_on=())
    assert own_devices(bob.mailbox) == {bob.mailbox.device.device: 2}


async def test_a_lost_device_reads_on_where_this_computer_has_come_to_a_halt(
    carla: Person, bob: Person, place: Place, tmp_path: Path
) -> None:
    """C6: nobody is told that it is out of a channel in which only others can commit."""
    async with another_computer(bob, tmp_path / "elsewhere") as lost:
        await add_devices(carla.mailbox, place.operation, bob.account)
        device = lost.mailbox.device.device
    await catch_up(bob.mailbox)
    session = bob.mailbox.sessions[(place.operation, place.channel)]
    await bob.mailbox.write({}, session=replace(session, standing=Standing.STALLED))

    removal = await end_own_device(bob.mailbox, device)

    assert removal.channels == 0
    assert [(one.channel, type(one.failure)) for one in removal.reads_on] == [(place.channel, ChannelNotUsable)]
    assert own_devices(bob.mailbox)[device] == 1


async def test_the_computer_one_sits_at_is_not_ended(bob: Person, place: Place) -> None:
    assert place.operation in bob.mailbox.operations

    with pytest.raises(UsageError, match="sit at"):
        await end_own_device(bob.mailbox, bob.mailbox.device.device)
