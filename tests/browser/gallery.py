"""The gallery of screens (`web/gallery/`) before a browser: no server and no network, the files are handed to it."""

import mimetypes
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

from playwright.async_api import BrowserContext, Page, Route, async_playwright

from tests.fakes.checkout import ROOT, building

BUILT = ROOT / "web" / "build" / "gallery"
ORIGIN = "http://gallery.test"
QUIET = [  # nothing of the browser's own goes over the network
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
# What is no barrier is not described, and no style sheet is fetched again: half the time.
_RUN_AXE = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations'], preload: false})"
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def build_gallery() -> None:
    """Raises CalledProcessError, with what is wrong on the standard error."""
    with building():
        subprocess.run([sys.executable, "hatch_build.py", "--gallery"], cwd=ROOT, check=True)


async def serve_gallery(
    context: BrowserContext, built: Path = BUILT, *, headers: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Everything that pages of `context` ask for is answered from the built files, or is not there."""

    async def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        file = built / ("index.html" if path == "/" else path.removeprefix("/"))
        if not route.request.url.startswith(f"{ORIGIN}/") or not file.is_file():
            await route.fulfill(status=404)
            return
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        await route.fulfill(body=file.read_bytes(), headers={**headers, "Content-Type": media_type})

    await context.route("**/*", answer)


@asynccontextmanager
async def gallery_page(chromium: str, built: Path = BUILT) -> AsyncIterator[Page]:
    """A page before the gallery, which has to be built; it fails when the page complains."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        context = await browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        await serve_gallery(context, built)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await browser.close()
        assert complaints == []


async def barriers(page: Page) -> list[str]:
    """What on this page some people cannot use, by WCAG 2.2 AA as far as axe-core can tell."""
    await page.add_script_tag(path=_AXE)
    result = await page.evaluate(_RUN_AXE, _WCAG)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


async def open_gallery(page: Page, **asked: str | int) -> None:
    """Show what is asked for (the list is in `web/gallery/gallery.tsx`) and wait until it stands."""
    await page.goto(f"{ORIGIN}/?{urlencode(asked)}")
    await page.locator("html[data-opened]").wait_for(state="attached")
