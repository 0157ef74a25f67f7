"""A line of so many bits a second in front of a server: what it sends waits its turn, all connections together."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

PIECE_BYTES = 1 << 12


@dataclass
class SlowLine:
    """`carried`: bytes from the server so far. `bits_per_second` may change; 0: as fast as the machine is."""

    port: int
    bits_per_second: float
    carried: int = 0
    _free_at: float = 0.0

    async def take_turn(self, size: int) -> None:
        self.carried += size
        if self.bits_per_second > 0:
            self._free_at = max(self._free_at, time.monotonic()) + 8 * size / self.bits_per_second
            await asyncio.sleep(self._free_at - time.monotonic())


@contextlib.asynccontextmanager
async def slow_line(to_port: int, port: int, bits_per_second: float = 0) -> AsyncIterator[SlowLine]:
    """What connects to `port` speaks to `to_port`."""
    line = SlowLine(port=port, bits_per_second=bits_per_second)
    connections: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slowly: bool) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(PIECE_BYTES):
                if slowly:
                    await line.take_turn(len(piece))
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", to_port)
            async with asyncio.TaskGroup() as both:
                both.create_task(carry(reader, to_server, slowly=False))
                both.create_task(carry(from_server, writer, slowly=True))
        finally:
            connections.discard(task)

    server = await asyncio.start_server(connect, "127.0.0.1", port)
    try:
        yield line
    finally:
        server.close()
        for task in connections:
            task.cancel()
