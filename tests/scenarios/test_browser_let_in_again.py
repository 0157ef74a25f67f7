"""Whose leaf committed elsewhere asks to be let in again, a browser or Python's program: the other lets it in (C10)."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from cencomm.client.channel.enactment import add_devices, enact
from cencomm.client.channel.posting import send
from cencomm.client.channel.session import Standing
from cencomm.client.inbox import messages
from cencomm.client.watch import catch_up
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.form import Form
from cencomm.ledger.kinds import History
from tests.fakes.browser_member import BrowserMember, browser_member
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.insider import Insider
from tests.scenarios.people import EXERCISE, Person, Place, admit, draft, found
from tests.scenarios.test_browser_member import heard, listed, references
from tests.scenarios.test_history import fetch, serve
from tests.scenarios.test_member_readmission import publish, session_of
from tests.scenarios.test_two_officers import seizure

LIVE, STRANDED = 1, 5


@pytest.mark.slow  # a build of the browser's code, a process of Node's, a relay and three people
async def test_browser_and_python_let_each_other_in_again_c10(
    server: LoopbackRelay, carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form]
) -> None:
    """One story, since both halves need a relay, three people and a process of Node's."""
    place = await found(carla, forms["seizure"], replace(EXERCISE, history=History.ALL))
    await admit(carla, ana, place, "FR")
    await admit(carla, bob, place, "KE")
    async with browser_member(server.url, ana, place) as browser:
        assert await add_devices(carla.mailbox, place.operation, ana.account) == 1
        assert (await browser.ask("follow"))["standing"] == LIVE

        await _only_the_browser_cannot_take_its_commit(browser, carla, bob, place)
        await _only_python_cannot_take_its_commit(browser, carla, bob, place)


async def _only_the_browser_cannot_take_its_commit(
    browser: BrowserMember, carla: Person, bob: Person, place: Place
) -> None:
    """Its state is of before its Commit. What was acknowledged since stays, and is there once."""
    await say(carla, place, 1)
    await browser.ask("follow")
    await browser.write(place, seizure(2))
    await browser.ask("remember")
    assert await browser.resume() == ["sent"]  # behind a Commit (D5)
    await catch_up(carla.mailbox)
    await say(carla, place, 3)

    assert (await browser.ask("go back"))["standing"] == LIVE
    assert (await browser.ask("follow"))["standing"] == STRANDED
    await browser.write(place, seizure(4))
    assert await browser.resume() == ["waits", "waits"]
    await catch_up(bob.mailbox)
    assert await enact(bob.mailbox, place.operation, place.channel)
    assert (await browser.ask("follow"))["standing"] == LIVE

    assert await browser.resume() == ["sent", "sent"]
    await say(carla, place, 5)
    shown = await browser.ask("follow")
    assert await browser.resume() == []
    assert await heard(bob, place) == await heard(carla, place) == references(5)
    assert sorted(cases(shown)) == [reference for reference in references(5) if reference != references(3)[-1]]
    await browser.ask("recall")  # said while it was out
    await serve(carla)
    assert sorted(cases(await browser.ask("recall"))) == references(5)


async def _only_python_cannot_take_its_commit(browser: BrowserMember, carla: Person, bob: Person, place: Place) -> None:
    """Bob's leaf committed without his program; the browser carries out what he asks for."""
    thief = Insider(bob, place)
    await publish(thief, thief.commit())
    await catch_up(bob.mailbox)
    assert session_of(bob, place).standing is Standing.STRANDED
    await say(carla, place, 6)

    await browser.ask("follow")
    assert await browser.ask("enact") == {"committed": True}
    await catch_up(bob.mailbox)

    assert session_of(bob, place).standing is Standing.LIVE
    await say(bob, place, 7)
    assert sorted(cases(await browser.ask("follow"))) == references(7)
    await browser.write(place, seizure(8))
    assert await browser.resume() == ["sent"]
    assert await heard(carla, place) == references(8)
    await catch_up(bob.mailbox)
    await fetch(bob, place, carla)  # what was said while he was out
    held = [str(item.message.envelope.body.values["case_ref"]) async for item in messages(bob.mailbox)]
    assert sorted(held) == references(8)


async def say(somebody: Person, place: Place, number: int) -> None:
    await catch_up(somebody.mailbox)
    await send(somebody.mailbox, place.operation, place.channel, draft(place, seizure(number)))


def cases(state: Mapping[str, JsonValue]) -> list[str]:
    """The case references of what the browser holds."""
    return [json.loads(one["values"])["case_ref"] for one in listed(state)]
