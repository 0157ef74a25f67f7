"""A server of history that lies: its answer is not taken, its name is told, and the next honest answer is (H2)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.history.asking import ASK_AGAIN_SECONDS, ask
from cencomm.client.history.attendance import Span, fetched_writes, load_attendance
from cencomm.client.history.collecting import collect
from cencomm.client.history.errors import AnswerRefused
from cencomm.client.history.fetching import take_answer
from cencomm.client.history.holdings import StoredHoldings
from cencomm.client.history.jobs import load_jobs
from cencomm.client.history.keeping import load_missing
from cencomm.client.history.request import Asked, load_asked
from cencomm.client.history.serving import PATIENCE_SECONDS, HistoryServer
from cencomm.client.unit import admission
from cencomm.client.watch import catch_up
from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form
from cencomm.ids import AccountId
from cencomm.ledger.certificate import verify_certificate
from cencomm.ledger.history_chunk import ChunkHeader, make_chunk, verify_chunk
from cencomm.ledger.history_items import Absent, Item, Missing, Opened
from cencomm.ledger.kinds import History, Role
from cencomm.node.records.criteria import Labels
from cencomm.primitives.x25519 import generate_key_pair
from cencomm.secret import system_entropy
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.history import HistoryChunks, PutHistoryChunk
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.archive import SECONDS, archive_in, found_with_archive, invite_archive
from tests.scenarios.people import EXERCISE, NOW, Person, Place, admit
from tests.scenarios.test_history import cases, meeting, say, serve

Change = Callable[[list[Item]], list[Item]]


@pytest.fixture
async def wednesday(carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form]) -> Place:
    """Carla and Ana coordinate; Ana said 1, 2 and Carla 3, then Bob came."""
    place = await meeting(carla, forms, History.ALL)
    await admit(carla, ana, place, "FR", role=Role.COORDINATOR)
    await say(ana, place, 1, 2)
    await say(carla, place, 3)
    await admit(carla, bob, place, "KE")
    await catch_up(bob.mailbox)
    await catch_up(ana.mailbox)
    return place


def noise(asked: Asked, reader: Person, server: Person) -> bytes:
    """Properly signed, sealed to nobody's key."""
    return sealed_to(generate_key_pair(system_entropy).public_key, server, honest_header(asked, reader), [])


async def bring(server: Person, asked: Asked, chunk: bytes) -> None:
    await server.mailbox.relay.put_history_chunk(asked.operation, asked.request, PutHistoryChunk(chunk=chunk))


async def held_by(server: Person, place: Place) -> list[Item]:
    held = await StoredHoldings(server.mailbox.store).held(place.operation, place.channel, 1, window=0)
    return [item for _, item in sorted(held.items())]


def alter(items: list[Item]) -> list[Item]:
    assert isinstance(items[0], Opened)
    return [replace(items[0], signed=items[0].signed.replace(b"case 1", b"case 9")), *items[1:]]


def leave_out(items: list[Item]) -> list[Item]:
    return items[1:]


def exchange_authors(items: list[Item]) -> list[Item]:
    first, second = items[0], items[-1]
    assert isinstance(first, Opened)
    assert isinstance(second, Opened)
    return [replace(first, certificate=second.certificate), *items[1:]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (None, "no answer"),
        (alter, "not what it gave"),
        (leave_out, "leaves out"),
        (exchange_authors, "not what it gave"),
    ],
    ids=["noise", "altered", "left out", "another author"],
)
async def test_who_answers_first_with_noise_is_named_and_the_next_answer_taken_h2(
    change: Change | None, why: str, carla: Person, ana: Person, bob: Person, wednesday: Place
) -> None:
    """The request and its key stay; what the other coordinator says is all there, once."""
    (asked,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    if change is None:
        await bring(ana, asked, noise(asked, bob, ana))
    else:
        key = asked.private_key.public_key()
        items = change([one for one in await held_by(ana, wednesday) if one.sequence <= asked.span.last])
        await bring(ana, asked, sealed_to(key, ana, honest_header(asked, bob), items))

    asked, complete = await take_answer(bob.mailbox, asked)

    assert not complete
    assert [one.server for one in asked.guilty] == [ana.account]
    assert why in asked.guilty[0].why
    assert await cases(bob) == []
    await serve(carla)
    (done,), complete = await collect(bob.mailbox, [asked], patience_seconds=0, progress=lambda *_: None)
    assert complete
    assert (done.messages, done.wrong, done.missing) == (3, 0, 0)
    assert await cases(bob) == ["[1]", "[2]", "[3]"]
    assert not await load_asked(bob.mailbox.store), "the one-time key is gone"


async def test_noise_does_not_count_as_an_answer_for_the_next_server_h2(
    carla: Person, ana: Person, bob: Person, wednesday: Place
) -> None:
    """Carla leaves it to Ana as long as Bob may still take Ana's answer; from its refusal on she counts a minute."""
    time = [NOW]
    carla.clock = lambda: time[0]
    await carla.restart()
    (asked,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    await catch_up(carla.mailbox)
    server = HistoryServer(carla.mailbox, StoredHoldings(carla.mailbox.store))
    await bring(ana, asked, noise(asked, bob, ana))
    assert await server.answer_all() == 0
    time[0] += 2 * PATIENCE_SECONDS
    assert await server.answer_all() == 0, "who asked has not looked at it yet"
    await take_answer(bob.mailbox, asked)

    assert await server.answer_all() == 0
    time[0] += PATIENCE_SECONDS
    assert await server.answer_all() == 1

    assert (await take_answer(bob.mailbox, asked))[1]
    assert await server.answer_all() == 0
    assert not await load_jobs(carla.mailbox.store), "who asked said that it has all"


async def test_noise_of_one_officer_in_front_of_the_archive_costs_the_reader_one_look_h2(
    carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form], lists: Mapping[str, CodeList], tmp_path: Path
) -> None:
    """The archive answers at once whatever others have written; Bob needs no third person to act."""
    archive = archive_in(tmp_path / "archive", carla.reports, Labels(lists))
    place = await found_with_archive(carla, forms["seizure"], replace(EXERCISE, history=History.ALL))
    await admit(carla, ana, place, "FR")
    await archive.join(await invite_archive(carla, place.operation))
    await admission.admit_waiting(carla.mailbox, place.operation)
    await catch_up(carla.mailbox)
    archive.start()
    try:
        await say(ana, place, 1, 2, 3)
        await archive.headings(3)
        await admit(carla, bob, place, "KE")
        await catch_up(bob.mailbox)
        (asked,) = await ask(bob.mailbox, place.operation, place.channel)
        await bring(carla, asked, noise(asked, bob, carla))

        async with asyncio.timeout(SECONDS):
            # The archive answers while Bob does not look.
            while await first_server(bob, asked) == carla.account:  # noqa: ASYNC110 (another task serves)
                await asyncio.sleep(0.05)
            (done,), complete = await collect(bob.mailbox, [asked], patience_seconds=SECONDS, progress=lambda *_: None)

        assert complete
        assert (done.messages, done.missing) == (3, 0)
    finally:
        await archive.stop()


async def first_server(reader: Person, asked: Asked) -> AccountId:
    """Whose chunk the relay hands out for the next entry."""
    answer = await reader.mailbox.relay.history_chunks(asked.operation, asked.request, first=asked.following)
    return verify_chunk(answer.chunks[0]).certificate.account


async def test_who_waits_for_an_answer_is_woken_by_the_relay(
    carla: Person, bob: Person, wednesday: Place, server: LoopbackRelay
) -> None:
    """Looking by itself it would be there in an hour."""
    requests = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    looks, listens = list[str](), asyncio.Event()

    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("/chunks"):
            looks.append(request.path)
            if len(looks) > 1:  # the second look, with the stream open
                listens.set()
        return await handler(request)

    server.meddle = count
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(
            collect(bob.mailbox, requests, patience_seconds=3600, look_seconds=3600, progress=lambda *_: None)
        )
        await listens.wait()
        await serve(carla)

    assert waiting.result()[1]
    assert await cases(bob) == ["[1]", "[2]", "[3]"]


async def test_a_relay_that_hands_out_the_refused_answer_again_is_named_and_the_key_kept_h2(
    ana: Person, bob: Person, wednesday: Place, server: LoopbackRelay
) -> None:
    (asked,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    await bring(ana, asked, noise(asked, bob, ana))
    server.meddle = keep_refused

    with pytest.raises(AnswerRefused, match="again what was refused"):
        await take_answer(bob.mailbox, asked)

    (kept,) = await load_asked(bob.mailbox.store)
    assert [one.server for one in kept.guilty] == [ana.account]


async def test_nobody_is_blamed_for_what_only_the_relay_can_have_done_h2(
    carla: Person, bob: Person, wednesday: Place, server: LoopbackRelay
) -> None:
    """Bytes changed on the way."""
    (asked,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    await serve(carla)
    server.meddle = flip_chunks

    with pytest.raises(AnswerRefused, match="no answer"):
        await take_answer(bob.mailbox, asked)

    server.meddle = None
    taken, complete = await take_answer(bob.mailbox, asked)
    assert complete
    assert taken.guilty == ()


async def test_what_one_server_lacked_is_asked_of_another_and_never_of_the_same_h2(
    carla: Person, ana: Person, bob: Person, wednesday: Place
) -> None:
    """Ana says of everything that she does not hold it. That is shown; asked again, her word is not taken."""
    (asked,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    key, places = asked.private_key.public_key(), [one.sequence for one in await held_by(ana, wednesday)]
    lies: list[Item] = [Absent(place, Missing.NOT_HELD) for place in places if place <= asked.span.last]
    await bring(ana, asked, sealed_to(key, ana, honest_header(asked, bob), lies))
    denied, complete = await take_answer(bob.mailbox, asked)
    assert (complete, denied.messages, denied.missing) == (True, 0, len(lies))
    assert not await ask(bob.mailbox, wednesday.operation, wednesday.channel), "not asked for by itself"

    longer = Span(asked.span.first, asked.span.last + 9)  # as if the first request had gone on behind what is missing
    place = wednesday.operation, wednesday.channel, asked.generation
    await bob.mailbox.write(fetched_writes(*place, longer))

    (again,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel, lacking=True)
    await bring(ana, again, sealed_to(again.private_key.public_key(), ana, honest_header(again, bob), lies))
    again, complete = await take_answer(bob.mailbox, again)
    assert (complete, again.guilty) == (False, ())
    await serve(carla)
    again, complete = await take_answer(bob.mailbox, again)

    assert (complete, again.messages) == (True, 3)
    assert await cases(bob) == ["[1]", "[2]", "[3]"]
    assert not await load_missing(bob.mailbox.store, wednesday.operation)
    assert longer in (await load_attendance(bob.mailbox.store, *place)).fetched, "what was noted stays noted"


async def test_parts_of_two_servers_that_overlap_make_one_answer_h2(
    carla: Person, ana: Person, bob: Person, wednesday: Place
) -> None:
    """What the one answered for is not missing because the other, who came later, lacks it."""
    (asked,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    key = asked.private_key.public_key()
    held = [one for one in await held_by(carla, wednesday) if asked.span.first <= one.sequence <= asked.span.last]
    begun = replace(honest_header(asked, bob), last=asked.span.first, is_last=False)
    await bring(carla, asked, sealed_to(key, carla, begun, held[:1]))
    asked, complete = await take_answer(bob.mailbox, asked)
    assert (complete, asked.messages) == (False, 1)

    lacking = Absent(held[0].sequence, Missing.NOT_HELD)
    await bring(ana, asked, sealed_to(key, ana, honest_header(asked, bob), [lacking, *held[1:]]))
    asked, complete = await take_answer(bob.mailbox, asked)

    assert (complete, asked.messages, asked.missing) == (True, 3, 0)
    assert not await load_missing(bob.mailbox.store, wednesday.operation)
    assert await cases(bob) == ["[1]", "[2]", "[3]"]


async def test_a_request_that_nobody_answered_for_a_day_is_made_once_more(
    carla: Person, bob: Person, wednesday: Place
) -> None:
    """A coordinator whose program forgot it learns of it again; it is the same request."""
    time = [NOW]
    bob.clock = lambda: time[0]
    await bob.restart()
    (asked,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    await catch_up(carla.mailbox)
    (job,) = await load_jobs(carla.mailbox.store)
    async with carla.mailbox.lock:
        await carla.mailbox.write({job.key: None})
    time[0] += ASK_AGAIN_SECONDS - 1
    await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    await catch_up(carla.mailbox)
    assert not await load_jobs(carla.mailbox.store)

    time[0] += 1
    (again,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    await serve(carla)

    assert again.request == asked.request
    assert (await take_answer(bob.mailbox, again))[1]


async def keep_refused(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A relay that says it dropped a server's answer, and does not."""
    return web.Response(status=204) if "/answers/" in request.path else await handler(request)


async def flip_chunks(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if request.path.endswith("/chunks"):
        assert isinstance(response, web.Response)
        assert isinstance(response.body, bytes)
        answer = decode_document(response.body, HistoryChunks)
        flipped = tuple(chunk[:-1] + bytes([chunk[-1] ^ 1]) for chunk in answer.chunks)
        response.body = encode_document(HistoryChunks(chunks=flipped))
    return response


def honest_header(asked: Asked, reader: Person) -> ChunkHeader:
    return ChunkHeader(
        operation=asked.operation,
        channel=asked.channel,
        generation=1,
        request=asked.request,
        account=AccountId(reader.account),
        device=reader.mailbox.device.device,
        number=0,
        first=asked.span.first,
        last=asked.span.last,
        is_last=True,
    )


def sealed_to(public_key: bytes, server: Person, header: ChunkHeader, items: list[Item]) -> bytes:
    device = server.mailbox.device
    return make_chunk(
        header,
        items,
        public_key=public_key,
        certificate=verify_certificate(device.certificate),
        device=device.signing_key,
        entropy=system_entropy,
    )
