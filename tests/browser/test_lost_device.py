"""A computer was lost: its owner ends what it can do from "Your account" in another browser (C6, D2, D4)."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from playwright.async_api import expect

from cencomm.client.reports import Reports
from cencomm.client.watch import catch_up
from cencomm.forms.form import Form
from tests.browser.conftest import WAIT
from tests.browser.post import FIRST_WORDS, Post, duty_post, say

pytestmark = pytest.mark.slow
SAID_LATER = "The lost one does not read this"


@pytest.fixture
async def post(chromium: str, tmp_path: Path, forms: Mapping[str, Form], reports: Reports) -> AsyncIterator[Post]:
    async with duty_post(chromium, tmp_path, forms, reports) as one:
        yield one


async def test_from_the_account_a_lost_computer_is_ended_its_browser_is_out_and_its_program_reads_no_more(
    post: Post,
) -> None:
    """C6, D2, D4: the browser's tab loses the mailbox when its owner sits down elsewhere, the program its leaf."""
    lost = await post.computer()
    await post.sign_in(lost)
    await catch_up(post.ana.mailbox)

    page = await post.computer()
    await post.sign_in(page)
    await expect(lost.get_by_role("alert")).to_contain_text("Nothing more can be read or sent here", timeout=WAIT)
    assert FIRST_WORDS not in await lost.locator("body").inner_text()
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("button", name="End all others").click()
    await expect(page.locator("[aria-labelledby=account-sessions] li")).to_have_count(1)
    devices = page.locator("[aria-labelledby=account-devices] li")
    await expect(devices).to_have_count(2)
    await devices.get_by_role("button", name="End the device").click()
    await page.get_by_role("button", name="End this device").click()
    await page.get_by_text("Channels that it was removed from: 1.").wait_for()
    await expect(devices).to_have_count(1)

    await say(post.carla, post.place, SAID_LATER)
    await catch_up(post.ana.mailbox)
    texts = [one.envelope.body.values["text"] for one in await post.ana.delivered(post.place.operation)]
    assert texts == [FIRST_WORDS]
    await page.get_by_role("button", name="Back to the messages").click()
    await page.locator(".arrival", has_text=SAID_LATER).wait_for()
    assert post.complaints == []
