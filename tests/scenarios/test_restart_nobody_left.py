"""A channel in whose group nobody entitled is left: who belongs to it could never come in without a restart (C11)."""

from functools import partial

from aiohttp import web

from cencomm.client.channel.posting import send
from cencomm.client.channel.session import Standing
from cencomm.client.operation import coordination, enrolling
from cencomm.client.unit import admission
from cencomm.client.unit.act import act
from cencomm.client.unit.restarting import find_grounds, restart
from cencomm.client.watch import catch_up
from cencomm.ledger.kinds import RestartReason, Role
from cencomm.wire.devices import ClaimedKeyPackages
from cencomm.wire.document import encode_document
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, Place, draft, profile
from tests.scenarios.test_two_officers import seizure


async def admit_without_adding(carla: Person, newcomer: Person, place: Place, server: LoopbackRelay) -> None:
    """The ledger names a second coordinator; nobody has brought her into the channel yet."""

    async def hand_out_nothing(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.endswith("/claims"):
            return await handler(request)
        return web.Response(body=encode_document(ClaimedKeyPackages(packages=())), content_type="application/json")

    letter = await admission.invite(
        carla.mailbox, place.operation, role=Role.COORDINATOR, profile=profile(newcomer, None)
    )
    await enrolling.enrol(newcomer.mailbox, letter)
    server.meddle = hand_out_nothing
    await admission.admit_waiting(carla.mailbox, place.operation)
    server.meddle = None
    await catch_up(newcomer.mailbox)


async def end_devices_without_removing(coordinator: Person, place: Place, *owners: Person) -> None:
    for owner in owners:
        end = partial(coordination.end_device, account=owner.account, device=owner.mailbox.device.device)
        await act(coordinator.mailbox, place.operation, end)


async def test_where_no_entitled_leaf_lives_the_channel_goes_on_in_a_new_group(
    ana: Person, bob: Person, carla: Person, eve: Person, place: Place, server: LoopbackRelay
) -> None:
    """The computers of all who were in the group are lost at once; a coordinator who was not in it is left."""
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    await admit_without_adding(carla, eve, place, server)
    await end_devices_without_removing(eve, place, ana, bob)
    assert await find_grounds(eve.mailbox, place.operation, place.channel) is None  # Carla can still add her
    await end_devices_without_removing(eve, place, carla)

    grounds = await find_grounds(eve.mailbox, place.operation, place.channel)
    assert grounds is not None
    end = (await eve.mailbox.relay.log(place.operation, place.channel, 1, after=0)).entries[-1].sequence
    assert (grounds.reason, grounds.cut_sequence) == (RestartReason.NO_LIVE_LEAF, end)
    assert (grounds.committer, grounds.rejecters) == (None, ())
    await restart(eve.mailbox, place.operation, grounds)

    session = eve.mailbox.sessions[(place.operation, place.channel)]
    assert (session.generation, session.standing, len(session.leaves())) == (2, Standing.LIVE, 1)
    assert await find_grounds(eve.mailbox, place.operation, place.channel) is None
