"""How soon a browser shows the mailbox of a long operation.

usage: python -m bench.browser_opening [MESSAGES [BITS_PER_SECOND]]   (500 400000 by default; the full size is 10000)

A real relay, a mailbox that roams and is filled by the browser's own code in Node (`web/bench/fill.ts`), Chromium with
an empty profile. Argon2 is left out of the figures: the clock starts when the mailbox is asked for. The list is
scrolled from end to end, and the mailbox is opened again over a line of BITS_PER_SECOND.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

from playwright.async_api import Browser, Page, Request, async_playwright

from bench._figures import Figure, report
from bench._server import relay_command, serving
from bench._slow_line import SlowLine, slow_line
from cencomm.client.account.account import keep_pins
from cencomm.client.reports import Reports
from cencomm.client.unit import declaring
from cencomm.clock import system_clock
from cencomm.demo.server import free_port
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.form_json import encode_form
from cencomm.forms.library import load_forms
from tests.browser.gallery import QUIET
from tests.fakes.checkout import ROOT, building
from tests.scenarios.people import Person, Place, admit, found, person

MESSAGES, BITS_PER_SECOND = 500, 400_000
FORMS = ("alert", "response", "seizure", "note")
NAME, PASSWORD = "ana.roissy", "seven herons over the grey harbour"
WAIT = 900_000.0  # milliseconds
FRAMES = """
() => new Promise(done => {
  const frame = document.querySelector(".arrivals-frame"), gaps = [];
  let last = performance.now();
  const step = now => {
    gaps.push(now - last); last = now;
    const before = frame.scrollTop;
    frame.scrollTop += Math.max(900, frame.scrollHeight / 150);
    if (frame.scrollTop === before) done({gaps, long: window.longTasks.splice(0)});
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
    asked_at: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)

    def note(self, request: Request) -> None:
        if request.url.endswith("/v1/mailbox/hold"):
            self.asked_at = time.monotonic()

    async def reached(self, what: str, selector: str) -> None:
        await self.page.locator(selector).first.wait_for(timeout=WAIT)
        self.seconds[what] = time.monotonic() - self.asked_at


@contextlib.asynccontextmanager
async def sitting(browser: Browser, url: str) -> AsyncIterator[Stay]:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})
    await context.add_init_script(WATCH)
    stay = Stay(await context.new_page())
    context.on("request", stay.note)
    await stay.page.goto(url, timeout=WAIT)
    await stay.page.locator("[name=name]").fill(NAME)
    await stay.page.locator("[name=password]").fill(PASSWORD)
    await stay.page.keyboard.press("Enter")
    await stay.reached("list", ".arrival")
    yield stay
    await stay.page.get_by_role("button", name="Sign out").click()
    await stay.page.locator("[name=password]").wait_for(timeout=WAIT)
    await context.close()


def build() -> None:
    """Raises CalledProcessError."""
    with building():
        subprocess.run(["node", "build.mjs", "--bench"], cwd=ROOT / "web", check=True)


async def fill(url: str, place: Place, people: list[Person], count: int) -> None:
    known = people[0].mailbox.operation(place.operation)
    forms = {
        json.loads(known.content(version.definition) or b"{}")["name"]: (blob.hex(), version.definition.hash.hex())
        for blob, version in known.ledger.forms.items()
    }
    start = {
        "origin": url.rstrip("/"),
        "name": NAME,
        "password": PASSWORD,
        "operation": place.operation.hex(),
        "channel": place.channel.hex(),
        "forms": forms,
        "people": [
            {"account": one.account.hex(), "identitySeed": one.mailbox.identity.signing_key.seed.hex()}
            for one in people
        ],
        "count": count,
        "now": system_clock(),
    }
    node = await asyncio.create_subprocess_exec(
        "node", str(ROOT / "web/build/bench/fill.mjs"), stdin=asyncio.subprocess.PIPE
    )
    await node.communicate(json.dumps(start).encode())
    assert node.returncode == 0


@contextlib.asynccontextmanager
async def operation(url: str, folder: Path, count: int) -> AsyncIterator[None]:
    """One with a coordinator and two posts, the first of which has a mailbox of `count` messages at the relay."""
    lists = load_code_lists()
    forms, reports = load_forms(lists), Reports(lists)
    async with (
        person(url, folder / "carla", "Carla Nkemelu", reports, at=system_clock) as carla,
        person(url, folder / "ana", NAME, reports, at=system_clock, password=PASSWORD) as ana,
        person(url, folder / "ben", "Ben Sebti", reports, at=system_clock) as ben,
    ):
        place = await found(carla, forms[FORMS[0]])
        for name in FORMS[1:]:
            await declaring.publish_form(
                carla.mailbox, place.operation, encode_form(forms[name]), version=forms[name].version
            )
        await admit(carla, ana, place, "FR")
        await admit(carla, ben, place, "MA")
        await keep_pins(ana.mailbox, ana.access)
        begun = time.monotonic()
        await fill(url, place, [ana, carla, ben], count)
        print(f"a mailbox of {count:,} messages was written in {time.monotonic() - begun:.0f} s")
        yield


async def bench(chromium: str, count: int, bits_per_second: int) -> None:
    port, in_front = free_port(), free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(*relay_command(folder / "relay", "relay.example", port), port=port):
            async with (
                operation(f"http://127.0.0.1:{port}/", folder, count),
                slow_line(port, in_front) as line,
                async_playwright() as playwright,
            ):
                browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
                await measure(browser, line, count, bits_per_second)
                await browser.close()


async def measure(browser: Browser, line: SlowLine, count: int, bits_per_second: int) -> None:
    url = f"http://127.0.0.1:{line.port}/"
    for what in ("first", "again"):
        before = line.carried
        async with sitting(browser, url) as stay:
            print(
                f"{what}: list after {stay.seconds['list']:.2f} s, {line.carried - before:,} bytes; long tasks "
                f"{await stay.page.evaluate('window.longTasks.map(Math.round)')}"
            )
            scrolled = await stay.page.evaluate(FRAMES)
            gaps = sorted(scrolled["gaps"])
            print(f"scrolled: {len(gaps)} frames, worst {gaps[-1]:.0f} ms, long tasks {scrolled['long']}")
    line.bits_per_second = bits_per_second
    before = line.carried
    async with sitting(browser, url) as stay:
        print(f"slow: list after {stay.seconds['list']:.2f} s, {line.carried - before:,} bytes")
        line.bits_per_second = 0
    report(
        Figure(
            name=f"browser: list of {count:,} messages stands after",
            reached=stay.seconds["list"],
            wanted=2,
            unit="s",
            sense="most",
        )
    )


if __name__ == "__main__":
    asked = [int(argument) for argument in sys.argv[1:]]
    browser = which("chromium")
    if browser is None:
        print("chromium is not installed: nothing was measured")
    else:
        build()
        asyncio.run(bench(browser, *(asked + [MESSAGES, BITS_PER_SECOND][len(asked) :])))
