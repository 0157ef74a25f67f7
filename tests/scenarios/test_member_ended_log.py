"""A relay that does not show the log of the group that a restart ended leaves a trace (C11, L4)."""

from dataclasses import replace

import pytest
from aiohttp import web
from msgspec.structs import replace as replace_struct

from cencomm.client.events import ChannelStalled, Quarantined, Reason
from cencomm.client.unit.restarting import find_grounds, restart
from cencomm.client.watch import catch_up
from cencomm.wire.document import encode_document
from cencomm.wire.errors import STATUS, Error, ErrorAnswer, ErrorCode
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.blinding import blind
from tests.scenarios.insider import Insider
from tests.scenarios.people import Person, Place
from tests.scenarios.test_member_relay import change_pages, log_head
from tests.scenarios.test_member_restart import catch_up_all, say, session_of


def reads_ended_log(request: web.Request) -> bool:
    return request.method == "GET" and request.path.endswith("/1/log")


async def hide(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not reads_ended_log(request):
        return await handler(request)
    answer = ErrorAnswer(error=Error(code=ErrorCode.NOT_FOUND, message="no"))
    return web.Response(
        status=STATUS[ErrorCode.NOT_FOUND], body=encode_document(answer), content_type="application/json"
    )


@pytest.fixture
async def behind(ana: Person, bob: Person, carla: Person, place: Place) -> Person:
    """Bob, who has not read what Ana said before the cut of a restart."""
    await catch_up_all(ana, bob, carla)
    await say(ana, place, 1)
    await say(ana, place, 2)
    await catch_up_all(carla)
    await blind(Insider(ana, place), 0, 1)
    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    assert grounds.cut_sequence == session_of(bob, place).sequence + 2
    await restart(carla.mailbox, place.operation, grounds)
    return bob


async def test_places_up_to_the_cut_that_the_relay_hides_are_in_the_quarantine(
    behind: Person, place: Place, server: LoopbackRelay
) -> None:
    last = session_of(behind, place).sequence
    server.meddle = hide

    await catch_up(behind.mailbox)
    await catch_up(behind.mailbox)

    assert session_of(behind, place).generation == 2
    (missed,) = behind.said(Quarantined)
    assert (missed.reason, missed.place.generation, missed.place.sequence) == (Reason.RESTARTED, 1, last + 1)
    assert f"{last + 1} to {last + 2}" in missed.detail


async def test_a_contradiction_in_the_ended_log_is_kept_as_evidence(
    behind: Person, place: Place, server: LoopbackRelay
) -> None:
    """L4: the relay shows Ana's words, and signs a log beside them."""
    last = session_of(behind, place).sequence
    lie = log_head(server, place, last + 1, b"x" * 32)
    change = change_pages(lambda page: replace_struct(page, head=lie))

    async def contradict(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await (change(request, handler) if reads_ended_log(request) else handler(request))

    server.meddle = contradict
    await catch_up(behind.mailbox)

    assert session_of(behind, place).generation == 2
    assert len(behind.said(Quarantined)) == 1
    kept = [head for key, head in await behind.vault.scan("channel/") if "/evidence/" in key]
    assert lie in kept


async def test_a_cut_behind_the_commit_that_stalled_us_sets_no_place_aside_twice(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """A coordinator cuts where they like. A node's store has one reason for a place: it would break on a second."""
    await catch_up_all(ana, bob, carla)
    await blind(Insider(ana, place), 0, 1)
    await catch_up_all(bob, carla)
    stalled_by = session_of(bob, place).sequence + 1
    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    await restart(carla.mailbox, place.operation, replace(grounds, cut_sequence=stalled_by))
    server.meddle = hide

    await catch_up(bob.mailbox)

    assert session_of(bob, place).generation == 2
    assert [one.place.sequence for one in bob.said(ChannelStalled)] == [stalled_by]
    assert bob.said(Quarantined) == []
