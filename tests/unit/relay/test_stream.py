"""Streams: what is pushed to whom, what ends them, and readers who do not read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from msgspec.structs import asdict

from cencomm.mls.group import create_group
from cencomm.relay.push_stream import text_frame
from cencomm.wire.accounts import SignedIn, SignIn
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.errors import ErrorCode
from cencomm.wire.history import HistoryTaken
from cencomm.wire.mailbox import TakeMailbox
from cencomm.wire.stream import (
    CLOSE_REVOKED,
    CLOSE_SESSION_ENDED,
    CLOSE_TAKEN_OVER,
    EnrolmentWaits,
    ErrorFrame,
    HistoryMoved,
    KeyPackagesLow,
    LedgerMovedOn,
    LogPushed,
    PublishFrame,
    Pushed,
    ReceiptFrame,
    RejectionStored,
    WelcomeWaits,
)
from cencomm.wire.welcomes import Reject
from tests.fakes.founded_operation import Operation, enrol, found_operation
from tests.fakes.served_relay import Person, Relay, StandingClock, config_for, running
from tests.unit.relay.test_history import REQUEST, header, path, put
from tests.unit.relay.test_reading import rejection

Socket = aiohttp.ClientWebSocketResponse


@asynccontextmanager
async def stream(person: Person) -> AsyncIterator[Socket]:
    relay = person.relay
    url, headers = relay.server.make_url("/v1/stream"), {"Authorization": f"Bearer {person.token}"}
    async with relay.http.ws_connect(url, headers=headers, max_msg_size=0) as socket:
        # The relay joins the stream before it reads: whoever got an answer is in.
        await socket.send_str("?")
        assert isinstance(await pushed(socket), ErrorFrame)
        yield socket


async def pushed(socket: Socket) -> Pushed:
    message = await socket.receive(timeout=10)
    assert message.type is aiohttp.WSMsgType.TEXT, message
    frame: Pushed = decode_document(message.data.encode(), Pushed)  # type: ignore[arg-type]  # a union is a type form
    return frame


async def close_code(socket: Socket) -> int | None:
    while (await socket.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
        pass
    return socket.close_code


def frame(operation: Operation, number: int = 1) -> PublishFrame:
    publish = operation.message()
    return PublishFrame(
        id=number, operation=operation.ledger.operation, channel=operation.channel, generation=1, **asdict(publish)
    )


async def test_a_message_is_pushed_to_everybody_in_the_channel_and_nobody_else(
    operation: Operation, officer: Person
) -> None:
    stranger = await operation.relay.person("stranger")
    async with stream(officer) as reader, stream(operation.coordinator) as own, stream(stranger) as other:
        publish = operation.message()
        await operation.publish(publish)
        await enrol(operation, stranger)

        for socket in (reader, own):
            entry = await pushed(socket)
            assert isinstance(entry, LogPushed)
            assert entry.entry.message == publish.message
        assert await pushed(own) == EnrolmentWaits(operation=operation.ledger.operation)
        await other.send_str("?")
        assert isinstance(await pushed(other), ErrorFrame)


async def test_members_wake_up_when_somebody_whom_they_admitted_has_a_first_device(operation: Operation) -> None:
    """C7, C8: nobody could be added before; a refill wakes nobody, else one account could wake all as it likes."""
    late = await operation.relay.person("late")
    assert (await operation.append(operation.admission(late))).status == 200
    async with stream(operation.coordinator) as socket:
        for _ in range(2):
            await late.put_key_packages(1)
        await enrol(operation, await operation.relay.person("stranger"))

        ledger = operation.ledger
        assert await pushed(socket) == LedgerMovedOn(operation=ledger.operation, sequence=ledger.sequence)
        assert isinstance(await pushed(socket), EnrolmentWaits)


async def test_a_rejection_is_told_to_the_channel_once(operation: Operation, officer: Person) -> None:
    """C9, C11: sent again it is none: else one rejection would wake everybody as often as somebody likes."""
    asked = Reject(rejection=rejection(operation, officer))
    async with stream(operation.coordinator) as socket:
        for _ in range(2):
            assert (await officer.ask("POST", f"{operation.channel_path}/1/rejections", asked)).status == 204
        await enrol(operation, await operation.relay.person("stranger"))

        told = RejectionStored(operation=operation.ledger.operation, channel=operation.channel, generation=1)
        assert await pushed(socket) == told
        assert isinstance(await pushed(socket), EnrolmentWaits)


async def test_who_waits_for_history_is_told_of_each_chunk_and_servers_of_what_became_of_it_h2(
    operation: Operation, officer: Person
) -> None:
    """Ids only: what there is, everybody reads for themselves."""
    moved = HistoryMoved(operation=operation.ledger.operation, request=REQUEST)
    async with stream(officer) as reading, stream(operation.coordinator) as serving:
        await put(operation, header(operation, officer))
        assert await pushed(reading) == moved

        await officer.ask("POST", f"{path(operation)}/taken", HistoryTaken(last=10))
        assert await pushed(serving) == moved
        await officer.ask("DELETE", f"{path(operation)}/answers/{operation.coordinator.account.hex()}")
        assert await pushed(serving) == moved
        await officer.ask("DELETE", path(operation))
        assert await pushed(serving) == moved


async def test_a_member_who_is_not_of_the_channel_is_pushed_nothing_of_it(
    operation: Operation, officer: Person
) -> None:
    body = operation.channel_body(accounts=(operation.coordinator.account,))
    await operation.append(body)
    async with stream(officer) as socket:
        operation.channel, operation.log_sequence, operation.log_hash = body.channel, 0, bytes(32)
        await _first_commit(operation, body.group_id)

        await socket.send_str("?")
        assert isinstance(await pushed(socket), ErrorFrame)


async def test_pushes_come_in_the_order_of_the_log(operation: Operation, officer: Person) -> None:
    async with stream(officer) as reader:
        await asyncio.gather(*(operation.publish(operation.message()) for _ in range(30)))

        frames = [await pushed(reader) for _ in range(30)]

    assert [one.entry.sequence for one in frames if isinstance(one, LogPushed)] == list(range(3, 33))


async def test_a_publish_through_the_stream_gets_its_receipt(operation: Operation) -> None:
    async with stream(operation.coordinator) as socket:
        await socket.send_bytes(b"")
        assert isinstance(await pushed(socket), ErrorFrame)
        await socket.send_str(encode_document(frame(operation, 7)).decode())
        answers = [await pushed(socket), await pushed(socket)]
        await socket.send_str(encode_document(frame(operation, 8)).decode().replace('"kind":2', '"kind":1'))
        error = await pushed(socket)

    receipts = [one for one in answers if isinstance(one, ReceiptFrame)]
    assert [receipt.id for receipt in receipts] == [7]
    assert isinstance(error, ErrorFrame)
    assert (error.id, error.error.code) == (8, ErrorCode.REFUSED)


async def test_whoever_is_admitted_hears_of_it_and_of_the_channel_from_then_on(
    operation: Operation, alice: Person
) -> None:
    async with stream(alice) as socket:
        await operation.append(operation.admission(alice))
        assert await pushed(socket) == LedgerMovedOn(operation=operation.ledger.operation, sequence=2)

        adds = await operation.claim(alice.account)
        taken = await pushed(socket)
        await operation.commit(*adds)

        assert taken == KeyPackagesLow(device=alice.device, remaining=0)
        assert isinstance(await pushed(socket), LogPushed)
        waits = WelcomeWaits(operation=operation.ledger.operation, channel=operation.channel, generation=1)
        assert await pushed(socket) == waits


async def test_a_new_channel_is_heard_by_streams_that_were_open(operation: Operation, officer: Person) -> None:
    async with stream(officer) as socket:
        body = operation.channel_body()
        await operation.append(body)
        assert isinstance(await pushed(socket), LedgerMovedOn)

        operation.channel, operation.log_sequence, operation.log_hash = body.channel, 0, bytes(32)
        await _first_commit(operation, body.group_id)

        assert isinstance(await pushed(socket), LogPushed)


async def _first_commit(operation: Operation, group_id: bytes) -> None:
    key_package = operation.coordinator.key_package()
    operation.group = create_group(group_id=group_id, key_package=key_package, entropy=operation.relay.entropy)
    assert (await operation.commit()).status == 200


async def test_revocation_closes_the_streams_of_the_revoked_and_refuses_what_they_send(
    operation: Operation, officer: Person
) -> None:
    async with stream(officer) as socket:
        await operation.append(operation.revocation(officer))
        await operation.publish(operation.message())

        with_code = await close_code(socket)
    answer = await officer.ask("POST", operation.log_path, operation.message())

    assert with_code == CLOSE_REVOKED
    assert answer.code == ErrorCode.NOT_ENTITLED


async def test_whoever_was_revoked_and_comes_back_is_told_nothing_more(operation: Operation, officer: Person) -> None:
    await operation.append(operation.revocation(officer))
    async with stream(officer) as socket:
        await operation.append(operation.channel_body())

        await socket.send_str("?")
        assert isinstance(await pushed(socket), ErrorFrame)


async def test_signing_out_closes_the_streams_of_that_session(relay: Relay) -> None:
    person = await relay.person()
    async with stream(person) as socket:
        await person.ask("DELETE", "/v1/session")

        assert await close_code(socket) == CLOSE_SESSION_ENDED


async def test_a_screen_is_told_that_another_computer_took_its_mailbox(relay: Relay) -> None:
    """D4: its user has to know why, since it may have been a thief."""
    person = await relay.person()
    await person.ask("POST", "/v1/mailbox/hold", TakeMailbox())
    sign_in = SignIn(handle=person.handle, sign_in_secret=person.secret)
    elsewhere = (await relay.ask("POST", "/v1/sign-in", sign_in)).read(SignedIn).token
    async with stream(person) as socket:
        await relay.ask("POST", "/v1/mailbox/hold", TakeMailbox(take_over=True), token=elsewhere)

        assert await close_code(socket) == CLOSE_TAKEN_OVER


async def test_a_stream_ends_with_its_session(tmp_path: Path) -> None:
    config = config_for(tmp_path, session_seconds=1)
    async with running(config, StandingClock()) as relay, stream(await relay.person()) as socket:
        assert await close_code(socket) == CLOSE_SESSION_ENDED


async def test_a_stream_takes_a_session(relay: Relay) -> None:
    assert (await relay.ask("GET", "/v1/stream")).code == ErrorCode.NO_SESSION


async def test_after_the_end_of_an_admission_nothing_is_pushed(
    operation: Operation, alice: Person, relay: Relay
) -> None:
    await operation.append(operation.admission(alice, until=relay.clock.now + 60))
    async with stream(alice) as socket:
        await operation.commit()
        assert isinstance(await pushed(socket), LogPushed)
        relay.clock.now += 61

        await operation.publish(operation.message())

        await socket.send_str("?")
        assert isinstance(await pushed(socket), ErrorFrame)


async def test_a_reader_that_does_not_read_is_closed_and_holds_up_nobody(tmp_path: Path) -> None:
    async with running(config_for(tmp_path, stream_buffer_bytes=1), StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
        reader, writer = await _connect_and_stop_reading(operation.coordinator)
        for _ in range(60):
            answer = await operation.publish(operation.message(bytes(200_000)))
            assert answer.status == 200

        received = await asyncio.wait_for(reader.read(), 20)  # to the end of the connection

        writer.close()
        assert len(received) < 60 * 200_000


async def _connect_and_stop_reading(person: Person) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = person.relay.server.make_url("/v1/stream")
    reader, writer = await asyncio.open_connection(url.host, url.port, limit=1024)
    writer.write(
        f"GET {url.path} HTTP/1.1\r\nHost: {url.host}\r\nAuthorization: Bearer {person.token}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def test_frames_of_every_length_are_read_by_another_implementation(operation: Operation) -> None:
    async with stream(operation.coordinator) as socket:
        for size in (1, 60_000, 200_000):
            publish = operation.message(bytes(size))
            await operation.publish(publish)
            entry = await pushed(socket)
            assert isinstance(entry, LogPushed)
            assert entry.entry.message == publish.message
    assert text_frame(b"x" * 125)[:2] == b"\x81\x7d"
    assert text_frame(b"x" * 126)[:4] == b"\x81\x7e\x00\x7e"
    assert text_frame(b"x" * 65_536)[:2] == b"\x81\x7f"


async def test_an_account_has_so_many_streams_at_once(tmp_path: Path) -> None:
    async with running(config_for(tmp_path, streams_per_account=1), StandingClock()) as relay:
        person, other = await relay.person(), await relay.person("other")
        async with stream(person), stream(other):
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                async with stream(person):
                    pass

    assert caught.value.status == 429
