"""An officer's night at a duty post, in a real browser: what arrives, what is answered, what the next desk sees."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect

from cencomm.client.account.account import keep_pins
from cencomm.client.attachments.downloading import download
from cencomm.client.attachments.outgoing import attach_all
from cencomm.client.attachments.source import open_source
from cencomm.client.channel.enactment import add_devices
from cencomm.client.channel.posting import Draft, send
from cencomm.client.events import EpochBegan
from cencomm.client.history.holdings import StoredHoldings
from cencomm.client.history.serving import HistoryServer
from cencomm.client.reports import Reports
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.forms.attachment import Attachment
from cencomm.forms.body import Body
from cencomm.forms.form import Form
from cencomm.ledger.kinds import History
from cencomm.ledger.log import LogKind
from tests.browser.conftest import PASSWORD, WAIT
from tests.browser.gallery import QUIET
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of, loopback_relay
from tests.scenarios.people import EXERCISE, Person, Place, admit, found, person
from tests.unit.client.attachments.photographs import MARKER, SIZE, jpeg

pytestmark = pytest.mark.slow


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LoopbackRelay]:
    async with loopback_relay(tmp_path / "relay", clock=system_clock) as one:
        yield one


@pytest.fixture
async def carla(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """The coordinator."""
    async with person(server.url, tmp_path / "carla", "Carla Nkemelu", reports, at=system_clock) as one:
        yield one


@pytest.fixture
async def ana(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """An officer with a password, who made the account with the other program."""
    async with person(server.url, tmp_path / "ana", "ana.roissy", reports, at=system_clock, password=PASSWORD) as one:
        yield one


@pytest.fixture
async def place(carla: Person, ana: Person, forms: Mapping[str, Form]) -> Place:
    meeting = await found(carla, forms["note"])
    await admit(carla, ana, meeting, "FR")
    await keep_pins(ana.mailbox, ana.access)  # as each command does: the vault names the operation of her letter (L2)
    return meeting


@pytest.fixture
async def late(carla: Person, ana: Person, forms: Mapping[str, Form]) -> Place:
    """History for all, and two notes of Carla's before Ana has a device there."""
    meeting = await found(carla, forms["note"], replace(EXERCISE, history=History.ALL))
    await admit(carla, ana, meeting, "FR")
    await keep_pins(ana.mailbox, ana.access)
    await say(carla, meeting, "Reefer MSKU9070323 is late")
    await say(carla, meeting, "It left on a lorry")
    return meeting


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        one = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield one
        await one.close()


@asynccontextmanager
async def signed_in(browser: Browser, server: LoopbackRelay) -> AsyncIterator[Page]:
    """A computer on which nobody was before; what its console says fails the test."""
    context = await browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await type_in(page, server)
    await page.locator(".mailbox").wait_for(timeout=WAIT)
    yield page
    await context.close()
    assert complaints == []


async def type_in(page: Page, server: LoopbackRelay) -> None:
    await page.goto(server.url)
    await page.get_by_label("Name").fill("ana.roissy")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")


async def say(somebody: Person, place: Place, text: str, *files: Attachment) -> None:
    body = Body(values={"text": text}, language="en", written_at=system_clock(), attachments=files)
    await send(somebody.mailbox, place.operation, place.channel, Draft(form=place.form, body=body))


async def texts(somebody: Person, place: Place) -> list[object]:
    await catch_up(somebody.mailbox)
    return [one.envelope.body.values["text"] for one in await somebody.delivered(place.operation)]


@pytest.fixture
def key_packages(server: LoopbackRelay) -> asyncio.Event:
    """Somebody's key packages are at the relay: their device can be added."""
    published = asyncio.Event()

    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if request.method == "POST" and request.path.endswith("/key-packages"):
            published.set()
        return answer

    server.meddle = listen
    return published


async def note(page: Page, text: str) -> None:
    """Written into the one box, and in the log when this returns."""
    box = page.get_by_label("Note to everybody in this channel")
    await box.fill(text)
    await box.press("Enter")
    await page.locator(".story-pane").get_by_text(text).first.wait_for(timeout=WAIT)


async def test_what_is_said_at_one_post_is_there_at_the_next_and_the_others_hold_what_was_answered(
    browser: Browser, server: LoopbackRelay, place: Place, carla: Person, ana: Person, key_packages: asyncio.Event
) -> None:
    """D4, D5: nothing stays on the first computer, and the second one sends with a Commit of its own."""
    async with signed_in(browser, server) as page:
        await key_packages.wait()
        assert await add_devices(carla.mailbox, place.operation, ana.account) == 1
        await say(carla, place, "Reefer MSKU9070323 is late")
        await page.get_by_text("Reefer MSKU9070323 is late").first.click(timeout=WAIT)  # it came by itself
        await note(page, "Seen, we look at terminal 4")
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_label("Password").wait_for(timeout=WAIT)

    await say(carla, place, "It left on a lorry")

    async with signed_in(browser, server) as page:
        await page.get_by_text("It left on a lorry").first.wait_for(timeout=WAIT)  # while nobody was signed in
        await page.get_by_text("Reefer MSKU9070323 is late").first.click()
        await page.get_by_text("Seen, we look at terminal 4").first.wait_for(timeout=WAIT)  # in its story
        await note(page, "We follow it")

    said = ["Reefer MSKU9070323 is late", "Seen, we look at terminal 4", "It left on a lorry", "We follow it"]
    assert await texts(carla, place) == await texts(ana, place) == said
    assert len([one for one in carla.said(EpochBegan) if one.committer == ana.account]) == 2  # one for each post (D5)


class Pushes:
    """What the browser gave the relay so far: its key packages, and something that it said."""

    def __init__(self) -> None:
        self.key_packages, self.said = asyncio.Event(), asyncio.Event()

    async def listen(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await body_of(request)
        answer = await handler(request)
        posted = request.path.rpartition("/")[2] if request.method == "POST" else ""
        if posted == "key-packages":
            self.key_packages.set()
        if posted == "log" and json.loads(body)["kind"] == LogKind.APPLICATION:
            self.said.set()
        return answer


async def test_what_was_said_before_comes_by_itself_and_is_answered_where_it_stands_h2(
    browser: Browser, server: LoopbackRelay, late: Place, carla: Person, ana: Person
) -> None:
    """The page says that nobody has answered yet; the next computer has it all."""
    pushes = Pushes()
    server.meddle = pushes.listen
    async with signed_in(browser, server) as page:
        await pushes.key_packages.wait()
        pushes.said.clear()
        assert await add_devices(carla.mailbox, late.operation, ana.account) == 1
        await page.get_by_text("The archive has not answered yet").wait_for(timeout=WAIT)
        await pushes.said.wait()  # the request, since nobody else says anything now
        await catch_up(carla.mailbox)
        assert await HistoryServer(carla.mailbox, StoredHoldings(carla.mailbox.store), patient=False).answer_all() == 1

        await page.get_by_text("Reefer MSKU9070323 is late").first.click(timeout=WAIT)
        await page.get_by_text("The archive has not answered yet").wait_for(state="detached", timeout=WAIT)
        listed = await page.locator("[role=option]").all_inner_texts()
        await note(page, "We look for the lorry")
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_label("Password").wait_for(timeout=WAIT)

    async with signed_in(browser, server) as page:
        await page.get_by_text("It left on a lorry").first.click(timeout=WAIT)
        await page.get_by_text("given to you from history and verified").first.wait_for(timeout=WAIT)

    assert ["lorry" in listed[0], "late" in listed[1]] == [True, True]  # the newest first, as they were said
    assert await texts(carla, late) == ["Reefer MSKU9070323 is late", "It left on a lorry", "We look for the lorry"]
    first, _, answer = await carla.delivered(late.operation)
    assert answer.envelope.reply_to == first.envelope.message


def taken_from(server: LoopbackRelay) -> bytearray:
    """Every byte of files that the relay is given from now on."""
    taken = bytearray()

    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "PUT" and "/chunks/" in request.path:
            taken.extend(await body_of(request))
        return await handler(request)

    server.meddle = listen
    return taken


async def last_file(somebody: Person, place: Place) -> bytes:
    await catch_up(somebody.mailbox)
    (file,) = (await somebody.delivered(place.operation))[-1].envelope.body.attachments
    pieces = download(somebody.mailbox.relay, place.operation, place.channel, file)
    return b"".join([piece async for piece in pieces])


async def test_a_file_comes_byte_for_byte_and_a_photograph_leaves_without_what_it_says(
    browser: Browser,
    server: LoopbackRelay,
    place: Place,
    carla: Person,
    ana: Person,
    key_packages: asyncio.Event,
    tmp_path: Path,
) -> None:
    """A2, A7, A8: between a browser and the other program, under a name that is no path."""
    manifest = tmp_path / "-manifest.csv"
    manifest.write_bytes(bytes(range(256)) * 1200)  # two chunks
    photograph = FilePayload(name="IMG_0001.jpg", mimeType="image/jpeg", buffer=jpeg())
    async with signed_in(browser, server) as page:
        await key_packages.wait()
        await add_devices(carla.mailbox, place.operation, ana.account)
        with open_source(manifest) as source:
            files = await attach_all(carla.mailbox, place.operation, place.channel, [source])
        await say(carla, place, "The manifest", *files)
        taken = taken_from(server)

        await page.get_by_text("The manifest").first.click(timeout=WAIT)
        async with page.expect_download() as saving:
            await page.get_by_role("button", name="Save").click()
        saved = await saving.value
        await page.get_by_role("button", name="New message").click()
        await page.locator(".new-forms .k-note").click()
        await page.locator(".compose textarea").first.fill("The seal was broken")
        await page.locator(".chooser input").first.set_input_files(photograph)
        await page.get_by_text("location and camera data removed").wait_for(timeout=WAIT)
        await page.get_by_role("button", name="Send", exact=True).click()
        await page.get_by_role("button", name="Sent").first.click()
        await page.get_by_text("The seal was broken").first.click(timeout=WAIT)
        await page.get_by_role("button", name="Show").click()
        await page.locator("canvas.picture").wait_for(timeout=WAIT)

        assert saved.suggested_filename == "_-manifest.csv"
        assert await asyncio.to_thread((await saved.path()).read_bytes) == manifest.read_bytes()

    content = await last_file(carla, place)
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size, len(picture.getexif())) == ("JPEG", SIZE, 0)
    assert MARKER not in content
    assert len(taken) >= len(content)
    assert content[:64] not in taken
    assert MARKER not in taken


async def test_a_mailbox_that_another_computer_takes_over_ends_the_page_that_had_it(
    browser: Browser, server: LoopbackRelay, place: Place
) -> None:
    """D4: one holder. Who takes it over is asked first, and who had it is told."""
    async with signed_in(browser, server) as page:
        context = await browser.new_context(locale="en-GB")
        other = await context.new_page()
        await type_in(other, server)
        alert = other.get_by_role("alert")
        await alert.wait_for(timeout=WAIT)
        assert "open on another computer since" in await alert.inner_text()

        await other.get_by_role("button", name="Take it over").click()
        await other.locator(".mailbox").wait_for(timeout=WAIT)

        await page.get_by_label("Password").wait_for(timeout=WAIT)
        await expect(page.get_by_role("alert")).to_have_count(1)
        await context.close()
    assert place.operation
