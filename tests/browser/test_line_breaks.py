"""A mailbox and its line: a second tab, a second computer, a line that breaks, a relay that is started again."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from playwright.async_api import expect

from cencomm.client.reports import Reports
from cencomm.forms.form import Form
from tests.browser.conftest import PASSWORD, WAIT
from tests.browser.post import FIRST_WORDS, Post, duty_post, enter, note_box, say
from tests.fakes.breakable_line import BreakableLine, breakable_line

pytestmark = pytest.mark.slow


@pytest.fixture
async def post(chromium: str, tmp_path: Path, forms: Mapping[str, Form], reports: Reports) -> AsyncIterator[Post]:
    async with duty_post(chromium, tmp_path, forms, reports) as one:
        yield one


@pytest.fixture
async def line(post: Post) -> AsyncIterator[BreakableLine]:
    async with breakable_line(post.server.port) as one:
        yield one


async def sessions(post: Post) -> int:
    return len((await post.ana.access.relay.sessions()).sessions)


async def test_one_place_holds_the_mailbox_and_what_was_typed_elsewhere_goes_with_it(
    post: Post, line: BreakableLine
) -> None:
    """D4: a second tab is refused in words, a second computer takes over; then its line breaks, and nothing is lost."""
    first = await post.computer()
    await post.sign_in(first)
    await first.locator(".arrival").first.click()
    await note_box(first).fill("Half a sen")
    await expect(first.locator(".boxes")).to_contain_text("Drafts1", timeout=WAIT)
    tab = await post.tab(first.context)
    await enter(tab, PASSWORD)
    await expect(tab.get_by_role("alert")).to_contain_text("open in another tab of this browser", timeout=WAIT)
    await expect(first.locator(".connection")).to_have_text("live")
    assert await sessions(post) == 2  # Ana's other program and the first tab: the refused one leaves none behind

    page = await post.computer(line.url)
    await post.sign_in(page)

    await expect(first.get_by_role("alert")).to_contain_text("Nothing more can be read or sent here", timeout=WAIT)
    assert "Half a sen" not in await first.locator("body").inner_text()
    await page.locator(".arrival").first.click()
    await expect(note_box(page)).to_have_value("Half a sen")

    await line.cut()
    await expect(page.locator(".connection")).to_contain_text("no connection", timeout=WAIT)
    await note_box(page).fill("Half a sentence, and the rest")
    await note_box(page).press("Enter")
    await note_box(page).fill("Begun without a line")
    await post.server.stop()
    await post.server.start()
    await line.mend()
    await expect(page.locator(".connection")).to_have_text("live", timeout=WAIT)
    await page.locator(".letter", has_text="Half a sentence, and the rest").wait_for()
    await say(post.carla, post.place, "It is at the gate")
    await page.locator(".arrival", has_text="It is at the gate").wait_for()
    await expect(page.get_by_role("alert")).to_have_count(0)

    await page.context.set_offline(True)  # now the browser knows it
    await expect(page.locator(".connection")).to_contain_text("no connection", timeout=WAIT)
    await page.context.set_offline(False)
    await expect(page.locator(".connection")).to_have_text("live", timeout=WAIT)

    await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    await page.get_by_label("Password").wait_for()
    assert FIRST_WORDS not in await page.locator("body").inner_text()
    await post.sign_in(page)
    await page.locator(".arrival", has_text=FIRST_WORDS).click()
    await expect(note_box(page)).to_have_value("Begun without a line")
    said = [FIRST_WORDS, "Half a sentence, and the rest", "It is at the gate"]
    assert await post.texts() == said
    assert await post.said_in_log() == len(said)
