"""What leaves the browser, lies at the relay, and stays behind on the computer: no word and no key, in any spelling."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, CDPSession, Page, expect

from cencomm.client.account.account import fetch_vault, handle_of, sign_in
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import open_relay
from cencomm.forms.form import Form
from tests.browser.conftest import PASSWORD, WAIT
from tests.browser.gallery import QUIET
from tests.browser.post import FIRST_WORDS, NAME, Post, duty_post, note_box, say
from tests.fakes.recording_proxy import Tap, tapped
from tests.fakes.traces import contents, found_in, lowered, spellings, traces

pytestmark = pytest.mark.slow
HEARD, SAID, BEGUN = "Der Fahrer heißt Quintus", "Grün gestrichen/47 €", "Nie gesendet: Halle 9"
FILE, CONTENT = "Ladeliste Nord.csv", b"tare;3850;kaolin " * 3
WORDS = (PASSWORD, NAME, FIRST_WORDS, HEARD, SAID, BEGUN, FILE, CONTENT, "Carla Nkemelu")
IN_THE_PAGE = (HEARD, SAID, BEGUN)  # and never named by this test in the page, whose memory it shares
CONTROL = "Kontrolle 5/8 Größe"  # planted by the test itself, so that it is seen to find something
DROP = """([name, content]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], name, { type: "text/csv" }));
    document.querySelector(".compose").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
}"""
LEFT_BEHIND = """async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    cookie: document.cookie,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    state: history.state,
    name: window.name,
    address: location.pathname + location.search + location.hash,
    title: document.title,
    text: document.body.innerText,
})"""


@dataclass
class Look:
    """A computer on which everything is looked at: its line to the relay, its disk, its memory."""

    post: Post
    tap: Tap
    context: BrowserContext
    page: Page
    profile: Path
    elsewhere: list[str] = field(default_factory=list)  # requests to anybody but the relay

    async def heap(self) -> list[bytes]:
        """The page's memory as V8 would write it down, after a collection of garbage."""
        chunks: list[str] = []
        session: CDPSession = await self.context.new_cdp_session(self.page)
        session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: chunks.append(event["chunk"]))
        await session.send("HeapProfiler.collectGarbage")
        await session.send("HeapProfiler.takeHeapSnapshot")
        await session.detach()
        return ["".join(chunks).encode().lower()]

    async def listens_to(self) -> set[str]:
        """The kinds of events that the page's window listens to."""
        session: CDPSession = await self.context.new_cdp_session(self.page)
        window = (await session.send("Runtime.evaluate", {"expression": "window"}))["result"]["objectId"]
        found: dict[str, Any] = await session.send("DOMDebugger.getEventListeners", {"objectId": window})
        await session.detach()
        return {listener["type"] for listener in found["listeners"]}


@pytest.fixture
async def look(chromium: str, tmp_path: Path, forms: Mapping[str, Form], reports: Reports) -> AsyncIterator[Look]:
    profile = tmp_path / "profile"
    async with duty_post(chromium, tmp_path, forms, reports) as post, tapped(post.server.port) as tap:
        context = await post.playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, args=QUIET, locale="en-GB", viewport={"width": 1280, "height": 900}
        )
        one = Look(post, tap, context, await post.tab(context, tap.url), profile)
        context.on("request", lambda asked: None if asked.url.startswith(tap.url) else one.elsewhere.append(asked.url))
        yield one
        await context.close()
        assert post.complaints == []


async def a_night(look: Look) -> bytes:
    """What an officer does; the key of the file that was sent. Letters go in as from a keyboard."""
    page, post = look.page, look.post
    await post.sign_in(page)
    await say(post.carla, post.place, HEARD)
    await page.get_by_label("Search in everything").press_sequentially("quin")
    await page.locator(".arrival").first.click()
    await note_box(page).focus()
    await page.keyboard.insert_text(SAID)
    await page.keyboard.press("Enter")
    await page.locator(".letter").nth(1).wait_for()
    await page.get_by_role("button", name="New message").click()
    await page.locator(".new-forms .k-note").click()
    await page.locator(".compose textarea").first.press_sequentially("The list")
    await page.evaluate(DROP, [FILE, CONTENT.decode()])  # the browser's driver never lets go of a chooser of files
    await page.locator(".attached").get_by_text("sent as it is").wait_for()
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.locator(".compose").wait_for(state="detached")
    await page.get_by_role("button", name="Sent", exact=True).click()
    await page.get_by_label("Search in everything").fill("")
    await page.locator(".arrival").nth(1).wait_for()
    await page.locator(".arrival").first.click()
    await note_box(page).focus()
    await page.keyboard.insert_text(BEGUN)
    await expect(page.locator(".boxes")).to_contain_text("Drafts1", timeout=WAIT)
    await post.texts()
    (sent,) = (await post.carla.delivered(post.place.operation))[-1].envelope.body.attachments
    return sent.key.expose()


async def secrets_of(post: Post) -> list[bytes]:
    """Keys of the account, as whoever has the password finds them."""
    async with open_relay(post.server.url) as relay:
        access = await sign_in(relay, name=NAME, password=PASSWORD)
        _, vault = await fetch_vault(access)
        assert vault is not None
        keys = (vault.exchange_key, access.keys.wrapping_key, *vault.mailbox_keys)
        return [vault.identity_key.seed, *(key.expose() for key in keys)]


async def test_no_word_and_no_key_leaves_the_browser_in_clear_or_stays_behind(look: Look) -> None:
    """Design 2, D1, D2: on the line both ways, in the relay's files, in the browser's profile and in its memory."""
    page = look.page
    file_key = await a_night(look)
    before = await look.heap()
    (worker,) = page.workers
    ended = asyncio.Event()
    worker.on("close", lambda _: ended.set())
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_label("Password").wait_for()
    await asyncio.wait_for(ended.wait(), timeout=30)

    left = await page.evaluate(LEFT_BEHIND)
    assert left.pop("text").startswith("CENcomm\n")
    assert left == {
        "local": 0, "session": 0, "databases": 0, "caches": 0, "cookie": "", "workers": 0,
        "state": None, "name": "", "address": "/", "title": "CENcomm",
    }  # fmt: skip
    assert await look.context.cookies() == []
    assert look.elsewhere == []
    assert "message" not in await look.listens_to()
    assert all(found_in(before, word) for word in IN_THE_PAGE)  # so the heap is where they would be
    assert found_in(await look.heap(), *IN_THE_PAGE) == []

    await page.evaluate("control => fetch('/v1/relay?' + encodeURIComponent(control))", CONTROL)
    await page.evaluate("control => localStorage.setItem('control', control)", CONTROL)
    keys = await secrets_of(look.post)
    relay_of, operation = look.post.carla.access.relay, look.post.place.operation
    log = await relay_of.log(operation, look.post.place.channel, 1, after=0)
    ledger = await relay_of.ledger(operation, after=-1)
    handle = await handle_of(look.post.ana.access.relay, NAME)
    await look.context.close()
    heard, relay = lowered(*look.tap.heard()), lowered(*contents(look.post.server.data))
    profile = lowered(*contents(look.profile))

    for place in (heard, relay, profile):
        assert found_in(place, *WORDS, *keys, file_key) == []
    assert found_in(heard, CONTROL)  # and what is there is found: an address,
    assert found_in(heard, handle)  # the body of a request,
    assert found_in(heard, log.entries[-1].message)  # a frame of the stream,
    assert all(found_in(heard, entry) for entry in ledger.entries)  # a packed answer,
    assert found_in(relay, handle)  # a row at the relay,
    assert found_in(profile, CONTROL)  # a file of the browser


@pytest.mark.parametrize("word", [CONTROL, SAID, PASSWORD, pytest.param(secrets.token_bytes(32), id="a key")])
def test_a_word_is_found_however_it_is_spelled_and_packed(word: str | bytes) -> None:
    noise = secrets.token_bytes(4096)

    for spelling in spellings(word):
        assert traces(word, noise + spelling + noise), spelling
        assert traces(word, noise + spelling.upper() + noise), spelling
    assert traces(word, noise) == []
