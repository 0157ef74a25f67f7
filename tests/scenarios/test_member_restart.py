"""A Commit that some cannot follow: they say so, the unit restarts, and nothing acknowledged is lost (C11)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.enactment import enact
from cencomm.client.channel.errors import ChannelRestarting, ChannelWaits
from cencomm.client.channel.founding import found_channel
from cencomm.client.channel.posting import send, waiting
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.events import ChannelStalled, Quarantined, Reason, Repeated
from cencomm.client.operation import coordination, enrolling
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.reports import Reports
from cencomm.client.transport.errors import NoAnswer
from cencomm.client.unit import admission
from cencomm.client.unit.act import act
from cencomm.client.unit.office import NotInOffice
from cencomm.client.unit.restarting import Grounds, find_grounds, restart
from cencomm.client.watch import catch_up
from cencomm.ledger.kinds import RestartReason, Role
from cencomm.secret import system_entropy
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.blinding import blind
from tests.scenarios.insider import Insider
from tests.scenarios.people import Person, Place, admit, draft, person, profile
from tests.scenarios.test_two_officers import break_the_line, publishes, references, seizure


@pytest.fixture
async def eve(carla: Person, place: Place, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """An officer too: the fourth leaf of the tree, under one node with Bob's."""
    async with person(carla.mailbox.relay.address, tmp_path / "eve", "Eve", reports) as one:
        await admit(carla, one, place, "US")
        yield one


def session_of(somebody: Person, place: Place) -> ChannelSession:
    return somebody.mailbox.sessions[(place.operation, place.channel)]


async def say(somebody: Person, place: Place, number: int) -> Sent:
    return await send(somebody.mailbox, place.operation, place.channel, draft(place, seizure(number)))


async def told(somebody: Person, place: Place) -> list[str]:
    return [str(one) for one in references(await somebody.delivered(place.operation))]


async def catch_up_all(*people: Person) -> None:
    for somebody in people:
        await catch_up(somebody.mailbox)


async def test_a_commit_that_nobody_can_open_is_healed_and_everything_acknowledged_arrives_once(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """C11, on the coordinator's own failure to process."""
    await say(bob, place, 1)
    await say(carla, place, 2)
    await catch_up_all(ana, bob)
    await blind(Insider(ana, place), 0, 1)
    await say(ana, place, 3)  # acknowledged by the relay, and readable to nobody else
    for number in (4, 5):  # on the way the channel is found to be stopped; then it is known to be
        with pytest.raises(ChannelWaits):
            await say(bob, place, number)

    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    assert grounds.reason is RestartReason.DOES_NOT_PROCESS
    assert grounds.committer == ana.mailbox.identity.identity_key
    assert grounds.rejecters == tuple(sorted(one.mailbox.identity.identity_key for one in (bob, carla)))
    await restart(carla.mailbox, place.operation, grounds)
    await catch_up_all(ana, bob, carla)
    await catch_up_all(ana, bob, carla)

    assert not await waiting(bob.mailbox)
    for somebody in (ana, bob, carla):
        assert session_of(somebody, place).generation == 2
        assert sorted(await told(somebody, place)) == [f"FR-2026-000{number}" for number in (1, 2, 3, 4, 5)]


async def test_a_commit_that_one_subtree_cannot_open_is_healed_for_both_sides(
    ana: Person, bob: Person, carla: Person, eve: Person, place: Place
) -> None:
    """C11, on two rejections: the coordinator followed the Commit, and spoke behind what becomes the cut."""
    await say(bob, place, 1)
    await catch_up_all(ana, bob, carla, eve)
    await blind(Insider(ana, place), 1)  # the root's secret, for Bob and Eve
    await say(ana, place, 2)
    await say(carla, place, 3)
    await catch_up_all(ana, bob)
    assert session_of(bob, place).standing is Standing.STALLED
    assert await find_grounds(carla.mailbox, place.operation, place.channel) is None  # one rejection stops no channel
    await catch_up(eve.mailbox)

    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    assert grounds.reason is RestartReason.REJECTED
    assert set(grounds.rejecters) == {one.mailbox.identity.identity_key for one in (bob, eve)}
    await restart(carla.mailbox, place.operation, grounds)
    for _ in range(2):
        await catch_up_all(ana, bob, carla, eve)

    for somebody in (ana, bob, carla, eve):
        assert sorted(await told(somebody, place)) == [f"FR-2026-000{number}" for number in (1, 2, 3)]
    assert len(ana.said(Repeated)) == len(carla.said(Repeated)) == 2  # they had read both
    assert not bob.said(Repeated)
    assert {one.reason for one in bob.said(Quarantined)} == {Reason.RESTARTED}


async def test_what_was_acknowledged_behind_the_cut_goes_out_again_although_its_receipt_was_lost(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """S2: under the send id of the old generation the relay would answer with the receipt of then, for ever."""
    await catch_up_all(ana, bob, carla)
    await blind(Insider(ana, place), 0, 1)

    async def lose_the_receipt(request: web.Request, handler: Handler) -> web.StreamResponse:
        await handler(request)
        return await break_the_line(request) if publishes(request) else await handler(request)

    server.meddle = lose_the_receipt
    with pytest.raises(NoAnswer):
        await say(ana, place, 1)
    server.meddle = None
    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    await restart(carla.mailbox, place.operation, grounds)
    await catch_up_all(ana, bob)

    assert not await waiting(ana.mailbox)
    assert await told(bob, place) == ["FR-2026-0001"]


async def test_who_was_away_reads_to_the_cut_and_passes_over_the_rest(
    ana: Person, bob: Person, carla: Person, eve: Person, place: Place
) -> None:
    """C11: what was readable stays, what is behind the cut is set aside with its reason and waits for nobody."""
    await say(ana, place, 1)
    await catch_up_all(ana, bob, carla)
    await blind(Insider(ana, place), 0, 1)
    await say(ana, place, 2)
    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    await restart(carla.mailbox, place.operation, grounds)
    await say(carla, place, 3)
    await catch_up(ana.mailbox)

    await catch_up(eve.mailbox)  # the first time since she was admitted

    assert await told(eve, place) == ["FR-2026-0001", "FR-2026-0003", "FR-2026-0002"]
    aside = eve.said(Quarantined)
    assert [(one.reason, one.place.generation, one.place.sequence) for one in aside] == [
        (Reason.RESTARTED, 1, grounds.cut_sequence + 1),
        (Reason.RESTARTED, 1, grounds.cut_sequence + 2),
    ]
    await eve.restart()
    assert session_of(eve, place).generation == 2
    await say(eve, place, 4)


async def test_who_comes_after_the_restart_reads_what_was_said_since_their_admission(
    ana: Person, carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path, reports: Reports
) -> None:
    """ADR 0008: added before the cut, and first here when the group is over."""
    async with person(server.url, tmp_path / "zoe", "Zoe", reports) as zoe:
        letter = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(zoe, "US"))
        await enrolling.enrol(zoe.mailbox, letter)
        await admission.admit_waiting(carla.mailbox, place.operation)
        await say(carla, place, 1)
        await catch_up(ana.mailbox)
        await blind(Insider(ana, place), 0, 1)
        grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
        assert grounds is not None
        await restart(carla.mailbox, place.operation, grounds)
        await say(carla, place, 2)

        await catch_up(zoe.mailbox)

        assert await told(zoe, place) == ["FR-2026-0001", "FR-2026-0002"]
        assert session_of(zoe, place).generation == 2


async def test_nothing_is_restarted_without_grounds(ana: Person, carla: Person, place: Place) -> None:
    """C11: nor by somebody who is no coordinator."""
    assert await find_grounds(carla.mailbox, place.operation, place.channel) is None
    with pytest.raises(NotInOffice):
        await find_grounds(ana.mailbox, place.operation, place.channel)


async def test_what_is_written_while_the_channel_restarts_waits_for_the_new_group(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """The relay refuses the old group from the entry on; the message goes back to nobody."""
    await catch_up_all(ana, bob, carla)
    await blind(Insider(ana, place), 0, 1)
    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    await act(carla.mailbox, place.operation, lambda known: proposal(known, grounds))

    with pytest.raises(ChannelRestarting):
        await say(ana, place, 1)  # her client was in the old group, and learns it from the refusal
    await catch_up(ana.mailbox)
    assert len(await waiting(ana.mailbox)) == 1

    await enact(carla.mailbox, place.operation, place.channel)
    await catch_up(ana.mailbox)
    await catch_up(bob.mailbox)
    assert not await waiting(ana.mailbox)
    assert await told(bob, place) == ["FR-2026-0001"]


async def test_of_two_who_make_the_new_group_one_discards_theirs(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """L8: the first accepted Commit is the group, and whoever was later is added to it."""
    await catch_up_all(ana, bob, carla)
    await blind(Insider(ana, place), 0, 1)
    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    await act(carla.mailbox, place.operation, lambda known: proposal(known, grounds))
    await catch_up_all(bob, carla)
    key = (place.operation, place.channel)
    async with bob.mailbox.lock:
        ledger = bob.mailbox.operation(place.operation).ledger
        await bob.mailbox.write({}, session=found_channel(bob.mailbox, *key, ledger))

    await enact(carla.mailbox, *key)
    await enact(bob.mailbox, *key)  # his first Commit is refused

    assert session_of(bob, place).standing is Standing.LIVE
    assert not bob.said(ChannelStalled)  # that another was first is no fault of theirs
    assert len(session_of(bob, place).leaves()) == len(session_of(carla, place).leaves()) == 3
    await say(bob, place, 1)
    await catch_up(ana.mailbox)
    assert await told(ana, place) == ["FR-2026-0001"]


def proposal(known: Operation, grounds: Grounds) -> Proposal:
    """The entry alone, as of a coordinator whose client dies before it makes the group."""
    return coordination.restart_channel(
        known,
        grounds.channel,
        reason=grounds.reason,
        cut=(grounds.cut_sequence, grounds.cut_hash),
        committer=grounds.committer,
        rejecters=grounds.rejecters,
        entropy=system_entropy,
    )
