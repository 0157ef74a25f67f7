"""A line of so many bits a second in front of a server: what it sends waits its turn, all connections together."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

PIECE_BYTES = 1 << 12
MOST_PIECES = 256  # on their way at once: a megabyte


@dataclass
class SlowLine:
    """`carried`: bytes from the server so far.

    `bits_per_second` and `round_trip_seconds` may change; 0: as fast as the machine is. A connection takes a round trip
    before its first byte, as TCP does (TLS would take one more).
    """

    port: int
    bits_per_second: float = 0
    round_trip_seconds: float = 0
    carried: int = 0
    _free_at: float = 0.0

    async def take_turn(self, size: int) -> None:
        self.carried += size
        if self.bits_per_second > 0:
            self._free_at = max(self._free_at, time.monotonic()) + 8 * size / self.bits_per_second
            await asyncio.sleep(self._free_at - time.monotonic())

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slowly: bool) -> None:
        """Everything from one end to the other; half a round trip after it had its turn."""
        travelling: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(MOST_PIECES)
        async with asyncio.TaskGroup() as both:
            both.create_task(_arrive(travelling, writer))
            with contextlib.suppress(ConnectionError):
                while piece := await reader.read(PIECE_BYTES):
                    if slowly:
                        await self.take_turn(len(piece))
                    await travelling.put((time.monotonic() + self.round_trip_seconds / 2, piece))
            await travelling.put((0.0, b""))


async def _arrive(travelling: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            due, piece = await travelling.get()
            if not piece:
                break
            if (left := due - time.monotonic()) > 0:
                await asyncio.sleep(left)
            writer.write(piece)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def slow_line(to_port: int, port: int) -> AsyncIterator[SlowLine]:
    """What connects to `port` speaks to `to_port`."""
    line = SlowLine(port=port)
    connections: set[asyncio.Task[None]] = set()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await asyncio.sleep(line.round_trip_seconds)
            from_server, to_server = await asyncio.open_connection("127.0.0.1", to_port)
            async with asyncio.TaskGroup() as both:
                both.create_task(line.carry(reader, to_server, slowly=False))
                both.create_task(line.carry(from_server, writer, slowly=True))
        finally:
            connections.discard(task)

    server = await asyncio.start_server(connect, "127.0.0.1", port)
    try:
        yield line
    finally:
        server.close()
        for task in connections:
            task.cancel()
