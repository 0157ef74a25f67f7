"""A relay as a process of its own."""

import asyncio
import sys
from functools import partial
from importlib import import_module
from importlib.util import find_spec

import structlog
from aiohttp import web

from cencomm.clock import system_clock
from cencomm.relay.app import build_app
from cencomm.relay.config import RelayConfig
from cencomm.relay.keys import METRICS
from cencomm.secret import system_entropy
from cencomm.site.log import configure_log
from cencomm.site.tls import Tls, certificate_gauge

BACKLOG = 1024  # connections that wait while hundreds come back at once
SHUTDOWN_SECONDS = 10.0
THREAD_SWITCH_SECONDS = 0.0002  # writer and loop hand the interpreter to each other; 5 ms, the default, is ten commits


def run(config: RelayConfig) -> None:
    """Serves until SIGINT or SIGTERM."""
    configure_log()
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    app = build_app(config, clock=system_clock, entropy=system_entropy)
    tls = _tls(config)
    if tls is not None:
        app.cleanup_ctx.append(partial(tls.serve_fresh, show=certificate_gauge(app[METRICS].registry)))
    structlog.get_logger().info("relay_starting", port=config.port, tls=tls is not None)
    web.run_app(
        app,
        host=config.host,
        port=config.port,
        ssl_context=None if tls is None else tls.context,
        backlog=BACKLOG,
        shutdown_timeout=SHUTDOWN_SECONDS,
        access_log=None,  # paths hold identifiers, lines hold addresses
        print=None,
        loop=_fast_loop(),
    )


def _fast_loop() -> asyncio.AbstractEventLoop | None:
    """uvloop where it is installed (extra `fast`): about a third less CPU per delivery. None: the usual loop."""
    if find_spec("uvloop") is None:
        return None
    loop: asyncio.AbstractEventLoop = import_module("uvloop").new_event_loop()
    return loop


def _tls(config: RelayConfig) -> Tls | None:
    if config.tls_certificate is None or config.tls_key is None:
        return None
    return Tls(config.tls_certificate, config.tls_key)
