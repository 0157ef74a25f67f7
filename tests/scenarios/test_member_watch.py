"""Staying connected while things change around one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from cencomm.client.channel.posting import send
from cencomm.client.events import Event, MessageDelivered
from cencomm.client.unit import revocation
from cencomm.client.watch import watch
from cencomm.errors import ProtocolError
from cencomm.forms.form import Form
from cencomm.ids import MessageId, OperationId
from cencomm.ledger.kinds import RevokeReason
from cencomm.ledger.replay import Pin
from cencomm.wire.document import encode_document
from cencomm.wire.operations import LedgerPage
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, Place, admit, draft, found
from tests.scenarios.test_two_officers import SEIZURE

PATIENCE_SECONDS = 30  # for what takes two at most; the machine may be busy


class Arrivals:
    """Lets a test wait for a message instead of for a time."""

    def __init__(self, person: Person) -> None:
        self._seen: set[MessageId] = set()
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        person.mailbox.observe(self._note)

    def _note(self, event: Event) -> None:
        if isinstance(event, MessageDelivered):
            self._seen.add(event.envelope.message)
            task = asyncio.ensure_future(self._wake())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def of(self, message: MessageId) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: message in self._seen)


@contextlib.asynccontextmanager
async def watching(person: Person) -> AsyncIterator[list[ProtocolError]]:
    """The person's program takes part; what troubles it is told is in the list."""
    troubles: list[ProtocolError] = []
    task = asyncio.create_task(watch(person.mailbox, on_trouble=troubles.append))
    try:
        yield troubles
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_what_is_sent_arrives_without_asking(ana: Person, bob: Person, place: Place) -> None:
    arrivals = Arrivals(bob)
    async with watching(bob):
        sent = await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

        await arrivals.of(sent.message)


async def test_a_revocation_in_one_operation_ends_nothing_in_another(
    ana: Person, bob: Person, carla: Person, place: Place, forms: Mapping[str, Form]
) -> None:
    other = await found(carla, forms["note"])
    await admit(carla, bob, other, "KE")
    arrivals = Arrivals(bob)
    async with watching(bob):
        first = await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))
        await arrivals.of(first.message)  # the stream stands

        await revocation.revoke(carla.mailbox, place.operation, bob.account, RevokeReason.LEFT_THE_POST)
        second = await send(carla.mailbox, other.operation, other.channel, draft(other, {"text": "go on"}))

        await arrivals.of(second.message)


async def test_a_trouble_is_told_and_the_watch_goes_on(
    ana: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    unknown = Pin(OperationId(b"g" * 32), 0, b"g" * 32)
    async with bob.mailbox.lock:
        await bob.mailbox.write({}, pin=unknown)

    async def invent(request: web.Request, handler: Handler) -> web.StreamResponse:
        if f"/operations/{unknown.operation.hex()}/ledger" in request.path:
            page = encode_document(LedgerPage(entries=(), head=b""))
            return web.Response(body=page, content_type="application/json")
        return await handler(request)

    server.meddle = invent
    arrivals = Arrivals(bob)
    async with watching(bob) as troubles:
        sent = await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

        await arrivals.of(sent.message)

    assert troubles
