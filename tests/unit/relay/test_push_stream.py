"""One reader's stream, at a transport of our own: what goes out in which write, and when the reader goes."""

import asyncio

from cencomm.relay.push_stream import Mailbag, Stream
from cencomm.wire.stream import CLOSE_TOO_SLOW
from tests.fakes.served_relay import Relay


class FullTransport:
    """A peer that takes nothing."""

    def __init__(self) -> None:
        self.written = b""
        self.writes: list[bytes] = []

    def write(self, data: bytes, /) -> None:
        self.written += data
        self.writes.append(data)

    def get_write_buffer_size(self) -> int:
        return len(self.written)

    def is_closing(self) -> bool:
        return False


async def test_what_a_slow_reader_can_make_us_keep_is_bounded(relay: Relay) -> None:
    transport, person = FullTransport(), await relay.person()
    slow = Stream(person.account, bytes(32), transport, Mailbag(), buffer_bytes=1000)

    for _ in range(10):
        slow.push(bytes(400))
        await passes()

    assert len(transport.written) == 1200
    assert slow.leaving.result() == CLOSE_TOO_SLOW


async def passes() -> None:
    """The loop has done all that was due, and what that made due."""
    for _ in range(4):
        await asyncio.sleep(0)


async def test_what_one_transaction_brings_a_reader_leaves_in_one_write_with_the_readers_own_receipt(
    relay: Relay,
) -> None:
    """In the order of the pushes, though whoever gets the receipt has to wake up first."""
    transport, person = FullTransport(), await relay.person()
    stream = Stream(person.account, bytes(32), transport, Mailbag(), buffer_bytes=1000)
    stored = asyncio.get_running_loop().create_future()

    async def publish() -> None:
        await stored
        stream.push(b"receipt")

    publishing = asyncio.create_task(publish())
    await passes()
    stream.push(b"message ")
    stored.set_result(None)
    await publishing
    await passes()

    assert transport.writes == [b"message receipt"]


async def test_a_reader_that_turns_out_too_slow_keeps_nothing_from_those_behind_it(relay: Relay) -> None:
    person, bag, full, free = await relay.person(), Mailbag(), FullTransport(), FullTransport()
    slow = Stream(person.account, bytes(32), full, bag, buffer_bytes=10)
    quick = Stream(person.account, bytes(32), free, bag, buffer_bytes=1000)

    for stream in (slow, quick):
        stream.push(bytes(400))
    await passes()

    assert slow.leaving.result() == CLOSE_TOO_SLOW
    assert len(free.written) == 400


async def test_who_has_to_leave_gets_what_was_pushed_before_and_nothing_after(relay: Relay) -> None:
    transport, person = FullTransport(), await relay.person()
    stream = Stream(person.account, bytes(32), transport, Mailbag(), buffer_bytes=1000)

    stream.push(b"your revocation")
    stream.leave(4403)

    assert transport.writes == [b"your revocation"]  # before the close frame, whoever writes that
    stream.push(b"what others write")
    await passes()
    assert transport.writes == [b"your revocation"]
    assert stream.leaving.result() == 4403
