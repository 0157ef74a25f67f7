"""Answers that are sent piece by piece, when it is their turn (bulk_turns.py)."""

import asyncio
import gzip
from collections.abc import Callable, Iterator
from functools import partial

from aiohttp import web
from msgspec import Struct
from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.relay.keys import BULK_TURNS, DATABASE, PACKING
from cencomm.wire.document import encode_document

PIECE_BYTES = 1 << 16  # 30 µs of the loop
PACKED_FROM_BYTES = 1 << 10  # shorter ones fit into a packet or two
LEVEL = 6  # what is sealed is base64 of noise: it takes a quarter off, in 35 ms a megabyte


async def send_long(
    request: web.Request,
    account: AccountId,
    *parts: bytes,
    content_type: str = "application/json",
    encoding: str | None = None,
) -> web.StreamResponse:
    """The parts, one behind the other. A short answer is one like any other.

    A slow reader makes us keep a piece for it, and no part that others get too is copied whole.
    """
    length = sum(map(len, parts))
    headers = None if encoding is None else {"Content-Encoding": encoding}
    if length <= PIECE_BYTES:
        return web.Response(body=b"".join(parts), content_type=content_type, headers=headers)
    response = web.StreamResponse(headers=headers)
    response.content_type = content_type
    response.content_length = length
    await response.prepare(request)
    for piece in _pieces(parts):
        await request.app[BULK_TURNS].turn(account)
        await response.write(piece)
    await response.write_eof()
    return response


async def answer_long(
    request: web.Request, account: AccountId, find: Callable[[Connection], Struct]
) -> web.StreamResponse:
    """The document that `find` makes, which may be long. It is written in the reading thread too."""
    document = await request.app[DATABASE].read(lambda connection: encode_document(find(connection)))
    return await send_long(request, account, document)


async def answer_packed(
    request: web.Request, account: AccountId, find: Callable[[Connection], Struct]
) -> web.StreamResponse:
    """As `answer_long`, in gzip for whoever takes it.

    Only for what is sealed, or open to everybody who may ask: how far a document with a secret in it shrinks beside
    what somebody else chose tells of the secret (BREACH). Nothing that a session or a code stands in comes here.

    One after the other is packed, in a thread of its own: four pages of a mailbox at once would keep all reading
    threads from everybody else for a fifth of a second.
    """
    document = await request.app[DATABASE].read(lambda connection: encode_document(find(connection)))
    if len(document) < PACKED_FROM_BYTES or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return await send_long(request, account, document)
    pack = partial(gzip.compress, document, LEVEL, mtime=0)
    packed = await asyncio.get_running_loop().run_in_executor(request.app[PACKING], pack)
    return await send_long(request, account, packed, encoding="gzip")


def _pieces(parts: tuple[bytes, ...]) -> Iterator[memoryview]:
    for part in parts:
        whole = memoryview(part)
        yield from (whole[start : start + PIECE_BYTES] for start in range(0, len(whole), PIECE_BYTES))
