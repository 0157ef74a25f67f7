"""Wrong passwords at a browser: three lock it, in words and with the time to wait, until the unit lifts it."""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from playwright.async_api import expect

from cencomm.client.account.account import sign_in
from cencomm.client.account.session import Computer
from cencomm.client.reports import Reports
from cencomm.client.transport.errors import WrongSignIn
from cencomm.client.transport.relay_client import open_relay
from cencomm.forms.form import Form
from tests.browser.conftest import PASSWORD, WAIT
from tests.browser.post import NAME, Post, duty_post, enter

pytestmark = pytest.mark.slow
WRONG = "another password entirely"


@pytest.fixture
async def post(chromium: str, tmp_path: Path, forms: Mapping[str, Form], reports: Reports) -> AsyncIterator[Post]:
    async with duty_post(chromium, tmp_path, forms, reports) as one:
        yield one


async def test_three_wrong_passwords_lock_unknown_computers_in_words_until_the_unit_lifts_it(post: Post) -> None:
    """D6: a browser that keeps nothing is an unknown source; a computer that signed in before is not asked to wait."""
    for _ in range(2):
        with pytest.raises(WrongSignIn):
            async with open_relay(post.server.url) as stranger:
                await sign_in(stranger, name=NAME, password=WRONG)
    page = await post.computer()
    alert = page.get_by_role("alert")

    await enter(page, WRONG)
    await expect(alert).to_contain_text("Nothing was changed; type them again", timeout=WAIT)
    await enter(page, PASSWORD)  # right, and too late
    await expect(alert).to_contain_text(
        re.compile(r"Too many wrong tries\. Wait ([1-5]?[0-9]|60) seconds, or ask"), timeout=WAIT
    )
    assert await page.locator(".mailbox").count() == 0
    assert await page.get_by_label("Name").input_value() == NAME

    async with open_relay(post.server.url) as known:
        computer = Computer(source=post.ana.access.known.source)
        assert (await sign_in(known, name=NAME, password=PASSWORD, computer=computer)).account == post.ana.account
    (lock,) = (await post.carla.access.relay.locks(post.place.operation)).locks
    assert (lock.account, lock.tries) == (post.ana.account, 3)
    await post.carla.access.relay.lift_lock(post.place.operation, post.ana.account)

    await enter(page, PASSWORD)
    await page.locator(".mailbox .inside").wait_for()
    assert post.complaints == []
