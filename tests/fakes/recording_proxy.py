"""A wire-tap: a TCP proxy before the relay that keeps every byte of both directions, as somebody on the line would."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

_CHUNK_BYTES = 1 << 16
_UPGRADED = b"\r\nupgrade: websocket\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_MASKED, _LENGTH, _TWO_BYTES, _EIGHT_BYTES = 0x80, 0x7F, 126, 127  # RFC 6455 section 5.2


@dataclass(slots=True)
class Tap:
    """`url` leads to the relay through the tap. `to_relay` and `from_relay` have one entry for each connection."""

    url: str = ""
    to_relay: list[bytearray] = field(default_factory=list)
    from_relay: list[bytearray] = field(default_factory=list)

    def heard(self) -> list[bytes]:
        """What was said on each connection and way; frames of clients without the mask that hides them."""
        return [*(unmasked(bytes(stream)) for stream in self.to_relay), *(bytes(stream) for stream in self.from_relay)]


@contextlib.asynccontextmanager
async def tapped(port: int) -> AsyncIterator[Tap]:
    """A tap before the server on loopback `port`."""
    tap, tasks = Tap(), set[asyncio.Task[None]]()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        relay_reader, relay_writer = await asyncio.open_connection("127.0.0.1", port)
        tap.to_relay.append(bytearray())
        tap.from_relay.append(bytearray())
        with contextlib.suppress(asyncio.CancelledError):  # the tap is taken off: nobody asks for this task's outcome
            await asyncio.gather(
                _pass_on(reader, relay_writer, tap.to_relay[-1]), _pass_on(relay_reader, writer, tap.from_relay[-1])
            )

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    tap.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield tap
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the event loop closes what was closed above


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
    try:
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(_CHUNK_BYTES):
                kept += chunk
                writer.write(chunk)
                await writer.drain()
    finally:
        writer.close()


def unmasked(stream: bytes) -> bytes:
    """The bytes of a client, its WebSocket frames without their mask."""
    start = stream.lower().find(_UPGRADED)
    if start < 0:
        return stream
    at = stream.index(_END_OF_HEAD, start) + len(_END_OF_HEAD)
    said = [stream[:at]]
    while at + 2 <= len(stream):
        length, at = stream[at + 1], at + 2
        masked, length = bool(length & _MASKED), length & _LENGTH
        if length in {_TWO_BYTES, _EIGHT_BYTES}:
            size = 2 if length == _TWO_BYTES else 8
            length, at = int.from_bytes(stream[at : at + size], "big"), at + size
        mask, at = (stream[at : at + 4], at + 4) if masked else (bytes(4), at)
        payload = stream[at : at + length]
        said.append(bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload)))
        at += length
    return b"".join(said)
