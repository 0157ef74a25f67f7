"""An officer signs in with a browser and sees who belongs and who reads, verified there."""

from urllib.parse import urlsplit

import msgspec
import pytest
from aiohttp import web
from playwright.async_api import expect

from cencomm.client.account.account import keep_pins
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.unit import declaring
from cencomm.ledger import fingerprint
from cencomm.ledger.kinds import Phase
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.operations import LedgerPage, Operations
from tests.browser.conftest import PASSWORD, WAIT, Desk
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, Place

pytestmark = pytest.mark.slow


async def sign_in(desk: Desk, server: LoopbackRelay, password: str = PASSWORD) -> None:
    await desk.page.goto(server.url)
    await desk.page.get_by_label("Nom").fill("ana.roissy")
    await desk.page.get_by_label("Mot de passe").fill(password)
    await desk.page.keyboard.press("Enter")
    await desk.page.locator(".mailbox, .notice.wrong").first.wait_for(timeout=WAIT)


async def test_an_officer_sees_the_verified_roster_in_their_language_and_nothing_personal_leaves_the_browser(
    desk: Desk, server: LoopbackRelay, place: Place, carla: Person, ana: Person
) -> None:
    await sign_in(desk, server)
    await desk.page.locator(".inside > button").click()

    for shown in ("Exercice", "2 membres", carla.name, ana.name):
        await expect(desk.page.locator("main")).to_contain_text(shown)
    assert [line.split()[-1] for line in await desk.page.locator(".fingerprint li").all_inner_texts()] == list(
        fingerprint.words(place.operation)
    )
    assert await desk.page.locator("tbody tr", has_text="vous").locator("abbr").get_attribute("title") == "France"
    assert desk.complaints == []  # no violation of the page's policy either
    planted = (PASSWORD, "ana.roissy", "Carla", "Customs", "Exercice")
    assert not [line for line in desk.sent for word in planted if word in line]
    assert {urlsplit(line.split()[1]).netloc for line in desk.sent} == {urlsplit(server.url).netloc}

    await desk.page.locator("details.settings > summary").click()
    await desk.page.get_by_role("button", name="العربية").click()

    await desk.page.locator("html[dir=rtl]").wait_for()
    await expect(desk.page.locator("main")).to_contain_text("القناة الرئيسية")


async def test_a_wrong_password_is_refused_in_words_and_the_name_stays(
    desk: Desk, server: LoopbackRelay, place: Place
) -> None:
    await sign_in(desk, server, "another password entirely")

    assert "Rien n'a été changé" in await desk.page.get_by_role("alert").inner_text()
    assert await desk.page.get_by_label("Nom").input_value() == "ana.roissy"
    assert place.operation


async def test_a_relay_that_swaps_an_entry_of_the_ledger_is_shown_as_that_and_no_roster_is(
    desk: Desk, server: LoopbackRelay, place: Place
) -> None:
    async def swap(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if not request.path.endswith("/ledger") or request.method != "GET":
            return answer
        assert isinstance(answer, web.Response)
        assert isinstance(answer.body, bytes)
        page = decode_document(answer.body, LedgerPage)
        *before, last = page.entries
        changed = msgspec.structs.replace(page, entries=(*before, last[:-1] + bytes([last[-1] ^ 1])))
        return web.Response(body=encode_document(changed), content_type="application/json")

    server.meddle = swap

    await sign_in(desk, server)

    await expect(desk.page.get_by_role("alert")).to_contain_text("a été refusé")
    assert await desk.page.locator("table").count() == 0
    assert place.operation


async def test_yesterdays_ledger_is_refused_by_a_browser_that_was_never_here(
    desk: Desk, server: LoopbackRelay, place: Place, carla: Person, ana: Person
) -> None:
    """L2: the account's pins lie in its vault."""
    yesterday = await ana.access.relay.ledger(place.operation, after=-1)
    await declaring.change_phase(carla.mailbox, place.operation, Phase.OPERATIONAL)
    await sync_operation(ana.mailbox, place.operation)
    await keep_pins(ana.mailbox, ana.access)

    async def repeat(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "GET" and request.path.endswith("/ledger"):
            return web.Response(body=encode_document(yesterday), content_type="application/json")
        return await handler(request)

    server.meddle = repeat

    await sign_in(desk, server)

    await expect(desk.page.get_by_role("alert")).to_contain_text("this device saw entry")
    assert await desk.page.locator("table").count() == 0


async def test_an_operation_that_the_relay_does_not_list_is_asked_for_all_the_same(
    desk: Desk, server: LoopbackRelay, place: Place, ana: Person
) -> None:
    await keep_pins(ana.mailbox, ana.access)

    async def hide(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/v1/operations":
            return web.Response(body=encode_document(Operations(operations=())), content_type="application/json")
        return await handler(request)

    server.meddle = hide

    await sign_in(desk, server)

    await expect(desk.page.locator(".boxes")).to_contain_text("Exercice")
    assert place.operation
