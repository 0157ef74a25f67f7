"""A night of two duty posts, in French and in Arabic: what both see, the next computer shows, the archive holds.

Nobody here has a mouse: all of it is done with keys (WCAG 2.1.1).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from cencomm.client.transport.relay_client import open_relay
from cencomm.clock import system_clock
from cencomm.demo.cast import CASABLANCA, LE_HAVRE, Part, cast_of
from cencomm.demo.folder import DemoFolder, write_private
from cencomm.demo.founding import admit_all, found, invite
from cencomm.demo.member import new_member
from cencomm.demo.nodes import ARCHIVE, archive_part, command, node_serving
from cencomm.demo.repertoire import load_repertoire
from tests.browser import keyboard
from tests.browser.conftest import WAIT
from tests.browser.gallery import QUIET
from tests.fakes.loopback_relay import loopback_relay

pytestmark = pytest.mark.slow
TITLE, NOTE, CASE = "Conteneur TEMU9305412", "Le scanner est libre à 05:00", "MA-2026-0417"


@dataclass(frozen=True)
class Night:
    """The sample operation with its archive, and a browser; officers are admitted and have no device yet."""

    browser: Browser
    address: str
    folder: DemoFolder

    @asynccontextmanager
    async def post(self, name: str, locale: str) -> AsyncIterator[Page]:
        """A computer on which nobody was before, signed in; what its console says fails the test, policy included."""
        context = await self.browser.new_context(locale=locale, viewport={"width": 1400, "height": 900})
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(WAIT)
        await page.goto(self.address)
        await expect(page.locator("[name=name]")).to_be_focused()
        await page.keyboard.type(name)
        await page.keyboard.press("Tab")
        await page.keyboard.type(self.folder.password_file(name).read_text("utf-8").strip())
        await page.keyboard.press("Enter")
        await page.locator(".mailbox .inside").wait_for()
        await expect(page.locator(".boxes .trouble")).to_have_count(0, timeout=WAIT)  # somebody added the device
        yield page
        await context.close()
        assert complaints == []


@pytest.fixture
async def night(chromium: str, tmp_path: Path) -> AsyncIterator[Night]:
    repertoire, folder = load_repertoire(), DemoFolder(tmp_path / "night")
    cast = cast_of(repertoire.plan)
    async with AsyncExitStack() as stack:
        stack.enter_context(folder.cleared())
        server = await stack.enter_async_context(loopback_relay(folder.relay, clock=system_clock))
        relay = await stack.enter_async_context(open_relay(server.url))
        unit = await stack.enter_async_context(new_member(cast.founder, relay, folder, repertoire.reports))
        stage = await found(unit, repertoire.plan, repertoire.reports)
        archive = archive_part(repertoire.plan)
        write_private(folder.letter(archive.name), (await invite(unit, stage, archive)).text())
        await stack.enter_async_context(node_serving(folder, archive, ARCHIVE))
        for part in (Part(LE_HAVRE), Part(CASABLANCA)):
            async with new_member(part, relay, folder, repertoire.reports, has_device=False) as officer:
                await officer.join(await invite(unit, stage, part))
        assert await admit_all(unit.mailbox, stage) == 3
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield Night(browser, server.url, folder)
        await browser.close()


async def write(page: Page, field: str, typed: str) -> None:
    """Into the field that Tab leads to; where codes are looked for, by the letters that an officer types."""
    await keyboard.reach(page, page.locator(f"[id='{field}']"))
    await page.keyboard.type(typed)


async def send(page: Page) -> None:
    await page.keyboard.press("Control+Enter")
    await page.locator(".compose").wait_for(state="detached")


async def alert(page: Page) -> None:
    await keyboard.press(page, page.locator(".new-message .primary"))
    assert await page.locator(".new-forms .k-release").count() == 0  # releases are made with the other program (R1)
    await keyboard.press(page, page.locator(".new-forms .k-alert"))
    await keyboard.press(page, page.get_by_role("button", name="Simplifié"), backwards=True)
    await write(page, "f-title", TITLE)
    for field, value in (("requested_action", "nii_scan"), ("subject_kind", "consignment"), ("direction", "import")):
        await keyboard.choose(page, page.locator(f"#f-{field}"), value)
    await write(page, "f-suspected_commodity", "coca")
    await page.keyboard.press("Tab")
    await write(page, "to", "maro")
    await page.keyboard.press("Enter")
    await keyboard.press(page, page.get_by_role("button", name="dans 6 h").last)
    await send(page)


async def respond(page: Page) -> None:
    await page.keyboard.press("r")
    await keyboard.choose(page, page.locator("#f-control_status"), "not_arrived")
    await send(page)
    await expect(page.locator("#story-title")).to_be_focused()  # what had it was sent away


async def report_seizure(page: Page) -> None:
    await keyboard.press(page, page.locator(".acts").get_by_role("button", name="الإبلاغ عن ضبط"))
    await keyboard.press(page, page.get_by_role("button", name="مبسّط"), backwards=True)
    await write(page, "f-case_ref", CASE)
    await keyboard.press(page, page.get_by_role("button", name="اليوم").first)
    for field, typed in (("reporting_country", "MA"), ("location_type", "airport"), ("place", "CMN")):
        await write(page, f"f-{field}", typed)
        if field == "place":
            await page.locator("#f-place-list [role=option]").first.wait_for()  # places are fetched while one writes
        await page.keyboard.press("Tab")
    await write(page, "f-items-0-quantity", "12")
    await send(page)


async def test_two_posts_and_the_archive_hold_alert_response_seizure_and_note_and_a_new_computer_misses_nothing(
    night: Night,
) -> None:
    """C7, C9, D4: the devices are the accounts' first ones, the archive adds them, and nothing stays on a computer."""
    async with night.post("lehavre", "fr-FR") as havre, night.post("casablanca", "ar-MA") as casablanca:
        await alert(havre)
        await casablanca.locator(".arrivals").get_by_text(TITLE).wait_for()
        await expect(casablanca.locator(".unseen[aria-live=polite]")).not_to_be_empty()  # said to who listens
        await casablanca.keyboard.press("j")
        await casablanca.keyboard.press("Enter")
        await expect(casablanca.locator("#story-title")).to_be_focused()
        assert await casablanca.locator("html").get_attribute("dir") == "rtl"
        await respond(casablanca)
        await havre.locator(".arrivals .k-response").wait_for()  # it came by itself
        await havre.keyboard.press("j")
        await havre.locator(".reply-box").wait_for()
        await havre.keyboard.press("n")
        await havre.keyboard.type(NOTE)
        await havre.keyboard.press("Enter")
        await casablanca.locator(".letter").get_by_text(NOTE).wait_for()
        await report_seizure(casablanca)
        await havre.locator(".letter").get_by_text(CASE).first.wait_for()  # in the story that it belongs to
        await keyboard.press(havre, havre.get_by_role("button", name="Se déconnecter").last)
        await havre.locator("[name=password]").wait_for()

    async with night.post("lehavre", "fr-FR") as elsewhere:
        await elsewhere.locator(".arrivals .k-seizure").wait_for()
        await elsewhere.keyboard.press("j")
        for what in (TITLE, NOTE, CASE):
            await elsewhere.locator(".story-pane").get_by_text(what).first.wait_for()
        await expect(elsewhere.locator(".letter")).to_have_count(4)

    assert await archived(night, 4) == 4


async def archived(night: Night, count: int) -> int:
    """How many messages its search counts, once these are so many at least."""
    async with asyncio.timeout(WAIT / 1000):
        while True:
            found = json.loads(await command(night.folder, ARCHIVE, "search", "--limit", "1", "--json"))
            if found["total"] >= count:
                return int(found["total"])
