"""How a node is: told in short identifiers and counts, to this computer alone."""

from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.events import Event, Place, Quarantined, Reason
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.ids import ChannelId, OperationId
from cencomm.node.database import Database
from cencomm.node.health import Health, look, serve_health
from cencomm.node.metrics import NodeMetrics
from cencomm.node.quarantine import set_aside
from cencomm.site.metrics import exposition
from tests.e2e.leaks import spellings
from tests.fakes.scraped import scrape

WELL = Health(
    works=True, state="well", relay=True, fault=None, waiting_for=0, positions=(), quarantine={}, unfinished={}
)


class Idle:
    """A consumer that has two files to fetch, and does not."""

    packages = ()

    async def record(self, connection: AsyncConnection, event: Event, operation: Operation, *, now: int) -> None:
        raise NotImplementedError

    def redact(self, event: Quarantined, operation: Operation) -> Quarantined:
        raise NotImplementedError

    async def tend(self, mailbox: Mailbox, database: Database) -> None:
        raise NotImplementedError

    async def unfinished(self, _: AsyncConnection) -> Mapping[str, int]:
        return {"files_waiting": 2}


async def test_a_node_between_two_tries_is_not_well_and_says_what_it_set_aside(database: Database) -> None:
    place = Place(
        operation=OperationId(bytes(32)),
        channel=ChannelId(bytes(16)),
        generation=1,
        sequence=1,
        log_hash=bytes(32),
        epoch=1,
    )
    event = Quarantined(place=place, reason=Reason.BAD_ANCHOR, detail="a name", message=b"x", account=None)
    await database.transact(lambda connection: set_aside(connection, event, now=0))

    health = await look(None, database, Idle(), fault="Unavailable")

    assert not health.works
    assert health.state == "unwell"
    assert not health.relay
    assert (health.fault, health.quarantine) == ("Unavailable", {"bad_anchor": 1})
    assert health.unfinished == {"files_waiting": 2}


@pytest.mark.parametrize(("works", "status"), [(True, 200), (False, 503)])
async def test_the_status_says_whether_it_works(works: bool, status: int) -> None:  # noqa: FBT001 (a case)
    async def ask() -> Health:
        return Health(
            works=works,
            state="degraded",
            relay=works,
            fault=None,
            waiting_for=0,
            positions=(),
            quarantine={},
            unfinished={},
        )

    async with (
        serve_health(0, ask) as port,
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/healthz") as answer,
    ):
        assert answer.status == status
        assert (await answer.json())["works"] is works
        assert answer.headers["Cache-Control"] == "no-store"


async def test_nothing_else_is_served() -> None:
    async def ask() -> Health:
        return WELL

    async with serve_health(0, ask) as port, aiohttp.ClientSession() as http:
        async with http.get(f"http://127.0.0.1:{port}/") as answer:
            assert answer.status == 404
        async with http.post(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 405


async def test_a_nodes_numbers_stand_beside_its_health_and_name_nobody(tmp_path: Path, database: Database) -> None:
    place = Place(
        operation=OperationId(b"QXVEKWop" * 4),
        channel=ChannelId(b"QXVEKWch" * 2),
        generation=1,
        sequence=1,
        log_hash=bytes(32),
        epoch=1,
    )
    event = Quarantined(place=place, reason=Reason.FOREIGN_LOG, detail="QXVEKW", message=b"QXVEKW", account=None)
    await database.transact(lambda connection: set_aside(connection, event, now=0))
    metrics = NodeMetrics.of(tmp_path, tmp_path / "node.sqlite")
    metrics.observe(event, now=1_800_000_000)

    async def ask() -> Health:
        return await look(None, database, Idle(), fault="Unavailable")

    async def numbers() -> bytes:
        metrics.show(await ask(), None)
        return exposition(metrics.registry)

    async with serve_health(0, ask, numbers) as port:
        text, series = await scrape(port)

    assert series["cencomm_node_works", ()] == 0
    assert series["cencomm_node_quarantine", (("alarm", "yes"), ("reason", "foreign_log"))] == 1
    assert series["cencomm_node_quarantine", (("alarm", "no"), ("reason", "unknown_form"))] == 0
    assert series["cencomm_node_events_total", (("kind", "Quarantined"),)] == 1
    assert series["cencomm_node_last_event_timestamp_seconds", ()] == 1_800_000_000
    assert series["cencomm_node_unfinished", (("kind", "files_waiting"),)] == 2
    telling = ["QXVEKW", place.operation.hex()[:8], place.channel.hex()[:8]]
    assert [one for one in telling for spelling in spellings(one) if spelling in text.encode()] == []
