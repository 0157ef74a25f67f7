"""Photographs of the screens with invented messages, into docs/screens/: `make screenshots`."""

import asyncio
import sys
from shutil import which
from urllib.parse import urlencode

from playwright.async_api import Error, Page, async_playwright

from tests.browser.gallery import ORIGIN, build_gallery, open_gallery, serve_gallery
from tests.fakes.checkout import ROOT

SCREENS = ROOT / "docs" / "screens"
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars"]
DESK, PHONE = (1440, 900), (390, 844)

SHOTS: dict[str, tuple[tuple[int, int], dict[str, str]]] = {
    "inbox": (DESK, {"message": "m12", "shelf": "inbox"}),
    "story": (DESK, {"message": "reefer", "shelf": "forUs"}),
    "dark": (DESK, {"message": "reefer", "shelf": "forUs", "theme": "dark"}),
    "arabic": (DESK, {"message": "reefer", "shelf": "inbox", "language": "ar"}),
    "aside": (DESK, {"shelf": "aside", "details": "yes", "language": "fr"}),
    "account": (DESK, {"account": "yes", "pane": "story"}),
    "compose": (DESK, {"form": "seizure", "answer": "reefer"}),
    "phone-compose": (PHONE, {"form": "alert", "language": "fr"}),
    "phone-inbox": (PHONE, {"shelf": "forUs"}),
    "phone-story": (PHONE, {"message": "reefer", "shelf": "forUs", "pane": "story"}),
    "phone-arabic": (PHONE, {"message": "reefer", "pane": "story", "language": "ar", "theme": "dark"}),
}


async def open_entry(page: Page, **asked: str) -> None:
    await page.goto(f"{ORIGIN}/writing.html?{urlencode(asked)}")
    await page.locator(".compose").wait_for()


def complain(error: Error) -> None:
    sys.stderr.write(f"{error}\n")


async def photograph(chromium: str, names: list[str]) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for name in names:
            (width, height), asked = SHOTS[name]
            context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
            await serve_gallery(context)
            page = await context.new_page()
            page.on("pageerror", complain)
            await (open_entry if "form" in asked else open_gallery)(page, **asked)
            await page.screenshot(path=SCREENS / f"{name}.png")
            await context.close()
        await browser.close()


if __name__ == "__main__":
    found = which("chromium")
    if found is None:
        raise SystemExit("chromium is not installed (apt install chromium)")
    build_gallery()
    asyncio.run(photograph(found, sys.argv[1:] or list(SHOTS)))
