"""Staying with requests for history until they are answered."""

import asyncio
from collections.abc import Callable, Sequence

from cencomm.client.history.fetching import take_answer
from cencomm.client.history.request import Asked
from cencomm.client.mailbox import Mailbox
from cencomm.errors import Unavailable

POLL_SECONDS = 1.0  # between looks at the relay while nothing comes

Progress = Callable[[int, int], None]
"""Log entries that were answered for, of how many."""


async def collect(
    mailbox: Mailbox, requests: Sequence[Asked], *, patience_seconds: float, progress: Progress
) -> tuple[list[Asked], bool]:
    """Each request as far as it was answered, and whether all were; gives up waiting after a silence so long.

    What came is kept, and whoever asks again goes on from there.

    Raises:
        AnswerRefused: an answer is not what was asked for; that request is given up, the others are kept.
    """
    now, state = asyncio.get_running_loop().time, {one.request: one for one in requests}
    open_requests, heard_at = set(state), now()
    while open_requests:
        moved = False
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
        else:
            await asyncio.sleep(min(POLL_SECONDS, patience_seconds))
    return list(state.values()), not open_requests


def _answered(asked: Asked) -> int:
    return asked.following - asked.span.first


def _size(asked: Asked) -> int:
    return asked.span.last - asked.span.first + 1
