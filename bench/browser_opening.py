"""How soon a browser shows the mailbox of a long operation.

usage: python -m bench.browser_opening [MESSAGES [BITS_PER_SECOND]]   (500 400000 by default; the full size is 10000)

A real relay, a mailbox that roams and is filled by the browser's own code in Node (`web/bench/fill.ts`), Chromium with
an empty profile. At the relay's door Argon2 is left out: the clock starts when the mailbox is asked for. The list is
scrolled for 150 frames. Then somebody signs in at an empty browser behind a line of BITS_PER_SECOND
(`_cold_sign_in.py`) and searches everything (`_search.py`).
"""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from playwright.async_api import Browser, Page, Request, async_playwright

from bench._cold_sign_in import WAIT, sign_in_cold
from bench._figures import Figure, report
from bench._search import search, search_milliseconds
from bench._server import relay_command, serving
from bench._slow_line import SlowLine, slow_line
from cencomm.demo.server import free_port
from tests.browser.filled_mailbox import NAME, PASSWORD, build_filler, filled_mailbox
from tests.browser.gallery import QUIET
from tests.fakes.checkout import ROOT

MESSAGES, BITS_PER_SECOND = 500, 400_000
SETTLING_SECONDS = 3.0
WHEEL_PIXELS, PAGE_PIXELS = 120, 900  # a frame
FRAMES = """
pixels => new Promise(done => {
  const frame = document.querySelector(".arrivals-frame"), gaps = [];
  let last = performance.now();
  const step = now => {
    gaps.push(now - last); last = now;
    const before = frame.scrollTop;
    frame.scrollTop += pixels;
    if (frame.scrollTop === before || gaps.length > 150) done({gaps, long: window.longTasks.splice(0)});
    else requestAnimationFrame(step);
  };
  window.longTasks.splice(0);
  requestAnimationFrame(step);
})
"""
WATCH = """
window.longTasks = [];
new PerformanceObserver(list => list.getEntries().forEach(one => window.longTasks.push(one.duration)))
  .observe({type: "longtask", buffered: true});
"""


@dataclass
class Stay:
    """One officer before one screen. `asked_at`: when the worker asked for the mailbox."""

    page: Page
    line: SlowLine
    asked_at: float = 0.0
    reached_after: float = 0.0  # seconds
    carried: int = 0  # bytes

    def note(self, request: Request) -> None:
        if request.url.endswith("/v1/mailbox/hold"):
            self.asked_at, self.carried = time.monotonic(), -self.line.carried

    async def reached(self, selector: str) -> None:
        await self.page.locator(selector).first.wait_for(timeout=WAIT)
        self.reached_after = time.monotonic() - self.asked_at
        self.carried += self.line.carried


@contextlib.asynccontextmanager
async def sitting(browser: Browser, url: str, line: SlowLine) -> AsyncIterator[Stay]:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})
    await context.add_init_script(WATCH)
    stay = Stay(await context.new_page(), line)
    context.on("request", stay.note)
    await stay.page.goto(url, timeout=WAIT)
    await stay.page.locator("[name=name]").fill(NAME)
    await stay.page.locator("[name=password]").fill(PASSWORD)
    await stay.page.keyboard.press("Enter")
    await stay.reached(".arrival")
    yield stay
    await stay.page.get_by_role("button", name="Sign out").click()
    await stay.page.locator("[name=password]").wait_for(timeout=WAIT)
    await context.close()


async def bench(chromium: str, count: int, bits_per_second: int) -> None:
    port, in_front = free_port(), free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(*relay_command(folder / "relay", "relay.example", port), port=port):
            async with (
                filled_mailbox(f"http://127.0.0.1:{port}/", folder, count),
                slow_line(port, in_front) as line,
                async_playwright() as playwright,
            ):
                browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
                await measure(browser, line, count, bits_per_second)
                await browser.close()


async def measure(browser: Browser, line: SlowLine, count: int, bits_per_second: int) -> None:
    url = f"http://127.0.0.1:{line.port}/"
    async with sitting(browser, url, line) as stay:
        here = stay.reached_after
        print(f"at the relay's door: list after {here:.2f} s, {stay.carried:,} bytes since the mailbox was asked for")
        await asyncio.sleep(SETTLING_SECONDS)  # first words of older messages come beside everything else
        longest = max([0.0, *[max([0.0, *await scroll(stay.page, pixels)]) for pixels in (WHEEL_PIXELS, PAGE_PIXELS)]])
    page, _, cold = await sign_in_cold(browser, line, bits_per_second, NAME, PASSWORD)
    await asyncio.sleep(SETTLING_SECONDS)
    searched = await search(page, line, bits_per_second)
    again = await search_milliseconds(count)
    arrival = await arrival_milliseconds(count)
    name = f"browser, {count:,} messages:"
    report(
        Figure(name=f"{name} list after", reached=here, wanted=2, unit="s", sense="most"),
        *cold.figures(f"{name[:-1]}, {bits_per_second // 1000} kbit/s"),
        Figure(name=f"{name} all searched, fetched", reached=searched, wanted=2_000_000, unit="bytes", sense="most"),
        Figure(name=f"{name} another search", reached=again, wanted=100, unit="ms of CPU", sense="most"),
        Figure(name=f"{name} longest task while scrolling", reached=longest, wanted=100, unit="ms", sense="most"),
        Figure(name=f"{name} an arrival", reached=arrival, wanted=20, unit="ms of CPU", sense="most"),
    )


async def scroll(page: Page, pixels: int) -> list[float]:
    """So many pixels with each frame; the milliseconds of tasks that kept the page for more than 50."""
    scrolled = await page.evaluate(FRAMES, pixels)
    gaps = sorted(scrolled["gaps"])
    long = sorted(scrolled["long"])
    print(
        f"{pixels} pixels a frame: {len(gaps)} frames, median {gaps[len(gaps) // 2]:.0f} ms, worst {gaps[-1]:.0f}; "
        f"{len(long)} long tasks, {[round(one) for one in long[-5:]]}"
    )
    return long


async def arrival_milliseconds(count: int) -> float:
    """What one message costs the page, as `web/bench/board.ts` says it."""
    node = await asyncio.create_subprocess_exec(
        "node", str(ROOT / "web/build/bench/board.mjs"), str(count), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await node.communicate()
    print(said.decode().strip())
    return float(said.decode().split()[-2])


if __name__ == "__main__":
    asked = [int(argument) for argument in sys.argv[1:]]
    browser = which("chromium")
    if browser is None:
        print("chromium is not installed: nothing was measured")
    else:
        build_filler()
        asyncio.run(bench(browser, *(asked + [MESSAGES, BITS_PER_SECOND][len(asked) :])))
