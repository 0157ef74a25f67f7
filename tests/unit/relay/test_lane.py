"""The writer's thread: one call after the other, each with one answer."""

import asyncio
import threading
from functools import partial

import pytest

from cencomm.relay.lane import Lane


async def test_calls_are_done_in_their_order_in_one_other_thread() -> None:
    done: list[int] = []

    def act(number: int) -> int:
        done.append(number)
        return threading.get_ident()

    with Lane[int]("test") as lane:
        threads = await asyncio.gather(*(lane.call(partial(act, number)) for number in range(20)))

    assert done == list(range(20))
    assert len(set(threads)) == 1
    assert threading.get_ident() not in threads


async def test_what_a_call_raises_its_caller_gets_and_the_next_call_is_done() -> None:
    def fail() -> str:
        raise OSError("no space left")

    with Lane[str]("test") as lane:
        with pytest.raises(OSError, match="no space left"):
            await lane.call(fail)

        assert await lane.call(lambda: "well") == "well"


async def test_who_leaves_waits_until_everything_was_done() -> None:
    done: list[int] = []

    with Lane[None]("test") as lane:
        for number in range(20):
            lane.call(partial(done.append, number))

    assert done == list(range(20))


async def test_a_caller_that_gave_up_does_not_stop_the_thread() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> str:
        begun.set()
        go_on.wait()
        return "late"

    with Lane[str]("test") as lane:
        given_up = lane.call(wait)
        await asyncio.to_thread(begun.wait)
        given_up.cancel()
        go_on.set()

        assert await lane.call(lambda: "next") == "next"
