"""A member of the browser's code among Python's, at a real relay: each takes what the other sends and commits."""

import json
from collections.abc import AsyncIterator, Mapping

import pytest

from cencomm.client.channel.acknowledgements import acknowledged
from cencomm.client.channel.enactment import add_devices
from cencomm.client.channel.posting import send
from cencomm.client.events import EpochBegan, Quarantined
from cencomm.client.operation import coordination
from cencomm.client.unit.act import act
from cencomm.client.watch import catch_up
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.form import Form
from cencomm.ids import AccountId
from cencomm.ledger.kinds import RevokeReason
from cencomm.secret import system_entropy
from tests.fakes.browser_member import BrowserMember, browser_member
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.people import Person, Place, admit, draft, found, update
from tests.scenarios.test_two_officers import seizure

LIVE = 1


@pytest.fixture
async def place(carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form]) -> Place:
    meeting = await found(carla, forms["seizure"])
    await admit(carla, ana, meeting, "FR")
    await admit(carla, bob, meeting, "IT")
    return meeting


@pytest.fixture
async def browser(server: LoopbackRelay, carla: Person, ana: Person, place: Place) -> AsyncIterator[BrowserMember]:
    """A browser of Ana's, which Carla's program added to the channel."""
    async with browser_member(server.url, ana, place) as one:
        assert await add_devices(carla.mailbox, place.operation, ana.account) == 1
        state = await one.ask("follow")
        assert (state["standing"], state["leaves"]) == (LIVE, 4)
        yield one


async def heard(somebody: Person, place: Place) -> list[object]:
    """The case references that came, in log order; nothing was set aside on the way."""
    await catch_up(somebody.mailbox)
    assert not somebody.said(Quarantined)
    return [one.envelope.body.values["case_ref"] for one in await somebody.delivered(place.operation)]


def listed(state: Mapping[str, JsonValue]) -> list[dict[str, str]]:
    """The messages that the browser holds."""
    messages = state["messages"]
    assert isinstance(messages, list)
    return [{key: str(value) for key, value in one.items()} for one in messages if isinstance(one, dict)]


def references(count: int) -> list[str]:
    """The case references of so many reports, in the order in which they were sent."""
    return [f"FR-2026-{number:04}" for number in range(1, count + 1)]


async def revoke_alone(carla: Person, place: Place, account: AccountId) -> None:
    """The entry, without the Commit that carries it out."""
    await act(
        carla.mailbox,
        place.operation,
        lambda known: coordination.revoke(known, account, reason=RevokeReason.LOST_KEYS, entropy=system_entropy),
    )


@pytest.mark.slow  # a build of the browser's code, a process of Node's, a relay and three people
async def test_a_browser_and_python_members_follow_each_other_whatever_fails(
    browser: BrowserMember, carla: Person, ana: Person, bob: Person, place: Place
) -> None:
    """S2, S3, S5, S8, C4 to C6, D5: one story, since each needs a relay, three people and a process of Node's."""
    await _each_others_messages(browser, carla, ana, bob, place)
    await _once_whatever_broke(browser, carla, bob, place)
    await _a_revocation_goes_first(browser, carla, ana, bob, place)


async def _each_others_messages(browser: BrowserMember, carla: Person, ana: Person, bob: Person, place: Place) -> None:
    await send(carla.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    shown = await browser.ask("follow")
    assert await heard(bob, place) == references(1)
    (message,) = await bob.delivered(place.operation)
    await browser.acknowledge(message.identity_key, message.envelope.message)
    await browser.write(place, seizure(2))

    assert await browser.resume() == ["sent", "sent"]

    assert [json.loads(one["values"])["case_ref"] for one in listed(shown)] == references(1)
    for somebody in (carla, ana, bob):
        assert await heard(somebody, place) == references(2)
    assert [one.account for one in await acknowledged(bob.mailbox.store, message)] == [ana.account]
    epochs = [event for event in bob.said(EpochBegan) if event.committer == ana.account]
    assert len(epochs) == 1  # before its first message, since its state comes from the relay (D5)


async def _once_whatever_broke(browser: BrowserMember, carla: Person, bob: Person, place: Place) -> None:
    await update(carla, place)  # 409: the browser does not know of this epoch
    await browser.write(place, seizure(3))
    assert await browser.resume() == ["sent"]

    await browser.write(place, seizure(4))
    await browser.ask("cut")  # the answer is lost, and the tab is killed
    assert await browser.resume() == ["waits"]
    assert (await browser.ask("reopen"))["standing"] == LIVE
    await browser.ask("follow")
    assert await browser.resume() == ["sent"]

    await browser.write(place, seizure(5))  # behind a Commit of the new opening (D5)
    assert await browser.resume() == ["sent"]
    assert await heard(bob, place) == references(5)


async def _a_revocation_goes_first(
    browser: BrowserMember, carla: Person, ana: Person, bob: Person, place: Place
) -> None:
    await revoke_alone(carla, place, bob.account)
    await browser.ask("follow")
    await browser.write(place, seizure(6))

    assert await browser.resume() == ["sent"]

    assert await heard(carla, place) == await heard(ana, place) == references(6)
    removing = [event for event in carla.said(EpochBegan) if event.removed]
    assert [(event.committer, event.removed) for event in removing] == [(ana.account, (bob.account,))]
