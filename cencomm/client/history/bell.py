"""A bell that wakes whoever waits for history. What it says is "look": nothing is believed because it rang."""

import asyncio
import contextlib


class Bell:
    """Rung by whoever reads the relay's pushes, heard by readers and servers of history alike."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """The next ring. Take it before looking, then wait for it: no ring in between is missed."""
        return self._next


async def wait_for_ring(heard: asyncio.Event, *, seconds: float) -> None:
    """Until it rings, at most so long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await heard.wait()
