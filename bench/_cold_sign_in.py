"""Signing in at a browser that was never here, behind a slow line: what it fetches until the list stands, and how long.

Bytes and requests in a row are the same on a busy machine as on a quiet one; seconds are not.
"""

import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request

from bench._figures import Figure
from bench._slow_line import SlowLine

ROUND_TRIP_SECONDS = 0.15
WAIT = 900_000.0  # milliseconds
NAMES = re.compile(r"[0-9a-f]{32,}")


@dataclass
class ColdSignIn:
    """From the first byte of the page on."""

    line: SlowLine
    begun: float = field(default_factory=time.monotonic)
    spans: dict[Request, tuple[float, float]] = field(default_factory=dict)  # seconds since `begun`
    seconds: float = 0.0
    carried: int = 0
    asked: tuple[Request, ...] = ()  # until the list stood

    def __post_init__(self) -> None:
        self.carried = -self.line.carried

    def note(self, request: Request) -> None:
        self.spans[request] = (time.monotonic() - self.begun, float("inf"))

    def note_end(self, request: Request) -> None:
        self.spans[request] = (self.spans[request][0], time.monotonic() - self.begun)

    def listed(self) -> None:
        self.seconds = time.monotonic() - self.begun
        self.carried += self.line.carried
        self.asked = tuple(self.spans)

    @property
    def in_a_row(self) -> int:
        """The most requests of which each was begun when the one before was answered: what a line's latency costs."""
        row, free = 0, 0.0
        for begun, ended in sorted((self.spans[one] for one in self.asked), key=lambda span: span[1]):
            if begun >= free and ended <= self.seconds:
                row, free = row + 1, ended
        return row

    async def tell(self) -> None:
        print(
            f"list after {self.seconds:.1f} s, {self.carried:,} bytes, {len(self.asked)} requests, "
            f"{self.in_a_row} in a row"
        )
        for request in self.asked:
            begun, ended = self.spans[request]
            answer = await request.response() if ended < float("inf") else None
            size = "" if answer is None else answer.headers.get("content-length", "")
            path = NAMES.sub("*", urlsplit(request.url)._replace(scheme="", netloc="").geturl())
            print(f"  {begun:6.2f} {min(ended, self.seconds):6.2f} {size:>8} {request.method:4} {path[:90]}")

    def figures(self, name: str) -> tuple[Figure, ...]:
        return (
            Figure(name=f"{name}: cold sign-in", reached=self.seconds, wanted=15, unit="s", sense="most"),
            Figure(name=f"{name}: until the list", reached=self.carried, wanted=600_000, unit="bytes", sense="most"),
            Figure(name=f"{name}: in a row", reached=self.in_a_row, wanted=16, unit="requests", sense="most"),
        )


async def sign_in_cold(
    browser: Browser, line: SlowLine, bits_per_second: float, name: str, password: str
) -> tuple[Page, BrowserContext, ColdSignIn]:
    """The page with its list, on a computer that nobody used before; the line is as fast as the machine again."""
    context = await browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(WAIT)
    line.bits_per_second, line.round_trip_seconds = bits_per_second, ROUND_TRIP_SECONDS
    seen = ColdSignIn(line)
    context.on("request", seen.note)
    context.on("requestfinished", seen.note_end)
    await page.goto(f"http://127.0.0.1:{line.port}/")
    await page.locator("[name=name]").fill(name)
    await page.locator("[name=password]").fill(password)
    await page.keyboard.press("Enter")
    await page.locator(".arrival").first.wait_for()
    seen.listed()
    await seen.tell()
    line.bits_per_second = line.round_trip_seconds = 0
    return page, context, seen
