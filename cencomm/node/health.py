"""How the node is, for whoever watches over it on the same computer: http://127.0.0.1:PORT/healthz.

Shown are short identifiers, positions and counts: no name, no purpose, no value. Loopback only, and no sign-in.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web
from msgspec import Struct

from cencomm.client.channel.session import Standing
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import BadAnswer, Refusal
from cencomm.errors import Unavailable
from cencomm.ids import short
from cencomm.node.consumer import Consumer
from cencomm.node.database import Database
from cencomm.node.quarantine import count_set_aside
from cencomm.site.headers import add_api_headers
from cencomm.site.metrics import LOOPBACK, Scrape, answering
from cencomm.wire.document import encode_document


class Position(Struct, frozen=True, kw_only=True):
    """How far one channel was taken in. `standing`: live, removed or stalled."""

    operation: str
    channel: str
    generation: int
    sequence: int
    standing: str


class Health(Struct, frozen=True, kw_only=True):
    """`works`: the relay answers, the member runs, and no channel waits for the coordination unit.

    `state` is for people: well; degraded, when it works and has set messages aside that somebody has to look at; else
    unwell.

    `fault` is the kind of what went wrong last and has not been overcome; `waiting_for` counts letters that the unit
    has not answered yet; `unfinished` what the consumer still has to fetch.
    """

    works: bool
    state: str
    relay: bool
    fault: str | None
    waiting_for: int
    positions: tuple[Position, ...]
    quarantine: dict[str, int]
    unfinished: dict[str, int]


async def look(mailbox: Mailbox | None, database: Database, consumer: Consumer, *, fault: str | None) -> Health:
    """The node's health now; the relay is asked. `mailbox` is None while the node is between two tries."""
    async with database.reading() as connection:
        counts = await count_set_aside(connection)
        left = await consumer.unfinished(connection)
    positions = () if mailbox is None else _positions(mailbox)
    relay = mailbox is not None and await _answers(mailbox)
    stalled = any(position.standing == Standing.STALLED.name.lower() for position in positions)
    works = relay and fault is None and not stalled
    return Health(
        works=works,
        state="unwell" if not works else "degraded" if counts else "well",
        relay=relay,
        fault=fault,
        waiting_for=0 if mailbox is None else len(mailbox.pins.keys() - mailbox.operations.keys()),
        positions=positions,
        quarantine={reason.value: count for reason, count in sorted(counts.items())},
        unfinished=dict(left),
    )


@contextlib.asynccontextmanager
async def serve_health(
    port: int, ask: Callable[[], Awaitable[Health]], scrape: Scrape | None = None
) -> AsyncIterator[int]:
    """`/healthz`, and `/metrics` where there is something to `scrape`, until the block ends.

    Gives the port, which the system chose if `port` is 0.
    """

    async def healthz(_: web.Request) -> web.Response:
        health = await ask()
        return web.Response(
            body=encode_document(health), status=200 if health.works else 503, content_type="application/json"
        )

    app = web.Application()
    app.on_response_prepare.append(add_api_headers)
    app.router.add_get("/healthz", healthz)
    if scrape is not None:
        app.router.add_get("/metrics", answering(scrape))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _positions(mailbox: Mailbox) -> tuple[Position, ...]:
    return tuple(
        Position(
            operation=short(operation),
            channel=short(channel),
            generation=session.generation,
            sequence=session.sequence,
            standing=session.standing.name.lower(),
        )
        for (operation, channel), session in sorted(mailbox.sessions.items())
    )


async def _answers(mailbox: Mailbox) -> bool:
    try:
        await mailbox.relay.check_health()
    except (Unavailable, Refusal, BadAnswer):
        return False
    return True
