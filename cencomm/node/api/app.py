"""The API as an application: its routes, its limits, and serving it until the node stops."""

import contextlib
import shutil
from collections.abc import AsyncIterator

import msgspec
from aiohttp import web

from cencomm.node.api.edge import MAX_BODY_BYTES, answer_errors, mounted
from cencomm.node.api.log_routes import LOG_ROUTES
from cencomm.node.api.openapi import OPENAPI_PATH, describe_api
from cencomm.node.api.room import Room
from cencomm.node.api.route import AnyRoute
from cencomm.node.api.session_routes import SESSION_ROUTES
from cencomm.node.config import NodeConfig
from cencomm.site.headers import add_api_headers
from cencomm.site.tls import Tls

SHUTDOWN_SECONDS = 5.0
KEEPALIVE_SECONDS = 30.0  # of a connection on which nobody asks anything


def routes_of(room: Room) -> tuple[AnyRoute, ...]:
    """Those of every node, and those of this kind."""
    return (*SESSION_ROUTES, *LOG_ROUTES, *room.kind.routes)


def build_api(room: Room) -> web.Application:
    app = web.Application(middlewares=[answer_errors(room)], client_max_size=MAX_BODY_BYTES)
    routes = routes_of(room)
    app.add_routes([mounted(room, route) for route in routes])
    description = msgspec.json.encode(
        describe_api(routes, title=f"CENcomm {room.kind.name}", nominal=room.kind.nominal)
    )

    async def openapi(_: web.Request) -> web.Response:
        return web.Response(body=description, content_type="application/json")

    app.router.add_get(OPENAPI_PATH, openapi)
    app.on_response_prepare.append(add_api_headers)
    return app


@contextlib.asynccontextmanager
async def serve_api(config: NodeConfig, room: Room, tls: Tls | None) -> AsyncIterator[int]:
    """Serves until the block ends; gives the port, which the system chose if `config.port` is 0."""
    shutil.rmtree(room.spool, ignore_errors=True)  # what a process that was killed left
    runner = web.AppRunner(
        build_api(room),
        access_log=None,  # paths and queries say who looked for what: that is in the log of consultations
        keepalive_timeout=KEEPALIVE_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    await runner.setup()
    try:
        context = None if tls is None else tls.context
        await web.TCPSite(runner, config.host, config.port, ssl_context=context).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
        shutil.rmtree(room.spool, ignore_errors=True)
