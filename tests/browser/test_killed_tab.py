"""A tab that dies in the middle: what was typed is in the drafts, what was signed is said once, wherever it stopped."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import FilePayload, Page, expect

from cencomm.client.reports import Reports
from cencomm.forms.form import Form
from tests.browser.conftest import WAIT
from tests.browser.post import FIRST_WORDS, Post, duty_post, note_box
from tests.fakes.loopback_relay import Handler
from tests.unit.client.attachments.photographs import jpeg

pytestmark = pytest.mark.slow


@pytest.fixture
async def post(chromium: str, tmp_path: Path, forms: Mapping[str, Form], reports: Reports) -> AsyncIterator[Post]:
    async with duty_post(chromium, tmp_path, forms, reports) as one:
        yield one
        assert one.complaints == []


async def kill_renderers(post: Post) -> None:
    """As the operating system does when the memory is short: no handler runs any more."""
    session = await post.browser.new_browser_cdp_session()
    found = await session.send("SystemInfo.getProcessInfo")
    for process in found["processInfo"]:
        if process["type"] == "renderer":
            os.kill(process["id"], signal.SIGKILL)


def stop_at(post: Post, method: str, part: str, *, handled: bool) -> asyncio.Event:
    """From now on such a request is never answered, after the relay did what it asks or before. Set when it came."""
    came = asyncio.Event()

    async def meddle(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == method and part in request.path:
            if handled:
                await post.listen(request, handler)
            came.set()
            await asyncio.Event().wait()
        return await post.listen(request, handler)

    post.server.meddle = meddle
    return came


async def next_computer(post: Post, dead: Page) -> Page:
    """The tab before is gone for good; somebody signs in where nobody was."""
    await dead.context.close()
    post.server.meddle = post.listen
    page = await post.computer()
    await post.sign_in(page)
    return page


async def test_a_tab_that_is_killed_anywhere_leaves_a_draft_or_says_it_once(post: Post) -> None:
    """S3, S5, D4: between typing and sending, between encrypting and the answer, in the middle of a photograph."""
    page = await post.computer()
    await post.sign_in(page)
    await page.locator(".arrival").first.click()
    await note_box(page).fill("We look at")
    await expect(page.locator(".boxes")).to_contain_text("Drafts1", timeout=WAIT)  # told once it is kept
    await kill_renderers(post)

    page = await next_computer(post, page)
    await page.locator(".arrival").first.click()
    await expect(note_box(page)).to_have_value("We look at", timeout=WAIT)
    await note_box(page).fill("We look at terminal 4")
    logged = stop_at(post, "POST", "/log", handled=True)
    await note_box(page).press("Enter")
    await logged.wait()  # the Commit of this opening (D5): its answer never comes
    await kill_renderers(post)

    page = await next_computer(post, page)
    await page.locator(".arrival").first.click()
    await page.locator(".letter", has_text="We look at terminal 4").wait_for()  # from the log, and nowhere else
    await page.get_by_role("button", name="New message").click()
    await page.locator(".new-forms .k-note").click()
    await page.locator(".compose textarea").first.fill("The seal was broken")
    begun = stop_at(post, "PUT", "/chunks/", handled=False)
    photograph = FilePayload(name="IMG_0001.jpg", mimeType="image/jpeg", buffer=jpeg())
    await page.locator(".chooser input").first.set_input_files(photograph)
    await begun.wait()
    await page.close()  # as with the button: nobody is asked

    page = await next_computer(post, page)
    await page.get_by_role("button", name="Drafts").click()
    await page.get_by_role("button", name="Go on writing").click()
    await expect(page.locator(".compose textarea").first).to_have_value("The seal was broken", timeout=WAIT)
    await expect(page.locator(".chooser input").first).to_be_attached()
    await page.locator(".chooser input").first.set_input_files(photograph)
    await page.get_by_text("location and camera data removed").wait_for()
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_role("button", name="Sent", exact=True).click()
    await page.locator(".arrival", has_text="The seal was broken").wait_for()

    said = [FIRST_WORDS, "We look at terminal 4", "The seal was broken"]
    assert await post.texts() == said
    assert await post.said_in_log() == len(said)
