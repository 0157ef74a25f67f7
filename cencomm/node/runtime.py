"""A node as a process: takes part until it is told to stop, and comes back from whatever stops it.

    locked folder -> newest tables -> [ sign in -> mailbox from disk -> watch ] -> fault? wait, and again from disk

After a fault the mailbox is thrown away and read again, so that memory never says more than the last transaction.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from cencomm.client.duties import do_duties
from cencomm.client.events import Event, Quarantined
from cencomm.client.history.serving import HistoryServer
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import WrongSignIn
from cencomm.client.watch import watch
from cencomm.errors import Unavailable
from cencomm.ids import short
from cencomm.node.api.app import serve_api
from cencomm.node.api.room import Room
from cencomm.node.config import NodeConfig
from cencomm.node.consumer import Consumer
from cencomm.node.data_folder import DataFolder
from cencomm.node.database import Database
from cencomm.node.fault import Fault
from cencomm.node.health import Health, look, serve_health
from cencomm.node.key_file import NodeKeys, read_keys
from cencomm.node.membership import Surroundings, open_member, open_store
from cencomm.node.metrics import NodeMetrics
from cencomm.node.past import fetch_past
from cencomm.node.people import log_key, people_desk
from cencomm.node.restored import Restored, opening_of
from cencomm.node.store import NodeStore
from cencomm.site.metrics import exposition
from cencomm.site.tls import Tls, certificate_gauge

LOOK_AGAIN_SECONDS = 1.0  # whether a node that was put back has been let in: it asks nobody but its own memory

_log = structlog.get_logger()


@dataclass(slots=True)
class _Life:
    """What `/healthz` and `/metrics` are asked about."""

    database: Database
    consumer: Consumer
    metrics: NodeMetrics
    mailbox: Mailbox | None = None
    fault: str | None = None
    failures: int = 0

    async def look(self) -> Health:
        return await look(self.mailbox, self.database, self.consumer, fault=self.fault)

    async def scrape(self) -> bytes:
        self.metrics.show(await self.look(), self.mailbox)
        return exposition(self.metrics.registry)


async def run_node(config: NodeConfig, around: Surroundings) -> None:
    """Take part in every operation that admits this node, until the task is cancelled.

    The first enactor: whoever the ledger admits or revokes is added or removed by us, at once (C7).

    Raises:
        NoNode, NodeInUse, NodeDamaged: this folder cannot be run.
        WrongSignIn: the relay does not know this node any more.
    """
    folder = DataFolder(config.data)
    with folder.locked():
        keys = await asyncio.to_thread(read_keys, folder.key_file)
        async with open_store(folder, keys, around) as store:
            life = _Life(store.database, around.consumer, NodeMetrics.of(folder.path, folder.database))
            restored = Restored(folder) if folder.restored_mark.exists() else None
            async with _health_served(config, life), _api_served(config, life, keys, around):
                while True:
                    await _live(config, life, store, keys, around, restored)
                    await asyncio.sleep(_wait_seconds(config, life))


async def run_until_signal(config: NodeConfig, around: Surroundings) -> None:
    """As `run_node`, until SIGTERM or SIGINT; what is in a transaction then is finished or undone."""
    task = asyncio.current_task()
    assert task is not None  # we run in one
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await run_node(config, around)
    except asyncio.CancelledError:
        _log.info("node_stopped")
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _live(
    config: NodeConfig, life: _Life, store: NodeStore, keys: NodeKeys, around: Surroundings, restored: Restored | None
) -> None:
    """One life of the member: returns after a fault, and leaves nothing of it in memory."""
    try:
        opening = opening_of(DataFolder(config.data), restored)
        async with open_member(store, keys, around, opening=opening) as mailbox:
            life.mailbox = mailbox
            mailbox.observe(_tell)
            mailbox.observe(lambda _: _recover(life))
            mailbox.observe(lambda event: life.metrics.observe(event, now=around.clock()))
            _log.info("node_running", operations=len(mailbox.operations))
            if restored is not None:
                await restored.recover(mailbox)
            async with asyncio.TaskGroup() as tasks:  # a fault of one ends all
                tasks.create_task(around.consumer.tend(mailbox, store.database))
                if around.holdings is not None:
                    tasks.create_task(do_duties(HistoryServer(mailbox, around.holdings(store))))
                tasks.create_task(fetch_past(mailbox))
                if restored is not None:
                    tasks.create_task(restored.stay_until_let_in(mailbox, seconds=LOOK_AGAIN_SECONDS))
                await watch(mailbox, enacts_at_once=True, on_wait=lambda fault: _wait_out(life, fault))
    except WrongSignIn:
        raise
    except Exception as error:  # noqa: BLE001 (the top of the process: the next try begins at the last transaction)
        life.failures += 1
        fault = Fault.of(error)
        life.fault = fault.kind
        life.metrics.faults.labels(fault.kind).inc()
        fault.tell(failures=life.failures, retry_seconds=_wait_seconds(config, life))
    finally:
        life.mailbox = None


def _recover(life: _Life) -> None:
    """An event became durable, or all was looked at: relay, disk and database work again."""
    if life.fault is not None:
        _log.info("node_recovered", kind=life.fault, failures=life.failures)
    life.failures, life.fault = 0, None


def _wait_out(life: _Life, fault: Unavailable | None) -> None:
    """A full disk ends nothing, and records nothing: whoever asks how the node is must hear of it."""
    if fault is None:
        _recover(life)
    elif life.fault != type(fault).__name__:  # said once, however often it is tried again
        waited_out = Fault.of(fault)
        life.fault = waited_out.kind
        life.metrics.faults.labels(life.fault).inc()
        _log.warning("node_waits", kind=waited_out.kind, cause=waited_out.cause)


def _tell(event: Event) -> None:
    if isinstance(event, Quarantined):
        level = _log.warning if event.alarm else _log.info
        level("message_set_aside", reason=event.reason.value, channel=short(event.place.channel))


@contextlib.asynccontextmanager
async def _health_served(config: NodeConfig, life: _Life) -> AsyncIterator[None]:
    if config.health_port is None:
        yield
        return
    async with serve_health(config.health_port, life.look, life.scrape) as port:
        _log.info("health_served", port=port)
        yield


@contextlib.asynccontextmanager
async def _api_served(config: NodeConfig, life: _Life, keys: NodeKeys, around: Surroundings) -> AsyncIterator[None]:
    """What was recorded can be read while the relay is away, and between two lives of the member."""
    if config.port is None or around.api is None:
        yield
        return
    tls = None
    if config.tls_certificate is not None and config.tls_key is not None:
        tls = Tls(config.tls_certificate, config.tls_key)
    async with contextlib.AsyncExitStack() as stack:
        if tls is not None:
            fresh = asyncio.create_task(tls.keep_fresh(certificate_gauge(life.metrics.registry)), name="certificate")
            stack.callback(fresh.cancel)
        desk = stack.enter_context(people_desk(life.database, keys, around.api.policy, around.entropy))
        room = Room(
            kind=around.api,
            folder=DataFolder(config.data),
            database=life.database,
            desk=desk,
            log_key=log_key(keys),
            lists=around.reports.lists,
            clock=around.clock,
        )
        port = await stack.enter_async_context(serve_api(config, room, tls))
        _log.info("api_served", port=port, tls=tls is not None)
        yield


def _wait_seconds(config: NodeConfig, life: _Life) -> float:
    return min(config.longest_retry_seconds, config.first_retry_seconds * (1 << min(life.failures, 16)))
