"""A relay as a process of its own."""

import asyncio
import ssl
import sys
from importlib import import_module
from importlib.util import find_spec

import structlog
from aiohttp import web

from cencomm.clock import system_clock
from cencomm.relay.app import build_app
from cencomm.relay.config import RelayConfig
from cencomm.secret import system_entropy
from cencomm.site.log import configure_log

BACKLOG = 1024  # connections that wait while hundreds come back at once
SHUTDOWN_SECONDS = 10.0
THREAD_SWITCH_SECONDS = 0.0002  # writer and loop hand the interpreter to each other; 5 ms, the default, is ten commits


def run(config: RelayConfig) -> None:
    """Serves until SIGINT or SIGTERM."""
    configure_log()
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    app = build_app(config, clock=system_clock, entropy=system_entropy)
    structlog.get_logger().info("relay_starting", port=config.port, tls=config.tls_certificate is not None)
    web.run_app(
        app,
        host=config.host,
        port=config.port,
        ssl_context=_tls(config),
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


def _tls(config: RelayConfig) -> ssl.SSLContext | None:
    if config.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(config.tls_certificate, config.tls_key)
    return context
