"""What a server counts of its work, in Prometheus' text format, for whoever watches over it on the same computer.

Numbers, and labels from short closed lists: no identifier, name or address can get in, because nothing that a peer
chose is ever a label. Served on loopback at a port of its own, never at the one that the world reaches: behind a proxy
on the same computer everybody's address is loopback, so a look at the peer's address would keep nobody out.
"""

import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cencomm.site.backup import last_backup
from cencomm.site.headers import add_api_headers

LOOPBACK = "127.0.0.1"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

Scrape = Callable[[], Awaitable[bytes]]
"""The numbers of now, as they are served."""

_log = structlog.get_logger()


def new_registry(folder: Path, database: Path) -> CollectorRegistry:
    """A server's own registry, with what all servers have: version, process, storage, newest backup."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(Storage(folder, database))
    build = Gauge("cencomm_build_info", "Always 1.", ("version", "sqlite"), registry=registry)
    build.labels(version("cencomm"), sqlite3.sqlite_version).set(1)
    return registry


def exposition(registry: CollectorRegistry) -> bytes:
    return generate_latest(registry)


@dataclass(frozen=True, slots=True)
class Storage(Collector):
    """Looked at when asked. What cannot be read is left out: an absent number raises an alarm, a false one none."""

    folder: Path
    database: Path

    def collect(self) -> Iterator[Metric]:
        for name, help_, path in (
            ("cencomm_database_bytes", "Size of the database file.", self.database),
            ("cencomm_wal_bytes", "Size of its write-ahead log.", self.database.with_name(f"{self.database.name}-wal")),
        ):
            with contextlib.suppress(OSError):
                yield GaugeMetricFamily(name, help_, path.stat().st_size)
        with contextlib.suppress(OSError):
            disk = os.statvfs(self.folder)
            yield GaugeMetricFamily("cencomm_disk_free_bytes", "For this account.", disk.f_bavail * disk.f_frsize)
            yield GaugeMetricFamily("cencomm_disk_free_inodes", "For this account.", disk.f_favail)
        made_at = last_backup(self.folder)
        if made_at is not None:
            yield GaugeMetricFamily("cencomm_last_backup_timestamp_seconds", "When the newest one ended.", made_at)


@contextlib.asynccontextmanager
async def serve_metrics(port: int, scrape: Scrape) -> AsyncIterator[int]:
    """`http://127.0.0.1:PORT/metrics` until the block ends; gives the port, which the system chose if `port` is 0."""
    app = web.Application()
    app.on_response_prepare.append(add_api_headers)
    app.router.add_get("/metrics", answering(scrape))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        served: int = runner.addresses[0][1]
        _log.info("metrics_served", port=served)
        yield served
    finally:
        await runner.cleanup()


def answering(scrape: Scrape) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of GET /metrics."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=await scrape(), headers={"Content-Type": CONTENT_TYPE})

    return metrics
