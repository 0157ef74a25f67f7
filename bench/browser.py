"""Two browsers in a large channel: entering it, the first message, what the other sees of each, signing in again.

    python -m bench.browser [MEMBERS [MESSAGES [BITS_PER_SECOND]]]   (30 20 400000 by default; full size: 500 60)

A real relay, a coordinator's program, two posts in Chromium with empty profiles. The others are admitted and in the
tree, and each holds a connection that gets every ciphertext (`_listener.py`). A note is timed from Enter in one page to
the other's list or open story, by the one clock of this machine. `blocked` is the longest that a page did not answer.
"""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from statistics import median, quantiles

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bench._cold_sign_in import WAIT, sign_in_cold
from bench._figures import Figure, report
from bench._server import relay_command, serving
from bench._slow_line import slow_line
from bench.operation import Clock, enrol_listeners, listen
from cencomm.client.account.account import keep_pins
from cencomm.client.channel.enactment import add_devices
from cencomm.client.channel.posting import Draft, send
from cencomm.client.reports import Reports
from cencomm.client.unit import admission
from cencomm.client.watch import watch
from cencomm.clock import system_clock
from cencomm.demo.server import free_port
from cencomm.forms.body import Body
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.library import load_forms
from cencomm.ledger.kinds import Role
from tests.browser.gallery import QUIET
from tests.fakes.served_relay import NAME
from tests.scenarios.people import Person, Place, admit, found, person, profile

MEMBERS, MESSAGES, BITS_PER_SECOND = 30, 20, 400_000
PASSWORD = "seven herons over the grey harbour"  # noqa: S105 (of accounts that live for one measurement)
POSTS = ("ana.roissy", "ben.casablanca")
MORE_THAN_ANYBODY_SAYS = 1_000_000
PAUSE_SECONDS = 0.3  # between notes: what the sender's page does with its own is not part of the next
WATCH = """
window.longTasks = []; window.bars = []; window.seen = {}; window.entered = 0;
new PerformanceObserver(list => list.getEntries().forEach(one => window.longTasks.push(one.duration)))
  .observe({type: "longtask", buffered: true});
addEventListener("keydown", event => { if (event.key === "Enter") window.entered = Date.now(); }, true);
new MutationObserver(() => {
  const bar = document.querySelector(".entering progress");
  if (bar && bar.value !== window.bars.at(-1)) window.bars.push(bar.value);
  for (const shown of document.querySelectorAll(".arrival, .letter"))
    for (const [mark] of shown.textContent.matchAll(/mark \\d+/g)) window.seen[mark] ??= Date.now();
}).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
"""


@dataclass
class Post:
    """One officer before one screen."""

    page: Page
    context: BrowserContext

    async def blocked(self) -> float:
        """Milliseconds of the longest task of the page since it was asked last."""
        longest: float = await self.page.evaluate("Math.max(0, ...window.longTasks.splice(0))")
        return longest

    async def is_inside(self) -> None:
        await self.page.wait_for_function(
            "() => document.querySelector('.channel-box') && !document.querySelector('.boxes .trouble')", timeout=WAIT
        )

    async def saw(self, mark: str) -> int:
        """When it stood in the list or the open story, in milliseconds since 1970."""
        handle = await self.page.wait_for_function("mark => window.seen[mark]", arg=mark, timeout=WAIT)
        moment: int = await handle.json_value()
        return moment

    async def say(self, text: str) -> int:
        """A note, from the box below the story; when Enter was pressed, in milliseconds since 1970."""
        box = self.page.locator(".reply-box textarea")
        await box.fill(text)
        await box.press("Enter")
        moment: int = await self.page.evaluate("window.entered")
        return moment

    async def leave(self) -> None:
        await self.page.get_by_role("button", name="Sign out").click()
        await self.page.locator("[name=password]").wait_for(timeout=WAIT)
        await self.context.close()


async def sit_down(browser: Browser, url: str, name: str) -> Post:
    """Signed in on a computer that nobody used before."""
    context = await browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})
    await context.add_init_script(WATCH)
    page = await context.new_page()
    post = Post(page, context)
    page.set_default_timeout(WAIT)
    await page.goto(url)
    await page.locator("[name=name]").fill(name)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator(".mailbox .inside").wait_for()
    return post


@dataclass(frozen=True, slots=True)
class Channel:
    carla: Person
    place: Place
    officers: tuple[Person, ...]
    tokens: tuple[str, ...]  # of those who only listen


@contextlib.asynccontextmanager
async def large_channel(url: str, folder: Path, members: int) -> AsyncIterator[Channel]:
    lists, clock = load_code_lists(), Clock()
    reports, form = Reports(lists), load_forms(lists)["note"]
    async with AsyncExitStack() as stack:
        carla, *officers = [
            await stack.enter_async_context(
                person(url, folder / name, name, reports, at=system_clock, password=password)
            )
            for name, password in (("Carla Nkemelu", None), *((post, PASSWORD) for post in POSTS))
        ]
        place = await found(carla, form)
        for officer in officers:
            await admit(carla, officer, place, "FR")
            await keep_pins(officer.mailbox, officer.access)
        listening = members - 1 - 2 * len(officers)  # each post has a device of either program
        letters = [
            await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(carla, "FR"))
            for _ in range(listening)
        ]
        tokens = await enrol_listeners(url, letters, reports)
        await admission.admit_waiting(carla.mailbox, place.operation)
        clock.tell(f"a channel with {len(carla.mailbox.sessions[place.operation, place.channel].leaves())} leaves")
        yield Channel(carla, place, tuple(officers), tuple(tokens))


async def enter(browser: Browser, url: str, channel: Channel, officer: Person) -> tuple[Post, float]:
    """The post's own device is added; seconds from then until it is inside."""
    post = await sit_down(browser, url, officer.name)
    while not await add_devices(  # noqa: ASYNC110 (another process tells when it is ready)
        channel.carla.mailbox, channel.place.operation, officer.account
    ):
        await asyncio.sleep(0.2)  # its key packages are on their way
    begun = time.monotonic()
    await post.blocked()
    await post.is_inside()
    seconds = time.monotonic() - begun
    bars, blocked = await post.page.evaluate("window.bars.length"), await post.blocked()
    print(f"  {officer.name} entered in {seconds:.1f} s, {bars} positions of the bar, blocked {blocked:.0f} ms")
    return post, seconds


async def talk(sender: Post, reader: Post, count: int) -> tuple[float, list[float]]:
    """Seconds of the first note, which brings a Commit of its own (D5), and of each one after it."""
    taken: list[float] = []
    for number in range(count + 1):
        said = await sender.say(f"mark {number}")
        taken.append((await reader.saw(f"mark {number}") - said) / 1000)
        await asyncio.sleep(PAUSE_SECONDS)
    print(
        f"  blocked while talking: {await sender.blocked():.0f} ms the sender, {await reader.blocked():.0f} the reader"
    )
    return taken[0], taken[1:]


async def bench(chromium: str, members: int, messages: int, bits_per_second: int) -> None:
    port, in_front = free_port(), free_port()
    url = f"http://127.0.0.1:{port}/"
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(serving(*relay_command(folder / "relay", NAME, port), port=port))
        channel = await stack.enter_async_context(large_channel(url, folder, members))
        line = await stack.enter_async_context(slow_line(port, in_front))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        stack.push_async_callback(browser.close)
        (ana, ben), entering = zip(*[await enter(browser, url, channel, one) for one in channel.officers], strict=True)
        carla, place = channel.carla, channel.place
        body = Body(values={"text": "Good evening"}, language="en", written_at=system_clock())
        await send(carla.mailbox, place.operation, place.channel, Draft(form=place.form, body=body))
        session = carla.mailbox.sessions[place.operation, place.channel]
        entered = f"{session.sequence} {session.log_hash.hex()}"
        listener = await listen(port, entered, MORE_THAN_ANYBODY_SAYS, channel.tokens)
        stack.callback(listener.process.kill)
        watching = asyncio.create_task(watch(carla.mailbox))
        stack.callback(watching.cancel)
        for post in (ana, ben):
            await post.page.locator(".arrival").first.click()
        first, taken = await talk(ana, ben, messages)
        await ana.leave()
        _, _, again = await sign_in_cold(browser, line, bits_per_second, POSTS[0], PASSWORD)
        name = f"browser, {members} members"
        report(
            Figure(name=f"{name}: entering", reached=max(entering), wanted=5, unit="s", sense="most"),
            Figure(name=f"{name}: first note after sign-in", reached=first, wanted=2, unit="s", sense="most"),
            Figure(name=f"{name}: note seen, p50", reached=median(taken), wanted=0.5, unit="s", sense="most"),
            Figure(
                name=f"{name}: note seen, p95", reached=quantiles(taken, n=20)[-1], wanted=1, unit="s", sense="most"
            ),
            *again.figures(f"{name}, {bits_per_second // 1000} kbit/s"),
        )


if __name__ == "__main__":
    asked = [int(argument) for argument in sys.argv[1:]]
    found_here = which("chromium")
    if found_here is None:
        print("chromium is not installed: nothing was measured")
    else:
        asyncio.run(bench(found_here, *(asked + [MEMBERS, MESSAGES, BITS_PER_SECOND][len(asked) :])))
