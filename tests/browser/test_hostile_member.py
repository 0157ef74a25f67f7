"""A member whose program was changed sends what it likes: it is read as text, or set aside."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.async_api import expect

from cencomm.client.channel.posting import Draft, send
from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports
from cencomm.clock import system_clock
from cencomm.forms.body import Body
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.envelope import Envelope, Priority
from cencomm.forms.form import Form
from cencomm.forms.tongue import Tongue
from cencomm.forms.wording import load_wording
from tests.browser.conftest import WAIT
from tests.browser.hostile import FOREIGN, OUR_OWN, Report
from tests.browser.post import Post, duty_post

pytestmark = pytest.mark.slow
TOLD = {"body": "An urgent message came. Sign in to read it.", "tag": "cencomm-urgent", "icon": "/assets/icon.svg"}
LOOKED_AWAY = """
    window.told = [];
    window.Notification = class {
        static permission = "granted";
        constructor(...said) { window.told.push(said); }
    };
    Object.defineProperty(document, "hidden", { get: () => true });
"""


class Heedless(Reports):
    """Of a program that was changed: it sends whatever it is given."""

    def judge(self, operation: Operation, envelope: Envelope) -> None:
        """Nothing is wrong with anything."""


async def send_urgently(post: Post, report: Report) -> None:
    body = Body(values=report.values, language="en", written_at=system_clock(), priority=Priority.FLASH)
    await send(post.carla.mailbox, post.place.operation, post.place.channel, Draft(form=post.place.form, body=body))


async def test_what_a_member_with_a_changed_program_sends_is_read_as_text_or_set_aside(
    chromium: str, tmp_path: Path, forms: Mapping[str, Form]
) -> None:
    """Through relay, worker and page as they are served; who looks away is told that it came, and no word."""
    lists = load_code_lists()
    tongue, (asked,) = Tongue("en", lists, load_wording()), forms["note"].fields
    async with duty_post(chromium, tmp_path, forms, Heedless(lists)) as post:
        page = await post.computer()
        await page.add_init_script(LOOKED_AWAY)
        await page.reload()
        await post.sign_in(page)
        await page.get_by_role("button", name="Sound for urgent messages").click()
        reports = [Report("note") for _ in OUR_OWN]
        for report, text in zip(reports, OUR_OWN, strict=True):
            report.answer(None, asked, text, tongue)
            body = Body(values=report.values, language="en", written_at=system_clock(), priority=Priority.FLASH)
            await send(
                post.carla.mailbox, post.place.operation, post.place.channel, Draft(form=post.place.form, body=body)
            )

        shown = [text for report in reports for text in report.shown]
        arrivals = page.locator(".arrival")
        await expect(arrivals).to_have_count(1 + len(shown), timeout=WAIT)
        for place, text in enumerate(reversed(shown)):
            await arrivals.nth(place).click()
            await expect(page.locator(".letter dd")).to_have_count(1)
            assert await page.locator(".letter dd").text_content() == text
        await page.get_by_role("button", name="Set aside").click()
        await expect(page.locator(".paper")).to_have_count(len(OUR_OWN) - len(shown))

        assert 0 < len(shown) < len(OUR_OWN)
        assert await page.evaluate(FOREIGN) == []
        assert post.complaints == []
        told = {
            "body": "An urgent message came. Sign in to read it.",
            "tag": "cencomm-urgent",
            "icon": "/assets/icon.svg",
        }
        assert [said for said in await page.evaluate("told") if said != ["CENcomm", told]] == []
        assert await page.evaluate("told.length") > 0
