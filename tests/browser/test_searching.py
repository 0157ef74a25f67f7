"""Everything in a filled mailbox is searched in a real browser, before a relay that takes its time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests.browser.filled_mailbox import NAME, PASSWORD, build_filler, filled_mailbox
from tests.browser.gallery import QUIET
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of, loopback_relay

pytestmark = pytest.mark.slow
MESSAGES = 300  # a page of 256, and enough behind it for a bundle
WAIT = 60_000.0  # milliseconds: Argon2 in JavaScript on a busy machine


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LoopbackRelay]:
    build_filler()
    async with loopback_relay(tmp_path / "relay") as one, filled_mailbox(one.url, tmp_path, MESSAGES):
        yield one


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        one = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield one
        await one.close()


class Gate:
    """The relay gives rows of the mailbox one request at a time, when a test says so."""

    def __init__(self) -> None:
        self.open = True
        self.waiting: asyncio.Queue[asyncio.Event] = asyncio.Queue()
        self.asked = 0

    async def keep(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await body_of(request)
        if request.path == "/v1/mailbox/rows" and not self.open:
            self.asked += 1
            passed = asyncio.Event()
            await self.waiting.put(passed)
            await passed.wait()
        return await handler(request)

    async def let_one_through(self) -> None:
        (await self.waiting.get()).set()


async def seek(page: Page, typed: str) -> Locator:
    """What is found."""
    await page.get_by_label("Search in everything").fill(typed)
    await expect(page.locator(".how-far")).to_contain_text("Everything was searched.", timeout=WAIT)
    return page.locator(".arrival")


async def test_a_search_of_everything_says_how_far_it_is_and_finds_numbers_scripts_and_labels(
    browser: Browser, server: LoopbackRelay
) -> None:
    """ADR 0032: a row for 256 messages, the newest first; no message is fetched."""
    gate = Gate()
    server.meddle = gate.keep
    context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(server.url)
    await page.get_by_label("Name").fill(NAME)
    await page.get_by_label("Password").fill(PASSWORD)
    async with page.expect_response(lambda answer: answer.url.endswith("/v1/mailbox/rows"), timeout=WAIT):
        await page.keyboard.press("Enter")  # the first words of older messages come by themselves
    await page.locator(".arrival").first.wait_for(timeout=WAIT)

    gate.open = False
    await page.get_by_label("Search in everything").fill("pangolin")
    await expect(page.locator(".how-far")).to_contain_text("Searched back to", timeout=WAIT)
    await gate.let_one_through()
    await page.get_by_text("pangolin scales").first.wait_for(timeout=WAIT)  # what is found is shown at once
    await expect(page.locator(".how-far")).to_contain_text("more may be found")
    gate.open = True
    await gate.let_one_through()
    await expect(page.locator(".how-far")).to_contain_text("Everything was searched.", timeout=WAIT)

    assert gate.asked == 2
    for typed, title in (
        ("930541", "TEMU 930541-2"),
        ("طرودبريد", "طرود بريد"),
        ("frescas x-ray", "Reefer TEMU"),  # a word in Spanish, and one of an English label
    ):
        await expect((await seek(page, typed)).first).to_contain_text(title)
    await page.locator(".arrival").first.click()
    await page.get_by_text("El precinto no coincide").first.wait_for(timeout=WAIT)
    assert complaints == []
    await context.close()
