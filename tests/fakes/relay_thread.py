"""The real relay in a thread of its own, for callers that run their own event loop."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.fakes.loopback_relay import LoopbackRelay, loopback_relay


@contextlib.contextmanager
def relay_thread(data: Path, *, port: int | None = None) -> Iterator[LoopbackRelay]:
    started, stop = threading.Event(), asyncio.Event()
    running: list[LoopbackRelay] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with loopback_relay(data, port=port) as relay:
            running.append(relay)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="relay")
    thread.start()
    try:
        assert started.wait(timeout=30)
        yield running[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
