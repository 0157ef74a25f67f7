"""A real HTTP server on loopback that answers what a test tells it to, right or wrong, and remembers what was asked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec import Struct

from cencomm.wire.document import encode_document
from cencomm.wire.errors import STATUS, Details, Error, ErrorAnswer, ErrorCode

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str  # with its query
    authorization: str | None
    cookie: str | None
    body: bytes


@dataclass(slots=True)
class ScriptedRelay:
    """Set `answer` before each call."""

    url: str = ""
    answer: Answer | None = None
    asked: list[Asked] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        token, cookie = request.headers.get("Authorization"), request.headers.get("Cookie")
        self.asked.append(Asked(request.method, request.path_qs, token, cookie, await request.read()))
        assert self.answer is not None
        return await self.answer(request)


@contextlib.asynccontextmanager
async def scripted_relay() -> AsyncIterator[ScriptedRelay]:
    relay = ScriptedRelay()
    app = web.Application(client_max_size=64 << 20)
    app.router.add_route("*", "/{path:.*}", relay.handle)
    async with TestServer(app) as server:
        relay.url = str(server.make_url("/"))
        yield relay


def document(answer: Struct) -> Answer:
    return raw(200, encode_document(answer))


def failure(code: ErrorCode, message: str = "because", details: Details | None = None) -> Answer:
    error = ErrorAnswer(error=Error(code=code, message=message, details=details or Details()))
    return raw(STATUS[code], encode_document(error))


def raw(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 (every answer may look at it)
        return web.Response(status=status, body=body, headers=headers)

    return answer


async def endless(request: web.Request) -> web.StreamResponse:
    """Bytes for as long as somebody reads them."""
    response = web.StreamResponse()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(bytes(1 << 16))
    return response


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Announces an answer and breaks the line in the middle of it."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b"{")
    assert request.transport is not None
    request.transport.abort()
    await asyncio.sleep(0)
    return response
