"""Staying connected while things change around one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest
from aiohttp import web

from cencomm.client.channel.posting import send, waiting
from cencomm.client.events import Event, MessageDelivered
from cencomm.client.operation import enrolling
from cencomm.client.unit import admission, revocation
from cencomm.client.watch import catch_up, watch
from cencomm.errors import ProtocolError, Unavailable
from cencomm.forms.form import Form
from cencomm.ids import MessageId, OperationId
from cencomm.ledger.kinds import RevokeReason, Role
from cencomm.ledger.replay import Pin
from cencomm.wire.document import encode_document
from cencomm.wire.operations import LedgerPage
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, Place, admit, draft, found, profile
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


@pytest.fixture
async def other(carla: Person, bob: Person, place: Place, forms: Mapping[str, Form]) -> Place:
    """A second operation of Carla and Bob, beside the one in trouble."""
    second = await found(carla, forms["note"])
    await admit(carla, bob, second, "KE")
    assert place.operation in bob.mailbox.operations
    return second


async def bring_trouble(kind: str, bob: Person, place: Place, server: LoopbackRelay) -> None:
    """From now on one of Bob's operations is frozen (L4), or the relay shows entries of it that are none."""
    if kind == "frozen":
        async with bob.mailbox.lock:
            frozen = replace(bob.mailbox.operation(place.operation), frozen="two histories")
            await bob.mailbox.write({}, operation=frozen)
        return

    async def invent(request: web.Request, handler: Handler) -> web.StreamResponse:
        if f"/operations/{place.operation.hex()}/ledger" in request.path:
            page = encode_document(LedgerPage(entries=(b"no entry",), head=b""))
            return web.Response(body=page, content_type="application/json")
        return await handler(request)

    server.meddle = invent


async def refuse_messages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A relay whose disk is full."""
    if request.method == "POST" and request.path.endswith("/log"):
        return web.Response(status=503, body=b'{"error":{"code":"unavailable","message":"full","details":{}}}')
    return await handler(request)


@pytest.mark.parametrize("kind", ["frozen", "refused"])
async def test_one_operation_in_trouble_stops_neither_the_others_nor_the_outbox(
    bob: Person, carla: Person, place: Place, other: Place, server: LoopbackRelay, kind: str
) -> None:
    server.meddle = refuse_messages
    with pytest.raises(Unavailable):
        await send(bob.mailbox, other.operation, other.channel, draft(other, {"text": "from the outbox"}))
    server.meddle = None
    told = await send(carla.mailbox, other.operation, other.channel, draft(other, {"text": "go on"}))
    await bring_trouble(kind, bob, place, server)

    with contextlib.suppress(ProtocolError):  # told at the end, when everything else was done
        await catch_up(bob.mailbox)

    assert told.message in {one.envelope.message for one in bob.said(MessageDelivered)}
    assert await waiting(bob.mailbox) == []


@pytest.mark.parametrize("kind", ["frozen", "refused"])
async def test_who_watches_goes_on_beside_an_operation_in_trouble(
    bob: Person, carla: Person, place: Place, other: Place, server: LoopbackRelay, kind: str
) -> None:
    await bring_trouble(kind, bob, place, server)
    arrivals = Arrivals(bob)
    async with watching(bob):
        told = await send(carla.mailbox, other.operation, other.channel, draft(other, {"text": "go on"}))

        await arrivals.of(told.message)


async def test_who_is_admitted_while_connected_enters_without_beginning_anew(
    carla: Person, bob: Person, forms: Mapping[str, Form]
) -> None:
    """An archive enacts at once: it was looking at the operation before it knew anything of it, and fell over."""
    place = await found(carla, forms["seizure"])
    letter = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(bob, "KE"))
    await enrolling.enrol(bob.mailbox, letter)
    connected, arrivals = bob.mailbox.history_bell.listen(), Arrivals(bob)
    async with asyncio.TaskGroup() as tasks:
        watched = tasks.create_task(watch(bob.mailbox, enacts_at_once=True))
        await connected.wait()

        await admission.admit_waiting(carla.mailbox, place.operation)
        sent = await send(carla.mailbox, place.operation, place.channel, draft(place, SEIZURE))

        await arrivals.of(sent.message)
        watched.cancel()
