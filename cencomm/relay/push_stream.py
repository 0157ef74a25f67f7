"""One reader's stream: what is pushed to it leaves in one write, or the reader leaves.

Nothing here waits. A reader whose unsent bytes grow beyond the limit is closed and catches up from the log, so no
reader holds up another, and the memory that readers can take is bounded.
"""

import asyncio
import struct
from typing import Protocol

import structlog

from cencomm.ids import AccountId, short
from cencomm.wire.stream import CLOSE_TOO_SLOW

_log = structlog.get_logger()


class Transport(Protocol):
    """What a stream needs of asyncio.Transport."""

    def write(self, data: bytes, /) -> None: ...
    def get_write_buffer_size(self) -> int: ...
    def is_closing(self) -> bool: ...


class Mailbag:
    """The streams to which something was pushed, until all of it goes out.

    That is in the pass after the next: whoever wrote what was just stored is awake by then, and their receipt leaves
    with everybody's messages in one write. A write costs as much as judging a message.
    """

    __slots__ = ("_streams",)

    def __init__(self) -> None:
        self._streams: list[Stream] = []

    def add(self, stream: "Stream") -> None:
        if not self._streams:
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._send)
        self._streams.append(stream)

    def _send(self) -> None:
        streams, self._streams = self._streams, []
        for stream in streams:
            stream.send()


class Stream:
    """One reader. It belongs to the handler of its connection, which closes it once `leaving` has a code."""

    __slots__ = ("_bag", "_buffer_bytes", "_transport", "_unsent", "account", "leaving", "token_hash")

    def __init__(
        self, account: AccountId, token_hash: bytes, transport: Transport, bag: Mailbag, *, buffer_bytes: int
    ) -> None:
        self.account = account
        self.token_hash = token_hash
        self.leaving: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._transport = transport
        self._bag = bag
        self._buffer_bytes = buffer_bytes
        self._unsent: list[bytes] = []

    def push(self, frames: bytes) -> None:
        """Whole frames go to the reader, in the order of the pushes, or the reader goes."""
        if self.leaving.done():
            return
        if not self._unsent:
            self._bag.add(self)
        self._unsent.append(frames)

    def send(self) -> None:
        """What was pushed goes out in one write."""
        frames, self._unsent = b"".join(self._unsent), []
        if not frames or self._transport.is_closing():
            return
        self._transport.write(frames)
        if self._transport.get_write_buffer_size() > self._buffer_bytes:
            _log.info("stream_too_slow", account=short(self.account))
            self.leave(CLOSE_TOO_SLOW)

    def leave(self, code: int) -> None:
        """What was pushed goes out, nothing more is pushed; the first code counts."""
        if not self.leaving.done():
            self.send()
        if not self.leaving.done():  # by a reader that turned out too slow just now
            self.leaving.set_result(code)


def text_frame(payload: bytes) -> bytes:
    """One unmasked, final text frame (RFC 6455 section 5.2)."""
    size = len(payload)
    if size < 126:  # noqa: PLR2004 (the RFC's switch to a longer length)
        return struct.pack("!BB", 0x81, size) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload
