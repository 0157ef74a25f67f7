"""Searching everything in a browser, behind a slow line: what it fetches, and how long it takes."""

import asyncio
import time

from playwright.async_api import Page

from bench._cold_sign_in import ROUND_TRIP_SECONDS
from bench._slow_line import SlowLine
from tests.fakes.checkout import ROOT

SOUGHT = "pangolin"


async def search(page: Page, line: SlowLine, bits_per_second: float) -> int:
    """The bytes until everything was searched, once the page fetches nothing else."""
    line.bits_per_second, line.round_trip_seconds = bits_per_second, ROUND_TRIP_SECONDS
    carried, begun = -line.carried, time.monotonic()
    await page.get_by_label("Search in everything").fill(SOUGHT)
    await page.locator(".how-far").wait_for()
    first = time.monotonic() - begun
    await page.get_by_text("Everything was searched.").wait_for()
    seconds, carried = time.monotonic() - begun, carried + line.carried
    found = await page.locator(".arrivals [aria-setsize]").first.get_attribute("aria-setsize")
    line.bits_per_second = line.round_trip_seconds = 0
    print(f"searched: begun after {first:.2f} s, all after {seconds:.1f} s, {carried:,} bytes, {found} found")
    return carried


async def search_milliseconds(count: int) -> float:
    """What a search costs the worker when another was before it, as `web/bench/search.ts` says it."""
    node = await asyncio.create_subprocess_exec(
        "node", str(ROOT / "web/build/bench/search.mjs"), str(count), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await node.communicate()
    print(said.decode().strip())
    return float(said.decode().split()[-2])
