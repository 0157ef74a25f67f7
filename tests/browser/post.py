"""A duty post before a real relay: officer Ana at computers that a test kills, cuts off and looks into.

Carla coordinates with the other program, and sees what the relay's log and other members hold in the end.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright, async_playwright, expect

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.enactment import add_devices
from cencomm.client.channel.posting import Draft, send
from cencomm.client.reports import Reports
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.forms.body import Body
from cencomm.forms.form import Form
from cencomm.ledger.log import LogKind
from tests.browser.conftest import PASSWORD, WAIT
from tests.browser.gallery import QUIET
from tests.fakes.loopback_relay import Handler, LoopbackRelay, loopback_relay
from tests.scenarios.people import Person, Place, admit, found, person

NAME = "ana.roissy"
Founding = Callable[[Person, Form], Awaitable[Place]]
FIRST_WORDS = "Reefer MSKU9070323 is late"


@dataclass
class Post:
    """`written` is set whenever the relay has kept a mailbox again; `complaints` is what any console said."""

    playwright: Playwright
    browser: Browser
    server: LoopbackRelay
    place: Place
    carla: Person
    ana: Person
    complaints: list[str] = field(default_factory=list)
    written: asyncio.Event = field(default_factory=asyncio.Event)

    async def computer(self, url: str | None = None) -> Page:
        """One on which nobody was before, at the page's first screen."""
        context = await self.browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        return await self.tab(context, url)

    async def tab(self, context: BrowserContext, url: str | None = None) -> Page:
        page = await context.new_page()
        page.set_default_timeout(WAIT)
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(url or self.server.url)
        return page

    async def sign_in(self, page: Page) -> None:
        """As on any day; whoever holds the mailbox elsewhere loses it. The first time, somebody adds the device."""
        await enter(page, PASSWORD)
        inside, held = page.locator(".mailbox .inside"), page.get_by_role("button", name="Take it over")
        await inside.or_(held).first.wait_for()
        if await held.is_visible():
            await held.click()
            await inside.wait_for()
            await expect(page.locator(".arrival").first).to_be_visible(timeout=WAIT)
            return
        await self._add_device()
        await say(self.carla, self.place, FIRST_WORDS)
        await page.locator(".arrival").first.wait_for()  # it came by itself

    async def _add_device(self) -> None:
        while not await add_devices(self.carla.mailbox, self.place.operation, self.ana.account):
            self.written.clear()
            await self.written.wait()  # its key packages follow what it keeps

    async def listen(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What the relay does when nobody meddles."""
        answer = await handler(request)
        if request.method == "POST" and request.path.startswith(("/v1/mailbox", "/v1/devices")):
            self.written.set()
        return answer

    async def texts(self) -> list[object]:
        """What the other members hold, in the order of the log, each as often as it is there."""
        await catch_up(self.carla.mailbox)
        return [one.envelope.body.values["text"] for one in await self.carla.delivered(self.place.operation)]

    async def said_in_log(self) -> int:
        """How often anything was said, repetitions that readers pass over included."""
        page = await self.carla.access.relay.log(self.place.operation, self.place.channel, 1, after=0)
        return len([entry for entry in page.entries if entry.kind == LogKind.APPLICATION])


async def enter(page: Page, password: str) -> None:
    await page.get_by_label("Name").fill(NAME)
    await page.get_by_label("Password").fill(password)
    await page.keyboard.press("Enter")


def note_box(page: Page) -> Locator:
    return page.get_by_label("Note to everybody in this channel")


async def say(somebody: Person, place: Place, text: str) -> None:
    body = Body(values={"text": text}, language="en", written_at=system_clock())
    await send(somebody.mailbox, place.operation, place.channel, Draft(form=place.form, body=body))


@asynccontextmanager
async def duty_post(
    chromium: str, folder: Path, forms: Mapping[str, Form], reports: Reports, *, founding: Founding = found
) -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(loopback_relay(folder / "relay", clock=system_clock))
        carla, ana = [
            await stack.enter_async_context(
                person(server.url, folder / name, name, reports, at=system_clock, password=password)
            )
            for name, password in (("Carla Nkemelu", None), (NAME, PASSWORD))
        ]
        place = await founding(carla, forms["note"])
        await admit(carla, ana, place, "FR")
        await keep_pins(ana.mailbox, ana.access)  # as each command does: the vault names the operation of her letter
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        post = Post(playwright, browser, server, place, carla, ana)
        server.meddle = post.listen
        yield post
        await browser.close()
