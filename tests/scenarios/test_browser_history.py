"""A browser that comes late is given what was said before, and answers it, whatever the relay does (H1, H2)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.channel.enactment import add_devices
from cencomm.client.history.asking import ask
from cencomm.client.history.collecting import collect
from cencomm.client.unit import admission
from cencomm.client.watch import catch_up
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form
from cencomm.ledger.kinds import History
from cencomm.node.records.criteria import Labels
from tests.fakes.browser_member import BrowserMember, browser_member
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.archive import SECONDS, SEIZURE, archive_in, found_with_archive, invite_archive, report
from tests.scenarios.people import EXERCISE, Person, Place, admit


@dataclass(slots=True)
class Relay:
    """Notes answers on their way; hands out `instead` for what was asked for, once that is set."""

    answered: asyncio.Event = field(default_factory=asyncio.Event)
    handed_out: list[bytes] = field(default_factory=list)
    instead: bytes | None = None

    async def stand_between(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if "/history/" in request.path and request.method == "POST" and not request.path.endswith("/taken"):
            self.answered.set()
        if request.path.endswith("/chunks"):
            assert isinstance(response, web.Response)
            assert isinstance(response.body, bytes)
            self.handed_out.append(response.body)
            response.body = self.instead or response.body
        return response


@pytest.mark.slow  # a build of the browser's code, a process of Node's, a relay, an archive and three people
async def test_a_browser_that_comes_late_is_given_everything_and_believes_no_relay_h2(
    server: LoopbackRelay,
    carla: Person,
    ana: Person,
    bob: Person,
    forms: Mapping[str, Form],
    lists: Mapping[str, CodeList],
    tmp_path: Path,
) -> None:
    """The archive serves; the relay first hands out what it made for Bob's other device."""
    relay = Relay()
    server.meddle = relay.stand_between
    archive = archive_in(tmp_path / "archive", carla.reports, Labels(lists))
    place = await found_with_archive(carla, forms["seizure"], replace(EXERCISE, history=History.ALL))
    await admit(carla, ana, place, "FR")
    await archive.join(await invite_archive(carla, place.operation))
    await admission.admit_waiting(carla.mailbox, place.operation)
    archive.start()
    try:
        await catch_up(ana.mailbox)
        await report(ana, place, 1, 2)
        await catch_up(carla.mailbox)
        await report(carla, place, 3)
        await archive.headings(3)
        await admit(carla, bob, place, "KE")
        await _read_by_the_other_device(bob, place)
        relay.answered.clear()
        async with browser_member(server.url, bob, place) as browser:
            await catch_up(carla.mailbox)
            assert await add_devices(carla.mailbox, place.operation, bob.account) == 1
            await browser.ask("follow")

            await _is_given_everything(browser, relay)
            await _answers_what_was_said_before(browser, ana, place)
    finally:
        await archive.stop()


async def _read_by_the_other_device(bob: Person, place: Place) -> None:
    await catch_up(bob.mailbox)
    requests = await ask(bob.mailbox, place.operation, place.channel)
    _, complete = await collect(bob.mailbox, requests, patience_seconds=SECONDS, progress=lambda *_: None)
    assert complete


async def _is_given_everything(browser: BrowserMember, relay: Relay) -> None:
    (made_for_another_device, *_) = [body for body in relay.handed_out if len(body) > len('{"chunks":[]}')]
    asked = await browser.ask("recall")
    assert asked.get("failed") is None, asked
    assert references(asked) == []
    async with asyncio.timeout(SECONDS):
        await relay.answered.wait()

    relay.instead = made_for_another_device
    refused = await browser.ask("recall")
    relay.instead = None
    given = await browser.ask("recall")

    assert refused == {
        "failed": "AnswerRefused",
        "sentence": "the relay hands out an answer to another request",
    }
    assert given["open"] == []
    assert references(given) == ["case 1", "case 2", "case 3"]
    assert given["aside"] == []
    assert references(await browser.ask("reopen")) == ["case 1", "case 2", "case 3"]


async def _answers_what_was_said_before(browser: BrowserMember, ana: Person, place: Place) -> None:
    (first, *_) = [one.envelope.message for one in await ana.delivered(place.operation)]
    await browser.ask("follow")
    await browser.write(place, {**SEIZURE, "case_ref": "case 4"}, reply_to=first)

    assert await browser.resume() == ["sent"]

    await catch_up(ana.mailbox)
    assert [one.envelope.reply_to for one in await ana.delivered(place.operation)][-1] == first


def references(state: Mapping[str, JsonValue]) -> list[str]:
    """The cases of what came as history, as they came."""
    messages = state["messages"]
    assert isinstance(messages, list)
    texts = [str(one["values"]) for one in messages if isinstance(one, dict) and one["fromHistory"] is True]
    return [text.partition('"case_ref":"')[2].partition('"')[0] for text in texts]
