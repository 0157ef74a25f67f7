"""The gallery of screens (`web/gallery/`) before a browser: no server and no network, the files are handed to it."""

import mimetypes
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from playwright.async_api import BrowserContext, Page, Route

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "web" / "build" / "gallery"
ORIGIN = "http://gallery.test"


def build_gallery() -> None:
    """Raises CalledProcessError, with what is wrong on the standard error."""
    subprocess.run([sys.executable, "hatch_build.py", "--gallery"], cwd=ROOT, check=True)


async def serve_gallery(context: BrowserContext) -> None:
    """Everything that pages of `context` ask for is answered from the built files, or is not there."""

    async def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        file = BUILT / ("index.html" if path == "/" else path.removeprefix("/"))
        if not route.request.url.startswith(f"{ORIGIN}/") or not file.is_file():
            await route.fulfill(status=404)
            return
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        await route.fulfill(body=file.read_bytes(), content_type=media_type)

    await context.route("**/*", answer)


async def open_gallery(page: Page, **asked: str | int) -> None:
    """Show what is asked for (the list is in `web/gallery/gallery.tsx`) and wait until it stands."""
    await page.goto(f"{ORIGIN}/?{urlencode(asked)}")
    await page.wait_for_function("document.documentElement.dataset.opened !== undefined")
