"""Wake-ups over real WebSockets on loopback; only the waiting between two connections is not waited for."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.json import encode

from cencomm.client.transport import stream
from cencomm.client.transport.calls import SessionToken
from cencomm.client.transport.errors import BadAnswer, NoSession, NotEntitled
from cencomm.client.transport.relay_client import RelayClient, open_relay
from cencomm.client.transport.stream import (
    FIRST_WAIT_SECONDS,
    LONGEST_WAIT_SECONDS,
    MAX_FRAME_BYTES,
    Connected,
    Pushed,
    Wake,
    decode_pushed,
    wait_seconds,
)
from cencomm.ids import ChannelId, DeviceId, OperationId
from cencomm.wire.limits import MAX_MESSAGE_BYTES
from cencomm.wire.log import LogEntry
from cencomm.wire.stream import (
    CLOSE_REVOKED,
    CLOSE_SESSION_ENDED,
    CLOSE_TAKEN_OVER,
    CLOSE_TOO_SLOW,
    EnrolmentWaits,
    KeyPackagesLow,
    LedgerMovedOn,
    LogPushed,
    ReceiptFrame,
    RejectionStored,
    WelcomeWaits,
)
from tests.fakes.scripted_relay import ScriptedRelay, document, raw, scripted_relay

OPERATION, CHANNEL = OperationId(b"\x0e" * 32), ChannelId(b"\x0c" * 16)
LEDGER = LedgerMovedOn(operation=OPERATION, sequence=4)
FRAMES: list[Pushed] = [
    LogPushed(
        operation=OPERATION,
        channel=CHANNEL,
        generation=1,
        entry=LogEntry(sequence=1, kind=2, epoch=1, message=b"message"),
    ),
    LEDGER,
    WelcomeWaits(operation=OPERATION, channel=CHANNEL, generation=1),
    EnrolmentWaits(operation=OPERATION),
    KeyPackagesLow(device=DeviceId(bytes(16)), remaining=3),
    RejectionStored(operation=OPERATION, channel=CHANNEL, generation=1),
]

Play = Callable[[web.WebSocketResponse], Awaitable[object]]


class Naps:
    """A `Sleep` that returns at once and remembers; after `most` it ends the test that would never end."""

    def __init__(self, most: int = 20) -> None:
        self.seconds: list[float] = []
        self._most = most

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        assert len(self.seconds) <= self._most


@pytest.fixture
async def relay() -> AsyncIterator[ScriptedRelay]:
    async with scripted_relay() as server:
        yield server


@pytest.fixture
async def client(relay: ScriptedRelay) -> AsyncIterator[RelayClient]:
    async with open_relay(relay.url, token=SessionToken(b"t" * 43)) as client:
        yield client


def connections(*plays: Play) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The first connection plays the first, and so on; the last one again and again."""
    left = list(plays)

    async def answer(request: web.Request) -> web.StreamResponse:
        play = left.pop(0) if len(left) > 1 else left[0]
        socket = web.WebSocketResponse(compress=False, max_msg_size=0)
        await socket.prepare(request)
        await play(socket)
        await socket.close()
        return socket

    return answer


def push(*frames: Struct) -> Play:
    async def play(socket: web.WebSocketResponse) -> None:
        for frame in frames:
            await socket.send_str(encode(frame).decode())

    return play


def send(text: str) -> Play:
    return lambda socket: socket.send_str(text)


def close(code: int) -> Play:
    return lambda socket: socket.close(code=code)


async def listen(client: RelayClient, *, count: int, naps: Naps | None = None) -> list[Wake]:
    heard: list[Wake] = []
    async with client.stream(entropy=bytes, sleep=naps or Naps()) as wakes:
        async for wake in wakes:
            heard.append(wake)
            if len(heard) == count:
                break
    return heard


async def test_every_kind_of_frame_arrives_in_order_under_the_session(
    relay: ScriptedRelay, client: RelayClient
) -> None:
    relay.answer = connections(push(*FRAMES))

    assert await listen(client, count=1 + len(FRAMES)) == [Connected(), *FRAMES]

    assert (relay.asked[0].path, relay.asked[0].authorization) == ("/v1/stream", f"Bearer {'t' * 43}")


async def test_a_message_of_the_largest_size_fits_into_a_frame(relay: ScriptedRelay, client: RelayClient) -> None:
    entry = LogEntry(sequence=1, kind=2, epoch=1, message=bytes(MAX_MESSAGE_BYTES))
    frame = LogPushed(operation=OPERATION, channel=CHANNEL, generation=1 << 31, entry=entry)
    relay.answer = connections(push(frame))

    assert await listen(client, count=2) == [Connected(), frame]


@pytest.mark.parametrize("code", [1000, 1011, CLOSE_TOO_SLOW])
async def test_a_lost_connection_is_made_again_and_said_so(
    relay: ScriptedRelay, client: RelayClient, code: int
) -> None:
    relay.answer = connections(close(code), push(LEDGER))

    assert await listen(client, count=3) == [Connected(), Connected(), LEDGER]


async def test_a_relay_that_is_away_is_tried_again(relay: ScriptedRelay, client: RelayClient) -> None:
    naps = Naps()
    answers = iter([raw(502), raw(503), document(LEDGER), connections(push(LEDGER))])

    async def answer(request: web.Request) -> web.StreamResponse:
        return await next(answers)(request)

    relay.answer = answer

    assert await listen(client, count=2, naps=naps) == [Connected(), LEDGER]
    assert naps.seconds == [0.25, 0.5, 1.0]


async def test_a_relay_that_hangs_up_at_once_is_not_hurried_after(relay: ScriptedRelay, client: RelayClient) -> None:
    naps = Naps()
    relay.answer = connections(close(1000))

    await listen(client, count=5, naps=naps)

    assert naps.seconds == [0.25, 0.5, 1.0, 2.0]


async def test_after_a_frame_the_waiting_begins_anew(relay: ScriptedRelay, client: RelayClient) -> None:
    naps = Naps()
    relay.answer = connections(close(1000), close(1000), push(LEDGER), close(1000))

    await listen(client, count=6, naps=naps)

    assert naps.seconds == [0.25, 0.5, 0.25, 0.5]


@pytest.mark.parametrize(
    ("code", "error"),
    [(CLOSE_SESSION_ENDED, NoSession), (CLOSE_TAKEN_OVER, NoSession), (CLOSE_REVOKED, NotEntitled)],
    ids=["session", "taken over", "revoked"],
)
async def test_an_end_is_an_end(relay: ScriptedRelay, client: RelayClient, code: int, error: type[Exception]) -> None:
    relay.answer = connections(close(code))

    with pytest.raises(error):
        await listen(client, count=2, naps=Naps(0))


@pytest.mark.parametrize(("status", "error"), [(401, NoSession), (403, NotEntitled)])
async def test_an_upgrade_that_is_refused_for_good_is_not_tried_again(
    relay: ScriptedRelay, client: RelayClient, status: int, error: type[Exception]
) -> None:
    relay.answer = raw(status)

    with pytest.raises(error):
        await listen(client, count=1, naps=Naps(0))


@pytest.mark.parametrize(
    "play",
    [
        send("not json"),
        send("{}"),
        send('{"type":"unknown"}'),
        push(ReceiptFrame(id=1, receipt=b"")),
        lambda socket: socket.send_bytes(b"binary"),
    ],
    ids=["no json", "no type", "an unknown type", "a receipt nobody asked for", "binary"],
)
async def test_what_is_no_frame_ends_the_stream(relay: ScriptedRelay, client: RelayClient, play: Play) -> None:
    relay.answer = connections(play)

    with pytest.raises(BadAnswer):
        await listen(client, count=2, naps=Naps(0))


async def test_a_frame_beyond_the_limit_is_not_taken_into_memory(relay: ScriptedRelay, client: RelayClient) -> None:
    relay.answer = connections(send("x" * (MAX_FRAME_BYTES + 1)), push(LEDGER))

    assert await listen(client, count=3) == [Connected(), Connected(), LEDGER]


async def test_the_stream_is_not_led_elsewhere(relay: ScriptedRelay, client: RelayClient) -> None:
    async with scripted_relay() as elsewhere:
        elsewhere.answer = connections(push(LEDGER))
        relay.answer = raw(302, b"", {"Location": elsewhere.url})

        with pytest.raises(BadAnswer):
            await listen(client, count=1, naps=Naps(0))

        assert elsewhere.asked == []


def test_waiting_doubles_up_to_a_minute_and_half_of_it_is_chance() -> None:
    least = [wait_seconds(failures, bytes) for failures in range(100)]
    most = [wait_seconds(failures, lambda count: b"\xff" * count) for failures in range(100)]

    assert least[:3] == [FIRST_WAIT_SECONDS / 2, FIRST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2]
    assert least[-1] == LONGEST_WAIT_SECONDS / 2
    assert all(2 * short * 0.99 < long < 2 * short for short, long in zip(least, most, strict=True))


@given(st.text() | st.builds(lambda body: '{"type":"log",' + body, st.text()))
def test_any_text_is_a_frame_or_a_bad_answer(text: str) -> None:
    try:
        frame = decode_pushed(text)
    except BadAnswer:
        return

    assert isinstance(frame, stream.Pushed)
