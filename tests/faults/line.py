"""One client's way to the relay: a TCP proxy that delays, halves, drops and stalls, and hears every byte that leaves.

    slow       every piece is late
    cut        the next piece of each connection is passed on by half, then both ends are reset
    drop       every connection is reset, and new ones are, until the line is mended
    stall      nothing passes while the connections stand; then they are reset
    half_open  the connections of now stand for ever and pass nothing; new ones are good

What the client said is heard before anything of this happens to it: bytes that were lost on the way left all the same.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

PIECE_BYTES = 1 << 16
LOOPBACK = "127.0.0.1"
_NO_LINGERING = struct.pack("ii", 1, 0)  # struct linger of <sys/socket.h>

Hear = Callable[[object, bytes], None]
"""(connection, what its client said next)"""


@dataclass(eq=False)
class _Connection:
    writers: list[asyncio.StreamWriter]
    is_cut: bool = False
    is_deaf: bool = False

    def reset(self) -> None:
        for writer in self.writers:
            _reset(writer)


@dataclass
class Line:
    """`url` leads to the server on `port` of this computer. Make it with `line_to`."""

    port: int
    hear: Hear
    url: str = ""
    _connections: set[_Connection] = field(default_factory=set)
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _delay_seconds: float = 0.0
    _is_down: bool = False

    def __post_init__(self) -> None:
        self._open.set()

    async def slow(self, seconds: float, *, late_seconds: float) -> None:
        self._delay_seconds = late_seconds
        await asyncio.sleep(seconds)
        self._delay_seconds = 0.0

    async def cut(self) -> None:
        for connection in self._connections:
            connection.is_cut = True

    async def drop(self, seconds: float) -> None:
        self._is_down = True
        self._reset_all()
        await asyncio.sleep(seconds)
        self._is_down = False

    async def stall(self, seconds: float) -> None:
        self._open.clear()
        await asyncio.sleep(seconds)
        self._reset_all()
        self._open.set()

    async def half_open(self) -> None:
        for connection in self._connections:
            connection.is_deaf = True

    def _reset_all(self) -> None:
        for connection in self._connections:
            connection.reset()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_down:
            _reset(writer)
            return
        try:
            relay_reader, relay_writer = await asyncio.open_connection(LOOPBACK, self.port)
        except OSError:  # the relay is away
            _reset(writer)
            return
        connection = _Connection([writer, relay_writer])
        self._connections.add(connection)
        try:
            with contextlib.suppress(OSError):  # one of them has gone
                await asyncio.gather(
                    self._pass_on(connection, reader, relay_writer, heard=True),
                    self._pass_on(connection, relay_reader, writer, heard=False),
                )
        finally:
            self._connections.discard(connection)
            connection.reset()

    async def _pass_on(
        self, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, heard: bool
    ) -> None:
        while piece := await reader.read(PIECE_BYTES):
            if heard:
                self.hear(connection, piece)
            await self._open.wait()
            if self._delay_seconds:
                await asyncio.sleep(self._delay_seconds)
            if connection.is_deaf:
                continue
            if connection.is_cut:
                writer.write(piece[: len(piece) // 2])
                await writer.drain()
                connection.reset()
                return
            writer.write(piece)
            await writer.drain()
        if not connection.is_deaf:
            writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """The peer gets RST and not an orderly end."""
    if not writer.is_closing():
        handle = writer.get_extra_info("socket")
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
    writer.transport.abort()


@contextlib.asynccontextmanager
async def line_to(port: int, hear: Hear) -> AsyncIterator[Line]:
    line, tasks = Line(port, hear), set[asyncio.Task[None]]()

    def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(line.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connect, LOOPBACK, 0)
    line.url = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the event loop closes what was aborted above
