"""A Commit that the relay refuses by a rule holds up nobody: neither the next admission nor a message."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.enactment import enact
from cencomm.client.channel.opening import Opening
from cencomm.client.channel.posting import send
from cencomm.client.channel.session import ChannelSession
from cencomm.client.operation import enrolling
from cencomm.client.reports import Reports
from cencomm.client.transport.errors import AgainstRule, NoAnswer
from cencomm.client.unit import admission
from cencomm.forms.form import Form
from cencomm.ledger.kinds import Role
from cencomm.ledger.log import LogKind
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.errors import STATUS, Error, ErrorAnswer, ErrorCode
from cencomm.wire.limits import RESERVATION_SECONDS
from cencomm.wire.log import Publish
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of, loopback_relay
from tests.scenarios.people import NOW, Person, Place, admit, draft, found, person, profile
from tests.scenarios.test_two_officers import SEIZURE, break_the_line, publishes


@dataclass(slots=True)
class Watch:
    """The hour for the relay and for everybody."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True, slots=True)
class Meeting:
    """Carla and Ana are in the channel; Bob is admitted, and the line broke as the Commit that adds him left."""

    server: LoopbackRelay
    watch: Watch
    place: Place
    carla: Person
    bob: Person

    @property
    def session(self) -> ChannelSession:
        return self.carla.mailbox.sessions[(self.place.operation, self.place.channel)]

    async def enact(self) -> bool:
        return await enact(self.carla.mailbox, self.place.operation, self.place.channel)

    async def say(self) -> Sent:
        return await send(self.carla.mailbox, self.place.operation, self.place.channel, draft(self.place, SEIZURE))

    def lose_the_computer(self) -> None:
        """From now on Carla's mailbox is one that was opened elsewhere: it commits before it says anything (D5)."""
        self.carla.mailbox.environment = replace(self.carla.mailbox.environment, opening=Opening())


@pytest.fixture
async def meeting(tmp_path: Path, reports: Reports, forms: dict[str, Form]) -> AsyncIterator[Meeting]:
    watch = Watch()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(loopback_relay(tmp_path / "relay", clock=watch))
        carla, ana, bob = [
            await stack.enter_async_context(person(server.url, tmp_path / name, name, reports, at=watch))
            for name in ("Carla", "Ana", "Bob")
        ]
        place = await found(carla, forms["seizure"])
        await admit(carla, ana, place, "FR")
        letter = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(bob, "KE"))
        await enrolling.enrol(bob.mailbox, letter)

        async def lose(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await (break_the_line(request) if publishes(request) else handler(request))

        server.meddle = lose
        with pytest.raises(NoAnswer):
            await admission.admit_waiting(carla.mailbox, place.operation)
        server.meddle = None
        one = Meeting(server, watch, place, carla, bob)
        assert one.session.staged is not None
        yield one


async def refuse_adds(request: web.Request, handler: Handler) -> web.StreamResponse:
    if publishes(request):
        asked = decode_document(await body_of(request), Publish)
        if asked.kind == LogKind.COMMIT and asked.welcome is not None:
            return refused()
    return await handler(request)


def refused() -> web.Response:
    answer = ErrorAnswer(error=Error(code=ErrorCode.REFUSED, message="no"))
    return web.Response(status=STATUS[ErrorCode.REFUSED], body=encode_document(answer), content_type="application/json")


async def test_c8_a_commit_whose_claim_has_ended_is_made_anew(meeting: Meeting) -> None:
    """A relay breaks the line and waits: the packages are not reserved any more, and are claimed again."""
    meeting.watch.now += RESERVATION_SECONDS + 1
    await meeting.carla.restart()

    assert await meeting.enact()

    assert meeting.session.staged is None
    assert len(meeting.session.leaves()) == 3


async def test_d5_adds_that_the_relay_refuses_hold_up_no_message(meeting: Meeting) -> None:
    """The first Commit of an opening goes without them in the end, and the message behind it."""
    meeting.server.meddle = refuse_adds
    meeting.lose_the_computer()
    await meeting.carla.mailbox.load()
    assert meeting.session.must_commit

    sent = await meeting.say()

    assert sent.sequence == meeting.session.sequence
    assert not meeting.session.must_commit
    assert len(meeting.session.leaves()) == 2


async def test_whoever_carries_out_the_ledger_hears_that_the_adds_were_refused(meeting: Meeting) -> None:
    meeting.server.meddle = refuse_adds

    with pytest.raises(AgainstRule):
        await meeting.enact()

    assert meeting.session.staged is None
    meeting.server.meddle = None
    assert await meeting.enact()
    assert len(meeting.session.leaves()) == 3


async def test_c10_a_commit_that_the_relay_took_and_says_it_refused_is_adopted(meeting: Meeting) -> None:
    """The log goes before the answer: dropped first, our own Commit would end our place in the group."""

    async def take_and_refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        return refused() if publishes(request) else answer

    meeting.server.meddle = take_and_refuse
    await meeting.enact()

    assert meeting.session.staged is None
    assert len(meeting.session.leaves()) == 3
    meeting.server.meddle = None
    await meeting.say()
