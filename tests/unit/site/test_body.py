"""A body is read up to its limit, and a large one is decoded where nobody waits for it."""

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
