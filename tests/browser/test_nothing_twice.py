"""What a duty post says is in the archive once, wherever its tab was killed or its line broke (S2, S3, S5)."""

import asyncio
import csv
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page

from cencomm.client.reports import Reports
from cencomm.client.unit import admission
from cencomm.forms.form import Form
from cencomm.ledger.log import LogKind
from cencomm.wire.document import decode_document
from cencomm.wire.log import Publish
from tests.browser.post import FIRST_WORDS, Post, duty_post, note_box
from tests.browser.test_killed_tab import kill_renderers, next_computer
from tests.fakes.loopback_relay import Handler, body_of
from tests.scenarios.archive import SECONDS, found_with_archive, invite_archive
from tests.scenarios.test_archive_process import answer, running
from tests.scenarios.test_two_officers import break_the_line, publishes

pytestmark = pytest.mark.slow
KEPT, CUT = "The driver has two passports", "His second phone is in the cab"


@pytest.fixture
async def post(chromium: str, tmp_path: Path, forms: Mapping[str, Form], reports: Reports) -> AsyncIterator[Post]:
    async with duty_post(chromium, tmp_path, forms, reports, founding=found_with_archive) as one:
        yield one


@pytest.fixture
async def archive(post: Post, tmp_path: Path) -> Path:
    """The folder of an archive that was admitted to the operation of the duty post, and does not run yet."""
    letter, folder = tmp_path / "letter.txt", tmp_path / "archive"
    letter.write_text((await invite_archive(post.carla, post.place.operation)).text(), "utf-8")
    await answer("join", str(letter), "--data", str(folder), "--json")
    await admission.admit_waiting(post.carla.mailbox, post.place.operation)
    return folder


async def test_the_archive_has_once_what_a_killed_tab_kept_and_what_a_broken_line_acknowledged(
    post: Post, archive: Path
) -> None:
    """Killed between saving and sending; the line breaks between sending and the answer."""
    page = await post.computer()
    await post.sign_in(page)
    async with running(archive):
        page = await _killed_before_it_left(post, page)
        await _cut_off_before_the_answer(post, page)

        said = [FIRST_WORDS, KEPT, CUT]
        assert await archived(archive, len(said)) == sorted(said)
        assert await post.texts() == said


async def _killed_before_it_left(post: Post, page: Page) -> Page:
    asked = asyncio.Event()

    async def hold(request: web.Request, handler: Handler) -> web.StreamResponse:
        if await page_says(request):
            asked.set()
            await asyncio.Event().wait()
        return await post.listen(request, handler)

    post.server.meddle = hold
    await write(page, KEPT)
    await asked.wait()  # so it is saved (S5), and nothing of it reached the log
    await kill_renderers(post)
    return await next_computer(post, page)


async def _cut_off_before_the_answer(post: Post, page: Page) -> None:
    """The relay has the message, and the page does not know."""
    cut = asyncio.Event()

    async def lose_the_answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        says = await page_says(request)
        answered = await post.listen(request, handler)
        if says and not cut.is_set():
            cut.set()
            return await break_the_line(request)
        return answered

    post.server.meddle = lose_the_answer
    await write(page, CUT)
    await cut.wait()
    for text in (KEPT, CUT):
        await page.locator(".letter", has_text=text).wait_for()


async def page_says(request: web.Request) -> bool:
    """It publishes a message, not the Commit before it (D5); the archive has things to say, too."""
    if not publishes(request) or "Chrome" not in request.headers.get("User-Agent", ""):
        return False
    return decode_document(await body_of(request), Publish).kind == LogKind.APPLICATION


async def write(page: Page, text: str) -> None:
    """A note into the story of the first message."""
    await page.locator(".arrival", has_text=FIRST_WORDS).first.click()
    await note_box(page).fill(text)
    await note_box(page).press("Enter")


async def archived(folder: Path, count: int) -> list[str]:
    """The texts that it exports, once its search counts so many, which it must."""
    async with asyncio.timeout(SECONDS):
        while (await answer("search", "--limit", "1", "--data", str(folder), "--json"))["total"] < count:
            pass
    target = folder.parent / "export"
    await answer("export", str(target), "--data", str(folder), "--language", "en", "--json")
    with (target / "note.csv").open(encoding="utf-8", newline="") as sheet:
        return sorted(row["Text"] for row in csv.DictReader(sheet))
