"""The composition root: every resource of the relay, in order of need."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import structlog
from aiohttp import WSCloseCode, web

from cencomm.clock import Clock
from cencomm.errors import UsageError
from cencomm.relay.attachments import stored_chunks
from cencomm.relay.browser_client import BrowserClient, load_browser_client
from cencomm.relay.bulk_turns import BulkTurns
from cencomm.relay.chunk_files import ChunkFiles
from cencomm.relay.config import RelayConfig
from cencomm.relay.database import migrate, open_database
from cencomm.relay.edge.answer import describe
from cencomm.relay.edge.routes import PAGES, ROUTES
from cencomm.relay.fanout import Fanout
from cencomm.relay.folder_lock import folder_locked
from cencomm.relay.keys import (
    BROWSER_CLIENT,
    BULK_TURNS,
    CHUNK_FILES,
    CLAIMS,
    CLOCK,
    CONFIG,
    DATABASE,
    DESK,
    ENTROPY,
    FANOUT,
    LOG_PAGES,
    METRICS,
    NOTARY,
    PACING,
    PACKING,
    PUBLISHES,
    PUBLISHING,
    REGISTRY,
    STATE,
    WRITER,
)
from cencomm.relay.loading import load_state
from cencomm.relay.metrics import RelayMetrics, timed
from cencomm.relay.notary import Notary
from cencomm.relay.operations import Registry
from cencomm.relay.own_keys import false_salt_key, receipt_key
from cencomm.relay.pacing import Pacing
from cencomm.relay.page_memo import PageMemo
from cencomm.relay.publishing import Publishing
from cencomm.relay.queries.stock import take_stock
from cencomm.relay.quota import Quota
from cencomm.relay.sign_in import SignInDesk
from cencomm.relay.writer import Writer
from cencomm.secret import Entropy
from cencomm.site.errors import one_shape
from cencomm.site.hashing import hashing_pool
from cencomm.site.headers import add_api_headers
from cencomm.site.metrics import exposition, serve_metrics

HOUR_SECONDS = 3600
MINUTE_SECONDS = 60

_log = structlog.get_logger()


def build_app(config: RelayConfig, *, clock: Clock, entropy: Entropy) -> web.Application:
    """A relay on `config.data`, which is made if absent. Nothing is opened before the application starts."""
    metrics = RelayMetrics.of(config.data, config.database)
    app = web.Application(middlewares=[timed(metrics), one_shape(describe)])
    app[CONFIG], app[CLOCK], app[ENTROPY], app[METRICS] = config, clock, entropy, metrics
    app[BROWSER_CLIENT] = _browser_client()
    app.add_routes([*ROUTES, *PAGES])
    app.on_response_prepare.append(add_api_headers)
    app.on_shutdown.append(_close_streams)
    app.cleanup_ctx.extend((_database, _state, _writer, _packing, _chunk_files, _sign_in, _metrics))
    return app


def _browser_client() -> BrowserClient | None:
    """None where it was not built: the relay serves programs all the same."""
    try:
        return load_browser_client()
    except UsageError as absent:
        _log.warning("browser_client_absent", reason=str(absent))
        return None


async def _database(app: web.Application) -> AsyncIterator[None]:
    config = app[CONFIG]
    with folder_locked(config.data):
        await asyncio.to_thread(migrate, config.database)
        app[DATABASE] = open_database(config)
        yield
        app[DATABASE].dispose()


async def _state(app: web.Application) -> AsyncIterator[None]:
    app[STATE] = await app[DATABASE].read(load_state)
    app[NOTARY] = Notary(receipt_key(app[CONFIG].data, app[ENTROPY]))
    app[PACING] = Pacing(app[CONFIG])
    app[LOG_PAGES] = PageMemo()
    app[BULK_TURNS] = BulkTurns()
    app[PUBLISHING] = Publishing(app[NOTARY], app[CLOCK], app[PACING])
    app[FANOUT] = Fanout(app[STATE], app[CLOCK], app[METRICS].push_lag.observe)
    app[REGISTRY] = Registry(app[NOTARY], app[PUBLISHING], app[CONFIG].name)
    app[CLAIMS] = Quota(app[CONFIG].claims_per_hour, seconds=HOUR_SECONDS)
    app[PUBLISHES] = Quota(app[CONFIG].publishes_per_minute, seconds=MINUTE_SECONDS)
    yield


async def _writer(app: web.Application) -> AsyncIterator[None]:
    app[WRITER] = Writer(
        app[STATE], app[PUBLISHING].accept_messages, app[FANOUT].announce, app[METRICS].observe_transaction
    )
    task = asyncio.create_task(app[WRITER].run(app[DATABASE].writer), name="writer")
    yield
    await app[WRITER].stop()
    await task


async def _packing(app: web.Application) -> AsyncIterator[None]:
    with ThreadPoolExecutor(1, "packing") as thread:
        app[PACKING] = thread
        yield


async def _chunk_files(app: web.Application) -> AsyncIterator[None]:
    config = app[CONFIG]
    with ChunkFiles.open(config.attachments, synchronous=config.synchronous == "FULL") as files:
        app[CHUNK_FILES] = files
        await files.sweep(await app[DATABASE].read(stored_chunks))
        yield


async def _sign_in(app: web.Application) -> AsyncIterator[None]:
    with hashing_pool() as pool:
        app[DESK] = SignInDesk.open(
            app[CONFIG],
            app[DATABASE],
            app[WRITER],
            pool=pool,
            false_salt_key=false_salt_key(app[CONFIG].data, app[ENTROPY]),
            entropy=app[ENTROPY],
        )
        yield


async def _metrics(app: web.Application) -> AsyncIterator[None]:
    port = app[CONFIG].metrics_port
    if port is None:
        yield
        return

    async def scrape() -> bytes:
        metrics, now = app[METRICS], app[CLOCK]()
        metrics.look(app[STATE], app[FANOUT], app[WRITER])
        metrics.show(await app[DATABASE].read(lambda connection: take_stock(connection, now=now)))
        return exposition(metrics.registry)

    async with serve_metrics(port, scrape):
        yield


async def _close_streams(app: web.Application) -> None:
    app[FANOUT].close_all(WSCloseCode.GOING_AWAY)
