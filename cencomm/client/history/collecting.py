"""Staying with requests for history until they are answered: woken by the relay, looking by itself if it is not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from cencomm.client.history.bell import wait_for_ring
from cencomm.client.history.fetching import take_answer
from cencomm.client.history.request import Asked
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.stream import Connected
from cencomm.errors import CencommError, Unavailable
from cencomm.wire.stream import HistoryMoved

LOOK_SECONDS = 10.0  # between looks at the relay while it says nothing

Progress = Callable[[int, int], None]
"""Log entries that were answered for, of how many."""


async def collect(
    mailbox: Mailbox,
    requests: Sequence[Asked],
    *,
    patience_seconds: float,
    progress: Progress,
    look_seconds: float = LOOK_SECONDS,
) -> tuple[list[Asked], bool]:
    """Each request as far as it was answered, and whether all were; gives up waiting after a silence so long.

    What came is kept, and whoever asks again goes on from there. A server whose answer was none is in `Asked.guilty`.

    Raises:
        AnswerRefused: the relay hands out what is no answer; every request is kept.
    """
    now, state = asyncio.get_running_loop().time, {one.request: one for one in requests}
    open_requests, heard_at = set(state), now()
    async with contextlib.AsyncExitStack() as listening:
        listens = False
        while open_requests:
            heard, moved = mailbox.history_bell.listen(), False
            for request in sorted(open_requests):
                before = state[request]
                try:
                    state[request], complete = await take_answer(mailbox, before)
                except Unavailable:
                    continue
                moved = moved or state[request].taken > before.taken
                if complete:
                    open_requests.discard(request)
            progress(sum(_answered(one) for one in state.values()), sum(_size(one) for one in state.values()))
            if moved:
                heard_at = now()
            elif now() - heard_at >= patience_seconds:
                break
            elif not listens:
                await listening.enter_async_context(rung_by_relay(mailbox))
                listens = True  # and look once more: what came before the stream stood was told to nobody
            else:
                await wait_for_ring(heard, seconds=min(look_seconds, patience_seconds))
    return list(state.values()), not open_requests


@contextlib.asynccontextmanager
async def rung_by_relay(mailbox: Mailbox) -> AsyncIterator[None]:
    """The mailbox's bell rings when the relay has something new, for a program that does not `watch`."""

    async def listen() -> None:
        with contextlib.suppress(CencommError):  # without a stream one looks from time to time
            async with mailbox.relay.stream(entropy=mailbox.environment.entropy) as wakes:
                async for wake in wakes:
                    if isinstance(wake, HistoryMoved | Connected):
                        mailbox.history_bell.ring()

    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listen())
        yield
        listening.cancel()


def _answered(asked: Asked) -> int:
    return asked.following - asked.span.first


def _size(asked: Asked) -> int:
    return asked.span.last - asked.span.first + 1
