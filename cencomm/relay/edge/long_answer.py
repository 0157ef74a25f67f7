"""Answers that are sent piece by piece, when it is their turn (bulk_turns.py)."""

from collections.abc import Callable, Iterator

from aiohttp import web
from msgspec import Struct
from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.relay.keys import BULK_TURNS, DATABASE
from cencomm.wire.document import encode_document

PIECE_BYTES = 1 << 16  # 30 µs of the loop


async def send_long(
    request: web.Request, account: AccountId, *parts: bytes, content_type: str = "application/json"
) -> web.StreamResponse:
    """The parts, one behind the other. A short answer is one like any other.

    A slow reader makes us keep a piece for it, and no part that others get too is copied whole.
    """
    length = sum(map(len, parts))
    if length <= PIECE_BYTES:
        return web.Response(body=b"".join(parts), content_type=content_type)
    response = web.StreamResponse()
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


def _pieces(parts: tuple[bytes, ...]) -> Iterator[memoryview]:
    for part in parts:
        whole = memoryview(part)
        yield from (whole[start : start + PIECE_BYTES] for start in range(0, len(whole), PIECE_BYTES))
