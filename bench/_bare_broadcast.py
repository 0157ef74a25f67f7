"""The most that aiohttp gives: whatever a connection sends goes to all of them, then it is told. Nothing is kept.

usage: python -m bench._bare_broadcast PORT
"""

import asyncio
import sys

import uvloop
from aiohttp import web

from cencomm.relay.push_stream import text_frame

CONNECTIONS: set[asyncio.Transport] = set()


async def join(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False, decode_text=False)
    await socket.prepare(request)
    assert request.transport is not None
    transport = request.transport
    CONNECTIONS.add(transport)
    try:
        async for message in socket:
            frame = text_frame(message.data)
            for connection in CONNECTIONS:
                connection.write(frame)
            await socket.send_str('{"type":"receipt"}')
    finally:
        CONNECTIONS.discard(transport)
    return socket


def main() -> None:
    app = web.Application()
    app.add_routes([web.get("/v1/stream", join)])
    web.run_app(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        print=None,
        access_log=None,
        backlog=1024,
        loop=uvloop.new_event_loop(),
    )


if __name__ == "__main__":
    main()
