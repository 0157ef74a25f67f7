"""Whoever loses two races to commit asks for the next turn, and gets through (C7)."""

from aiohttp import web

from cencomm.client.channel.enactment import enact
from cencomm.client.watch import catch_up
from cencomm.ledger.log import LogKind
from cencomm.wire.document import decode_document
from cencomm.wire.log import Publish
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of
from tests.scenarios.insider import Insider
from tests.scenarios.people import Person, Place
from tests.scenarios.test_member_readmission import publish
from tests.scenarios.test_restart_nobody_left import admit_without_adding
from tests.scenarios.test_two_officers import publishes


async def test_who_lost_two_races_asks_for_a_turn_and_commits(
    ana: Person, bob: Person, carla: Person, eve: Person, place: Place, server: LoopbackRelay
) -> None:
    """Else a member on a slow line loses to quicker ones for ever, and a newcomer with it."""
    await admit_without_adding(carla, eve, place, server)
    quicker, answers = [carla, bob], []

    async def be_slow(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("/turn"):
            answer = await handler(request)
            answers.append(("turn", answer.status))
            return answer
        commits = publishes(request) and decode_document(await body_of(request), Publish).kind == LogKind.COMMIT
        if not commits:
            return await handler(request)
        server.meddle = None
        for other in quicker[:1]:
            await catch_up(other.mailbox)
            await publish(Insider(other, place), Insider(other, place).commit())
        del quicker[:1]
        server.meddle = be_slow
        answer = await handler(request)
        answers.append(("commit", answer.status))
        return answer

    await catch_up(ana.mailbox)
    server.meddle = be_slow
    assert await enact(ana.mailbox, place.operation, place.channel)

    assert answers == [("commit", 409), ("commit", 409), ("turn", 200), ("commit", 200)]
    assert len(ana.mailbox.sessions[(place.operation, place.channel)].leaves()) == 4
