"""The line between a browser and the relay: a TCP proxy that a test cuts, keeps silent, and mends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

_CHUNK_BYTES = 1 << 16


class BreakableLine:
    """`url` leads to the relay on loopback `port`, as long as the line holds."""

    def __init__(self, port: int) -> None:
        self._relay_port = port
        self._port = 0
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._tasks = set[asyncio.Task[None]]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    async def mend(self) -> None:
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Every connection breaks off, and none begins."""
        assert self._server is not None
        self._server.close()
        self._server = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hush(self) -> None:
        """Nothing comes through any more, and nobody is told: a cable behind the switch."""
        self._flows.clear()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(asyncio.CancelledError, OSError):
                relay_reader, relay_writer = await asyncio.open_connection("127.0.0.1", self._relay_port)
                try:
                    await asyncio.gather(self._pass_on(reader, relay_writer), self._pass_on(relay_reader, writer))
                finally:
                    relay_writer.close()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(_CHUNK_BYTES):
                await self._flows.wait()
                writer.write(chunk)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def breakable_line(port: int) -> AsyncIterator[BreakableLine]:
    line = BreakableLine(port)
    await line.mend()
    try:
        yield line
    finally:
        await line.mend()
        await line.cut()
        await asyncio.sleep(0)  # the event loop closes what was closed above
