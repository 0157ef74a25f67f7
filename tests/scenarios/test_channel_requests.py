"""Two officers want a channel of their own: one asks, a coordinator who does not read it opens it (L8)."""

import pytest
from aiohttp import web

from cencomm.client.channel.enactment import enact
from cencomm.client.channel.posting import post_control, send
from cencomm.client.events import Quarantined, Reason
from cencomm.client.operation.directory import encode_labels
from cencomm.client.unit import declaring
from cencomm.client.unit.asking_for_channels import ask_for_channel, end_channel_request
from cencomm.client.unit.channel_requests import MAX_WAITING, AskedChannel, channel_for, waiting_channel_requests
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.channel_request import ChannelAsked, ChannelRequestEnded
from cencomm.forms.control import ControlKind
from cencomm.ids import NO_HASH, AccountId, ChannelId
from cencomm.ledger.kinds import ChannelKind
from cencomm.wire.document import encode_document
from cencomm.wire.log import LogPage
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, Place, draft
from tests.scenarios.test_two_officers import references, seizure


async def ask(somebody: Person, place: Place, *others: Person, title: str = "Crate 12") -> None:
    readers = [one.account for one in others]
    await ask_for_channel(somebody.mailbox, place.operation, readers=readers, title=title)


async def waiting(somebody: Person, place: Place) -> tuple[AskedChannel, ...]:
    await catch_up(somebody.mailbox)
    return await waiting_channel_requests(somebody.mailbox.store, somebody.mailbox.operation(place.operation))


async def open_as_asked(coordinator: Person, place: Place, one: AskedChannel) -> ChannelId:
    title = encode_labels({"en": one.asked.title})
    return await declaring.open_channel(
        coordinator.mailbox, place.operation, kind=ChannelKind.BILATERAL, title=title, accounts=one.asked.accounts
    )


async def test_a_channel_that_an_officer_asked_for_is_opened_by_a_coordinator_who_does_not_read_it(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    await ask(ana, place, bob)
    (one,) = await waiting(carla, place)
    assert (one.account, one.asked) == (
        ana.account,
        ChannelAsked(tuple(sorted((ana.account, bob.account))), "Crate 12"),
    )

    channel = await open_as_asked(carla, place, one)
    assert not await waiting(carla, place)
    for somebody in (ana, bob):
        await catch_up(somebody.mailbox)
    await enact(ana.mailbox, place.operation, channel)
    await enact(bob.mailbox, place.operation, channel)  # who is second finds the group made
    here = Place(place.operation, channel, place.form)
    await send(bob.mailbox, here.operation, here.channel, draft(here, seizure(1)))
    for somebody in (ana, carla):
        await catch_up(somebody.mailbox)

    assert references(await ana.delivered(place.operation)) == ["FR-2026-0001"]
    assert not await carla.delivered(place.operation)
    assert (place.operation, channel) not in carla.mailbox.sessions
    assert channel_for(carla.mailbox.operation(place.operation), one) == channel
    await ask(ana, place, bob, title="Crate 13")  # another matter between the same two
    assert [one.asked.title for one in await waiting(carla, place)] == ["Crate 13"]


async def test_whoever_writes_first_makes_the_group(ana: Person, bob: Person, carla: Person, place: Place) -> None:
    """Nobody has to wait for a program that runs all the time."""
    await ask(ana, place, bob)
    (one,) = await waiting(carla, place)
    channel = await open_as_asked(carla, place, one)
    await catch_up(bob.mailbox)

    await send(bob.mailbox, place.operation, channel, draft(place, seizure(1)))
    await catch_up(ana.mailbox)

    assert references(await ana.delivered(place.operation)) == ["FR-2026-0001"]


async def test_a_request_is_withdrawn_by_its_asker_or_refused_by_the_unit(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    for ender in (ana, carla):
        await ask(ana, place, bob)
        (one,) = await waiting(ender, place)
        await catch_up(bob.mailbox)
        ended = ChannelRequestEnded(one.account, one.message).encode()
        await post_control(bob.mailbox, place.operation, place.channel, ControlKind.CHANNEL_REQUEST, ended)
        assert await waiting(ender, place) == (one,)  # bob is neither

        await end_channel_request(ender.mailbox, place.operation, one)

        for somebody in (ana, bob, carla):
            assert not await waiting(somebody, place)


async def test_nobody_asks_for_others_twice_or_without_end(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    await ask(ana, place, bob)
    with pytest.raises(UsageError, match="already"):
        await ask(ana, place, bob, title="The same again")

    others = tuple(sorted((bob.account, carla.account)))
    invented = [ChannelAsked(tuple(sorted((ana.account, AccountId(bytes([n]) * 16)))), "x") for n in range(MAX_WAITING)]
    for body in (ChannelAsked(others, "Not mine"), *invented):
        await post_control(ana.mailbox, place.operation, place.channel, ControlKind.CHANNEL_REQUEST, body.encode())

    assert [one.asked.title for one in await waiting(carla, place)] == ["Crate 12"]
    (aside,) = [one for one in carla.said(Quarantined) if one.reason is Reason.ILL_FORMED]
    assert "one of its readers" in aside.detail


async def test_no_first_group_is_made_apart_from_its_entry_but_a_bilateral_one(
    carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """L8: a relay shows a coordinator, who has lost her state, a main channel that nobody ever wrote in."""
    async with carla.mailbox.lock:
        await carla.mailbox.forget_session(carla.mailbox.sessions[(place.operation, place.channel)])

    async def hide_log(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.endswith("/log") or request.method != "GET":
            return await handler(request)
        page = LogPage(entries=(), previous=NO_HASH, head=b"")
        return web.Response(body=encode_document(page), content_type="application/json")

    server.meddle = hide_log
    assert not await enact(carla.mailbox, place.operation, place.channel)

    assert (place.operation, place.channel) not in carla.mailbox.sessions
