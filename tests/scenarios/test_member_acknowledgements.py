"""Acknowledgements between members: one for each identity, in the channel of the message, kept for who comes later."""

from dataclasses import replace

import pytest

from cencomm.client.acknowledging import Answers, acknowledge
from cencomm.client.channel.acknowledgements import PREFIX, Acknowledged, acknowledgement_of
from cencomm.client.channel.posting import send
from cencomm.client.events import ControlDelivered, MessageDelivered, Quarantined, Reason
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.acknowledgement import Acknowledgement
from cencomm.forms.control import ControlKind
from cencomm.forms.envelope import MAX_SECONDS
from cencomm.ids import MessageId
from tests.scenarios.insider import Insider, show
from tests.scenarios.people import NOW, Person, Place, draft
from tests.scenarios.test_two_officers import SEIZURE


@pytest.fixture
async def insider(bob: Person, ana: Person, place: Place) -> Insider:
    await catch_up(ana.mailbox)
    await catch_up(bob.mailbox)
    return Insider(bob, place)


async def said_by_ana(ana: Person, place: Place) -> MessageDelivered:
    sent = await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    return next(one for one in ana.said(MessageDelivered) if one.envelope.message == sent.message)


async def seen(somebody: Person, message: MessageDelivered) -> tuple[Acknowledged, ...]:
    return (await Answers(somebody.mailbox, somebody.reports).of(message)).acknowledged


async def test_everybody_learns_who_has_seen_a_message_and_once(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    message = await said_by_ana(ana, place)
    await catch_up(bob.mailbox)

    await acknowledge(bob.mailbox, message)
    await acknowledge(bob.mailbox, message)

    for somebody in (ana, bob, carla):
        await catch_up(somebody.mailbox)
        assert await seen(somebody, message) == (Acknowledged(bob.account, NOW),)
    assert await Answers(bob.mailbox, bob.reports).acknowledged_by_us(message)
    assert not await Answers(carla.mailbox, carla.reports).acknowledged_by_us(message)


async def test_nobody_acknowledges_their_own_message(ana: Person, place: Place) -> None:
    message = await said_by_ana(ana, place)

    with pytest.raises(UsageError):
        await acknowledge(ana.mailbox, message)


async def test_an_acknowledgement_of_a_message_that_is_not_here_waits_for_it(ana: Person, insider: Insider) -> None:
    """Whoever joined later, or gets the message from history, finds there who had seen it."""
    unknown = Acknowledgement(author=b"x" * 32, message=MessageId(b"m" * 16))
    control = insider.control(ControlKind.ACKNOWLEDGEMENT, unknown.encode())

    event = await show(ana, insider.place, insider.message(control))

    assert isinstance(event, ControlDelivered)
    assert len(await ana.mailbox.store.scan(PREFIX)) == 1


async def test_an_acknowledgement_of_anothers_message_under_the_same_id_is_none(
    ana: Person, insider: Insider, place: Place
) -> None:
    """S4: a message is its author's key and its id."""
    message = await said_by_ana(ana, place)
    named = replace(acknowledgement_of(message), author=b"x" * 32)
    await catch_up(insider.person.mailbox)

    await show(ana, place, insider.message(insider.control(ControlKind.ACKNOWLEDGEMENT, named.encode())))

    assert await seen(ana, message) == ()


async def test_a_body_that_names_no_message_is_set_aside(ana: Person, insider: Insider) -> None:
    event = await show(ana, insider.place, insider.message(insider.control(ControlKind.ACKNOWLEDGEMENT, b"nothing")))

    assert isinstance(event, Quarantined)
    assert event.reason is Reason.ILL_FORMED


async def test_a_time_that_no_calendar_has_is_set_aside(ana: Person, insider: Insider) -> None:
    """It would end every command that shows the message."""
    body = Acknowledgement(author=b"x" * 32, message=MessageId(b"m" * 16)).encode()
    late = replace(insider.control(ControlKind.ACKNOWLEDGEMENT, body), written_at=MAX_SECONDS)

    event = await show(ana, insider.place, insider.message(late))

    assert isinstance(event, Quarantined)
    assert event.reason is Reason.ILL_FORMED
