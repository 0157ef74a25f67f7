"""A real browser before a real relay, and what it said on the way."""

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import NoReturn

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from cencomm.client.account.account import keep_pins
from cencomm.client.reports import Reports
from cencomm.errors import UsageError
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.form import Form
from cencomm.forms.library import load_forms
from cencomm.relay.browser_client import load_browser_client
from tests.browser.gallery import QUIET, build_gallery, gallery_page
from tests.fakes.loopback_relay import LoopbackRelay, loopback_relay
from tests.scenarios.people import Person, Place, admit, clock, found, person

WAIT = 60_000.0  # milliseconds: Argon2 in JavaScript on a busy machine
PASSWORD = "seven herons over the grey harbour"


def _need(reason: str) -> NoReturn:
    if os.environ.get("CENCOMM_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """What is expected to be seen may take as long as anything else that is waited for: machines are busy."""
    expect.set_options(timeout=WAIT)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = which("chromium")
    if found is None:
        _need("chromium is not installed (apt install chromium)")
    try:
        load_browser_client()
    except UsageError as absent:
        _need(str(absent))
    return found


@pytest.fixture(scope="session")
def gallery(chromium: str) -> str:
    """Chromium; the gallery of screens is built."""
    build_gallery()
    return chromium


@pytest.fixture
async def page(gallery: str) -> AsyncIterator[Page]:
    async with gallery_page(gallery) as one:
        yield one


@dataclass
class Desk:
    """One browser with an empty profile. `sent` is every request that left it, `complaints` what it logged."""

    page: Page
    sent: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def note(self, request: Request) -> None:
        headers = await request.all_headers()
        self.sent.append(f"{request.method} {request.url} {headers} {request.post_data or ''}")


@pytest.fixture
async def desk(chromium: str) -> AsyncIterator[Desk]:
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        context = await browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
        one = Desk(await context.new_page())
        context.on("request", one.note)
        one.page.on("console", lambda said: one.complaints.append(said.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        yield one
        await browser.close()


@pytest.fixture(scope="session")
def forms() -> Mapping[str, Form]:
    return load_forms(load_code_lists())


@pytest.fixture
def reports() -> Reports:
    return Reports(load_code_lists())


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LoopbackRelay]:
    async with loopback_relay(tmp_path / "relay", clock=clock) as one:
        yield one


@pytest.fixture
async def carla(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """The coordinator."""
    async with person(server.url, tmp_path / "carla", "Carla Nkemelu", reports) as one:
        yield one


@pytest.fixture
async def ana(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """An officer with a password."""
    async with person(server.url, tmp_path / "ana", "ana.roissy", reports, password=PASSWORD) as one:
        yield one


@pytest.fixture
async def place(carla: Person, ana: Person, forms: Mapping[str, Form]) -> Place:
    """The operation of Carla with officer Ana (France)."""
    meeting = await found(carla, forms["seizure"])
    await admit(carla, ana, meeting, "FR")
    await keep_pins(ana.mailbox, ana.access)  # as each command does: the vault names the operation of her letter (L2)
    return meeting
