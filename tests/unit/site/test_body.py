"""A body is read up to its limit, and a large one is decoded where nobody waits for it."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from msgspec import Struct

from cencomm.errors import MalformedError
from cencomm.site.body import read_document
from cencomm.wire.errors import TooLarge
from cencomm.wire.limits import LARGE_BYTES

MOST = 4 * LARGE_BYTES

Client = TestClient[web.Request, web.Application]


class Note(Struct, frozen=True):
    text: str

    def __post_init__(self) -> None:
        decoded_in.append(threading.current_thread())


decoded_in: list[threading.Thread] = []


async def read(request: web.Request) -> web.Response:
    try:
        note = await read_document(request, Note, most=MOST)
    except (TooLarge, MalformedError) as refused:
        return web.Response(text=type(refused).__name__)
    return web.Response(text=str(len(note.text)))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    decoded_in.clear()
    app = web.Application(client_max_size=0)
    app.add_routes([web.post("/", read)])
    async with TestClient(TestServer(app)) as one:
        yield one


async def post(client: Client, body: bytes) -> str:
    async with client.post("/", data=body) as answer:
        return await answer.text()


def note_of(size: int) -> bytes:
    return b'{"text":"' + b"a" * (size - 11) + b'"}'


async def test_a_large_body_is_decoded_beside_the_event_loop_and_a_small_one_at_once(client: Client) -> None:
    assert await post(client, note_of(LARGE_BYTES)) == str(LARGE_BYTES - 11)
    assert await post(client, note_of(LARGE_BYTES + 1)) == str(LARGE_BYTES - 10)

    small, large = decoded_in
    assert small is threading.main_thread()
    assert large is not threading.main_thread()


async def test_a_body_beyond_the_limit_is_refused_whatever_its_length_claims(client: Client) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(MOST // LARGE_BYTES + 1):
            yield b" " * LARGE_BYTES

    assert await post(client, note_of(MOST)) == str(MOST - 11)
    assert await post(client, note_of(MOST + 1)) == "TooLarge"
    async with client.post("/", data=stream()) as answer:  # chunked: it says no length
        assert await answer.text() == "TooLarge"


@pytest.mark.parametrize("size", [20, LARGE_BYTES + 20])
async def test_a_body_that_is_no_document_is_malformed_in_either_place(client: Client, size: int) -> None:
    assert await post(client, note_of(size)[:-1]) == "MalformedError"


async def test_a_client_that_hangs_up_in_the_middle_of_its_body_is_no_defect() -> None:
    """It was logged as one, with a traceback, for each line that broke (found by `make faults`)."""
    begun, outcome = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def noting(request: web.Request) -> web.Response:
        begun.set()
        outcome.set_result(await read(request))
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/", noting)])
    runner = web.AppRunner(app)  # as our servers run: a handler goes on when its client has gone
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        _, writer = await asyncio.open_connection(*runner.addresses[0])
        writer.write(b"POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 100\r\n\r\n" + note_of(20))
        await begun.wait()
        writer.transport.abort()
        async with asyncio.timeout(5):
            answer = await outcome
    finally:
        await runner.cleanup()

    assert answer.text == "MalformedError"
