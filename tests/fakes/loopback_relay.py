"""The real relay behind a real socket, which a test may stop, start again, put back to yesterday, or let lie."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Middleware

from cencomm.clock import Clock, system_clock
from cencomm.demo.server import free_port
from cencomm.relay.app import build_app
from cencomm.relay.config import RelayConfig
from cencomm.secret import system_entropy

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Meddle = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]
"""Answers in the relay's place, with or without its help."""

NAME = "relay.example"


class LoopbackRelay:
    """`meddle` is what stands between the relay and its clients; None: nothing.

    `paced`: Commits wait for their turn as they do outside tests (C7); else the tests would wait with them.
    """

    def __init__(
        self, data: Path, *, clock: Clock = system_clock, paced: bool = False, port: int | None = None
    ) -> None:
        self.data = data
        self.paced = paced
        self.port = port or free_port()
        self.meddle: Meddle | None = None
        self._clock = clock
        self._server: TestServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def start(self) -> None:
        config = RelayConfig(data=self.data, name=NAME, port=self.port, synchronous="OFF")
        if not self.paced:
            config = replace(config, commit_pause_seconds=0, commit_pause_member_milliseconds=0)
        app = build_app(config, clock=self._clock, entropy=system_entropy)
        app.middlewares.insert(0, self._middle())
        self._server = TestServer(app, port=self.port)
        await self._server.start_server()

    async def stop(self) -> None:
        assert self._server is not None
        await self._server.close()

    async def copy_to(self, backup: Path) -> None:
        """What the disk holds now, as a backup would have it."""
        await self.stop()
        shutil.copytree(self.data, backup)
        await self.start()

    async def put_back(self, backup: Path) -> None:
        """The relay as it was when the backup was made."""
        await self.stop()
        shutil.rmtree(self.data)
        shutil.copytree(backup, self.data)
        await self.start()

    def _middle(self) -> Middleware:
        @web.middleware
        async def between(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await (handler(request) if self.meddle is None else self.meddle(request, handler))

        return between


async def body_of(request: web.Request) -> bytes:
    """What was asked, read and put back for the relay to read."""
    body = await request.read()
    again = StreamReader(request.protocol, limit=len(body) + 1, loop=asyncio.get_running_loop())
    again.feed_data(body)
    again.feed_eof()
    request._payload = again
    return body


class _Recorder(AbstractStreamWriter):
    """Takes what an answer would send."""

    def __init__(self) -> None:
        self.content = bytearray()

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:
        self.content += chunk

    async def write_eof(self, chunk: bytes = b"") -> None:
        self.content += chunk

    async def drain(self) -> None:
        """There is nobody who could be slow."""

    def enable_compression(
        self,
        encoding: str = "deflate",  # noqa: ARG002 (aiohttp's)
        strategy: int | None = None,  # noqa: ARG002 (aiohttp's)
    ) -> None:
        raise AssertionError("the relay does not compress what it may not read")

    def enable_chunking(self) -> None:
        raise AssertionError("the relay says how long its answers are")

    async def write_headers(self, status_line: str, headers: object) -> None:
        """They are made anew."""


async def whole_answer(request: web.Request, handler: Handler) -> tuple[web.StreamResponse, bytes]:
    """The relay's answer and all of its body, also of one that goes out in pieces."""
    recorder, asked = _Recorder(), request.clone()
    asked._payload_writer = recorder
    answer = await handler(asked)
    if isinstance(answer, web.Response):
        assert isinstance(answer.body, bytes)
        return answer, answer.body
    return answer, bytes(recorder.content)


@contextlib.asynccontextmanager
async def loopback_relay(
    data: Path, *, clock: Clock = system_clock, port: int | None = None
) -> AsyncIterator[LoopbackRelay]:
    """At `port`, where an earlier one on the same data was, or at a free one."""
    relay = LoopbackRelay(data, clock=clock, port=port)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()
