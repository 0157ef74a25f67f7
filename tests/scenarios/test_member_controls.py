"""Control messages between members: in the log, in order, borne out as messages are (docs/protocol.md 6.1)."""

from dataclasses import replace

import pytest

from cencomm.client.channel.controls import take_control
from cencomm.client.channel.posting import post_control, resume, waiting
from cencomm.client.events import ControlDelivered, Quarantined, Reason, Repeated
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.client.watch import catch_up
from cencomm.errors import MalformedError
from cencomm.forms.control import HEARTBEAT_BODY, ControlKind
from tests.scenarios.insider import Insider, show
from tests.scenarios.people import Person, Place

LATER_KIND = 200


@pytest.fixture
async def insider(bob: Person, ana: Person, place: Place) -> Insider:
    await catch_up(ana.mailbox)
    await catch_up(bob.mailbox)
    return Insider(bob, place)


async def test_a_member_hears_what_another_members_program_says(ana: Person, bob: Person, place: Place) -> None:
    await catch_up(bob.mailbox)

    sent = await post_control(bob.mailbox, place.operation, place.channel, ControlKind.HEARTBEAT, HEARTBEAT_BODY)
    await catch_up(ana.mailbox)

    heard = next(event for event in ana.said(ControlDelivered) if event.control.message == sent.message)
    assert (heard.account, heard.control.body, heard.own) == (bob.account, HEARTBEAT_BODY, False)
    own = next(event for event in bob.said(ControlDelivered) if event.control.message == sent.message)
    assert own.own
    assert not await waiting(bob.mailbox)
    assert not await resume(bob.mailbox)


async def test_a_kind_that_is_not_known_changes_nothing(ana: Person, insider: Insider) -> None:
    event = await show(ana, insider.place, insider.message(insider.control(LATER_KIND, b"?")))

    assert isinstance(event, ControlDelivered)
    assert event.control.kind == LATER_KIND


async def test_no_program_speaks_for_another_member(ana: Person, carla: Person, insider: Insider) -> None:
    """S8."""
    said = replace(insider.control(LATER_KIND, b""), author=carla.mailbox.device.certificate_hash)

    event = await show(ana, insider.place, insider.message(said))

    assert isinstance(event, Quarantined)
    assert event.reason is Reason.NOT_THE_AUTHOR


async def test_the_same_words_again_are_dropped_and_others_under_their_id_set_aside(
    ana: Person, insider: Insider
) -> None:
    """S4."""
    said = insider.control(LATER_KIND, b"once")

    await show(ana, insider.place, insider.message(said))

    assert isinstance(await show(ana, insider.place, insider.message(said)), Repeated)
    other = await show(ana, insider.place, insider.message(replace(said, body=b"twice")))
    assert isinstance(other, Quarantined)
    assert other.reason is Reason.CONFLICT


async def test_a_taker_writes_with_the_state_and_may_refuse_the_body(ana: Person, insider: Insider) -> None:
    event = await show(ana, insider.place, insider.message(insider.control(LATER_KIND, b"good")))
    assert isinstance(event, ControlDelivered)
    operation = ana.mailbox.operation(insider.place.operation)

    async def taker(store: StateStore, _: object, heard: ControlDelivered) -> Writes:
        if heard.control.body != b"good":
            raise MalformedError("not a body of this kind")
        return {"heard": await store.get("heard") or heard.control.body}

    takers = {LATER_KIND: taker}
    assert await take_control(ana.mailbox.store, operation, event, takers) == {"heard": b"good"}
    bad = replace(event, control=replace(event.control, body=b"bad"))
    with pytest.raises(MalformedError):
        await take_control(ana.mailbox.store, operation, bad, takers)
