"""A message with files between two officers at a real relay, whatever fails on the way (rules A2 to A7)."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.attachments.downloading import download
from cencomm.client.attachments.outgoing import attach_all
from cencomm.client.attachments.sealing import AttachmentAltered
from cencomm.client.attachments.source import open_source
from cencomm.client.attachments.uploading import AttachmentLost
from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.posting import Draft, Returned, resume, returned, send, waiting
from cencomm.client.events import Event, MessageDelivered
from cencomm.client.transport.errors import AgainstRule, NotEntitled
from cencomm.client.unit import revocation
from cencomm.client.watch import catch_up, watch
from cencomm.errors import Unavailable
from cencomm.forms.attachment import CHUNK_SIZE, Attachment
from cencomm.ledger.kinds import RevokeReason
from tests.e2e.leaks import leaked
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of, whole_answer
from tests.scenarios.people import Person, Place, draft
from tests.scenarios.test_two_officers import SEIZURE

MARKER = "an unmistakable line of evidence"
EVIDENCE = MARKER.encode() + bytes(range(256)) * 2400 + MARKER.encode()  # three chunks
SECONDS = 30.0  # until a scenario is given up
SECONDS_A_DAY = 24 * 3600


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Bordereau secret.pdf"
    path.write_bytes(EVIDENCE)
    return path


async def with_files(author: Person, place: Place, *paths: Path) -> Draft:
    """A seizure with files, which lie sealed on the author's computer now."""
    attached: list[Attachment] = []
    for path in paths:
        with open_source(path) as source:
            attached += await attach_all(author.mailbox, place.operation, place.channel, [source])
    said = draft(place, SEIZURE)
    return replace(said, body=replace(said.body, attachments=tuple(attached)))


async def received(reader: Person, place: Place) -> MessageDelivered:
    await catch_up(reader.mailbox)
    return (await reader.delivered(place.operation))[-1]


async def content_of(reader: Person, message: MessageDelivered) -> bytes:
    (attachment,) = message.envelope.body.attachments
    at = message.place
    pieces = download(reader.mailbox.relay, at.operation, at.channel, attachment)
    return b"".join([piece async for piece in pieces])


def spooled(somebody: Person) -> Sequence[Path]:
    return [path for path in somebody.spool.folder.rglob("*") if path.is_file()]


class Interruption:
    """Breaks the line after some chunks, and counts what was put."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.put: Counter[str] = Counter()

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "PUT" and "/chunks/" in request.path:
            if not self.left:
                raise web.HTTPServiceUnavailable
            self.left -= 1
            self.put[request.path.rpartition("/")[2]] += 1
        return await handler(request)


async def test_a_file_reaches_the_other_officer_and_nothing_of_it_is_found_at_the_relay(
    ana: Person, bob: Person, place: Place, file: Path, server: LoopbackRelay
) -> None:
    progress: list[tuple[int, int]] = []
    said = await with_files(ana, place, file)

    await send(ana.mailbox, place.operation, place.channel, said, progress=lambda *done: progress.append(done))

    message = await received(bob, place)
    (attachment,) = message.envelope.body.attachments
    assert (attachment.name, attachment.media_type) == ("Bordereau secret.pdf", "application/pdf")
    assert await content_of(bob, message) == EVIDENCE
    assert progress == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert not spooled(ana)
    files = [(path.name, path.read_bytes()) for path in server.data.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert not leaked([MARKER, "Bordereau secret", attachment.key.expose().hex()], files)


async def test_a6_a_killed_program_goes_on_with_what_is_missing_although_the_file_is_gone(
    ana: Person, bob: Person, place: Place, file: Path, server: LoopbackRelay
) -> None:
    said = await with_files(ana, place, file)
    server.meddle = interruption = Interruption(after=1)
    with pytest.raises(Unavailable):
        await send(ana.mailbox, place.operation, place.channel, said)
    await asyncio.to_thread(file.unlink)
    await ana.restart()
    await catch_up(bob.mailbox)
    assert await bob.delivered(place.operation) == []  # not before the relay has all of it
    assert [one.body.attachments for one in await waiting(ana.mailbox)] == [said.body.attachments]

    interruption.left = 10
    (sent,) = await resume(ana.mailbox)

    assert isinstance(sent, Sent)
    assert interruption.put == {"0": 1, "1": 1, "2": 1}
    assert await content_of(bob, await received(bob, place)) == EVIDENCE
    assert not spooled(ana)


async def test_a6_what_is_received_does_not_wait_for_a_file_that_travels(
    ana: Person, bob: Person, place: Place, file: Path, server: LoopbackRelay
) -> None:
    said = await with_files(ana, place, file)
    uploading, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request, handler: Handler) -> web.StreamResponse:
        if "/chunks/" in request.path:
            uploading.set()
            await go_on.wait()
        return await handler(request)

    server.meddle = slow
    sending = asyncio.create_task(send(ana.mailbox, place.operation, place.channel, said))
    await uploading.wait()
    await catch_up(bob.mailbox)
    await send(bob.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    async with ana.mailbox.lock:
        pass  # it is free
    go_on.set()
    await sending
    assert len([one for one in await bob.delivered(place.operation) if one.own]) == 1


async def test_a6_a_program_that_takes_part_goes_on_with_files_and_hears_meanwhile(
    ana: Person, bob: Person, place: Place, file: Path, server: LoopbackRelay
) -> None:
    said = await with_files(ana, place, file)
    server.meddle = Interruption(after=1)
    with pytest.raises(Unavailable):
        await send(ana.mailbox, place.operation, place.channel, said)
    await catch_up(ana.mailbox)  # nobody who only looks waits for files
    assert len(await waiting(ana.mailbox)) == 1
    uploading, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request, handler: Handler) -> web.StreamResponse:
        if "/chunks/" in request.path:
            uploading.set()
            await go_on.wait()
        return await handler(request)

    heard, sent = asyncio.Event(), asyncio.Event()

    def listen(event: Event) -> None:
        if isinstance(event, MessageDelivered):
            (sent if event.own else heard).set()

    ana.mailbox.observe(listen)
    server.meddle = slow
    watching = asyncio.create_task(watch(ana.mailbox))
    async with asyncio.timeout(SECONDS):
        await uploading.wait()
        await catch_up(bob.mailbox)
        await send(bob.mailbox, place.operation, place.channel, draft(place, SEIZURE))
        await heard.wait()
        assert await resume(ana.mailbox) == []  # the watch is at it
        go_on.set()
        await sent.wait()
    watching.cancel()

    assert await content_of(bob, await received(bob, place)) == EVIDENCE


async def test_a6_chunks_that_are_nowhere_give_the_message_back(
    ana: Person, bob: Person, place: Place, file: Path, server: LoopbackRelay
) -> None:
    """As on another computer of the same account: it has the message, and not the files."""
    said = await with_files(ana, place, file)
    server.meddle = Interruption(after=1)
    with pytest.raises(Unavailable):
        await send(ana.mailbox, place.operation, place.channel, said)
    server.meddle = None
    for path in spooled(ana):
        path.unlink()

    (back,) = await resume(ana.mailbox)

    assert isinstance(back, Returned)
    assert "attach the file" in back.reason
    assert await returned(ana.mailbox) == [back]
    await catch_up(bob.mailbox)
    assert await bob.delivered(place.operation) == []


async def test_a6_an_upload_that_the_relay_forgot_begins_anew(
    ana: Person, bob: Person, place: Place, file: Path, server: LoopbackRelay, tmp_path: Path
) -> None:
    """A relay that was put back to before the announcement answers a chunk with "not found"."""
    said = await with_files(ana, place, file)
    await server.copy_to(tmp_path / "backup")
    server.meddle = interruption = Interruption(after=2)
    with pytest.raises(Unavailable):
        await send(ana.mailbox, place.operation, place.channel, said)
    await server.put_back(tmp_path / "backup")
    interruption.left = 10

    await resume(ana.mailbox)

    assert interruption.put == {"0": 2, "1": 2, "2": 1}
    assert await content_of(bob, await received(bob, place)) == EVIDENCE


async def test_a6_an_upload_that_ends_between_two_chunks_begins_anew(
    ana: Person, bob: Person, place: Place, file: Path, server: LoopbackRelay
) -> None:
    said = await with_files(ana, place, file)
    ended: list[str] = []

    async def end_once(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("/chunks/1") and not ended:
            ended.append(request.path)
            body = '{"error":{"code":"not_found","message":"it has ended","details":{}}}'
            return web.Response(status=404, text=body, content_type="application/json")
        return await handler(request)

    server.meddle = end_once
    await send(ana.mailbox, place.operation, place.channel, said)

    assert ended
    assert await content_of(bob, await received(bob, place)) == EVIDENCE


async def test_a4_a_message_whose_files_the_relay_never_takes_is_not_kept(
    ana: Person, place: Place, file: Path, server: LoopbackRelay
) -> None:
    said = await with_files(ana, place, file)

    async def full(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "PUT" and "/attachments/" in request.path:
            body = '{"error":{"code":"refused","message":"no room (A4)","details":{"rule":"A4"}}}'
            return web.Response(status=422, text=body, content_type="application/json")
        return await handler(request)

    server.meddle = full
    with pytest.raises(AgainstRule, match="no room"):
        await send(ana.mailbox, place.operation, place.channel, said)

    assert await waiting(ana.mailbox) == []
    assert not spooled(ana)


async def test_a2_a_relay_that_swaps_cuts_or_changes_chunks_is_noticed(
    ana: Person, bob: Person, place: Place, file: Path, server: LoopbackRelay
) -> None:
    await send(ana.mailbox, place.operation, place.channel, await with_files(ana, place, file))
    message = await received(bob, place)
    sealed = CHUNK_SIZE + 16
    lies = [
        lambda body: body[sealed : 2 * sealed] + body[:sealed] + body[2 * sealed :],
        lambda body: body[:-1],
        lambda body: body[: 2 * sealed],
        lambda body: body[:5] + bytes([body[5] ^ 1]) + body[6:],
        lambda body: bytes(len(body)),
    ]

    for lie in lies:

        async def lying(request: web.Request, handler: Handler, lie=lie) -> web.StreamResponse:  # type: ignore[no-untyped-def]  # noqa: ANN001 (bound now)
            if not request.path.endswith("/chunks"):
                return await handler(request)
            _, body = await whole_answer(request, handler)
            return web.Response(body=lie(body), content_type="application/octet-stream")

        server.meddle = lying
        with pytest.raises(AttachmentAltered):
            await content_of(bob, message)
    server.meddle = None
    assert await content_of(bob, message) == EVIDENCE


async def test_a5_whoever_was_revoked_keeps_the_key_and_gets_no_file(
    ana: Person, bob: Person, carla: Person, place: Place, file: Path
) -> None:
    await send(ana.mailbox, place.operation, place.channel, await with_files(ana, place, file))
    message = await received(bob, place)
    await catch_up(carla.mailbox)
    await revocation.revoke(carla.mailbox, place.operation, bob.account, RevokeReason.LOST_KEYS)

    with pytest.raises(NotEntitled):
        await content_of(bob, message)


async def test_files_that_no_message_names_are_forgotten_after_a_day(ana: Person, place: Place, file: Path) -> None:
    await with_files(ana, place, file)
    assert spooled(ana)
    now = (ana.spool.folder).stat().st_mtime

    ana.spool.forget_others((), now=int(now) + 3600)
    kept = spooled(ana)
    ana.spool.forget_others((), now=int(now) + SECONDS_A_DAY + 60)

    assert kept
    assert not spooled(ana)


async def test_a_program_without_a_place_for_files_says_so(ana: Person, place: Place, file: Path) -> None:
    said = await with_files(ana, place, file)
    ana.mailbox.environment = replace(ana.mailbox.environment, spool=None)

    with pytest.raises(AttachmentLost):
        await send(ana.mailbox, place.operation, place.channel, said)


async def test_the_relay_reads_no_body_that_is_not_asked_for(server: LoopbackRelay, ana: Person, place: Place) -> None:
    """What the fake meddles with is what the client sends: bare bytes, not base64."""
    seen: list[tuple[str, int]] = []

    async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
        if "/chunks/" in request.path:
            seen.append((request.content_type, len(await body_of(request))))
        return await handler(request)

    path = server.data.parent / "small.txt"
    path.write_bytes(b"small")
    said = await with_files(ana, place, path)
    server.meddle = look
    await send(ana.mailbox, place.operation, place.channel, said)

    assert seen == [("application/octet-stream", 4096 + 16)]
