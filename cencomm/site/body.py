"""Reading a request's body without trusting its length, and without everybody else waiting for it."""

import asyncio
from typing import TypeVar

from aiohttp import web

from cencomm.errors import MalformedError
from cencomm.wire.document import decode_document
from cencomm.wire.errors import TooLarge
from cencomm.wire.limits import LARGE_BYTES

T = TypeVar("T")


async def read_document(request: web.Request, shape: type[T], *, most: int) -> T:
    """The document of that shape in the body.

    Raises:
        TooLarge: more than `most` bytes; the rest was not read.
        MalformedError: anything but such a document.
    """
    body = await read_bytes(request, most=most)
    if len(body) <= LARGE_BYTES:
        return decode_document(body, shape)
    return await asyncio.to_thread(decode_document, body, shape)


async def read_bytes(request: web.Request, *, most: int) -> bytes:
    """The body.

    Raises:
        TooLarge: more than `most` bytes; the rest was not read.
        MalformedError: the client hung up before its end. Nobody reads the answer; it is no defect of ours either.
    """
    if (request.content_length or 0) > most:
        raise TooLarge(f"a body of at most {most} bytes is read here")
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > most:
                raise TooLarge(f"a body of at most {most} bytes is read here")
    except ConnectionError:
        raise MalformedError("the request ends before its body does") from None
    return bytes(body)
