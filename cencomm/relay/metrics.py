"""The relay in numbers (docs/operate.md says what each means and which to be woken by).

No label says who, where or what: route patterns, kinds, codes and rules, each from a closed list of our own. The sums
are over all operations. Where only one runs they are its: whoever scrapes learns when how much is said in it.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from cencomm.relay.fanout import Fanout
from cencomm.relay.queries.stock import Stock
from cencomm.relay.state import State
from cencomm.relay.writer import Writer
from cencomm.site.errors import route_of
from cencomm.site.metrics import SECONDS_BUCKETS, new_registry
from cencomm.wire.errors import Error

_BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RelayMetrics:
    registry: CollectorRegistry
    requests: Histogram
    published: Counter
    refused: Counter
    sign_ins: Counter
    transactions: Histogram
    batches: Histogram
    push_lag: Histogram
    streams_closed: Counter
    gauges: "_Gauges"

    @classmethod
    def of(cls, folder: Path, database: Path) -> Self:
        """For a relay on `folder`; nothing of it is counted yet."""
        registry = new_registry(folder, database)

        def count(name: str, help_: str, *labels: str) -> Counter:
            return Counter(f"cencomm_relay_{name}", help_, labels, registry=registry)

        def measure(name: str, help_: str, *labels: str, buckets: tuple[float, ...] = SECONDS_BUCKETS) -> Histogram:
            return Histogram(f"cencomm_relay_{name}", help_, labels, registry=registry, buckets=buckets)

        return cls(
            registry=registry,
            requests=measure("request_seconds", "Answering requests, streams not.", "method", "route", "status"),
            published=count("published", "Messages and Commits with a receipt, retries too.", "kind"),
            refused=count("refused_publishes", "Messages and Commits without one.", "kind", "code", "rule"),
            sign_ins=count("sign_ins", "Tries to sign in.", "outcome"),
            transactions=measure("transaction_seconds", "Transactions of the one writer, flush to disk included."),
            batches=measure("transaction_uses", "Use cases that shared a transaction.", buckets=_BATCH_BUCKETS),
            push_lag=measure("push_lag_seconds", "From the flush to disk to every reader's socket."),
            streams_closed=count("streams_closed", "Streams that ended, by close code.", "code"),
            gauges=_Gauges.of(registry),
        )

    def refuse_publish(self, kind: str, error: Error) -> None:
        self.refused.labels(kind, error.code.value, error.details.rule or "").inc()

    def observe_transaction(self, uses: int, seconds: float) -> None:
        self.batches.observe(uses)
        self.transactions.observe(seconds)

    def look(self, state: State, fanout: Fanout, writer: Writer) -> None:
        """What memory knows, now."""
        self.gauges.waiting.set(writer.waiting)
        self.gauges.streams.set(fanout.open_streams)
        self.gauges.operations.set(len(state.ledgers))
        self.gauges.channels.set(len(state.tips))
        self.gauges.owing.set(sum(tip.owes_removal for tip in state.tips.values()))

    def show(self, stock: Stock) -> None:
        self.gauges.last_resorts.set(stock.used_last_resorts)
        self.gauges.locked.set(stock.locked_handles)
        self.gauges.attachments.set(stock.attachment_bytes)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Gauges:
    """What is so now; set at each scrape."""

    waiting: Gauge
    streams: Gauge
    operations: Gauge
    channels: Gauge
    owing: Gauge
    last_resorts: Gauge
    locked: Gauge
    attachments: Gauge

    @classmethod
    def of(cls, registry: CollectorRegistry) -> Self:
        def gauge(name: str, help_: str) -> Gauge:
            return Gauge(f"cencomm_relay_{name}", help_, registry=registry)

        return cls(
            waiting=gauge("writer_waiting", "Use cases that wait for the writer."),
            streams=gauge("streams_open", "Streams of all accounts."),
            operations=gauge("operations", "Operations."),
            channels=gauge("channels", "Channels of all operations."),
            owing=gauge("channels_owing_removal", "Channels whose next Commit has to remove somebody who was revoked."),
            last_resorts=gauge("last_resorts_used", "Key packages of last resort in use and not replaced yet."),
            locked=gauge("locked_handles", "Sign-in names and known computers that wait after wrong tries."),
            attachments=gauge("attachment_bytes", "Sealed bytes of announced attachments."),
        )


def timed(metrics: RelayMetrics) -> Middleware:
    """How long each answer took, by the pattern of its route."""

    @web.middleware
    async def time_answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        began = loop.time()
        answer = await handler(request)
        if not isinstance(answer, web.WebSocketResponse):
            method = request.match_info.route.method  # ours, "*" where there is none: a peer may ask with any word
            series = metrics.requests.labels(method, route_of(request), f"{answer.status // 100}xx")
            series.observe(loop.time() - began)
        return answer

    return time_answer
