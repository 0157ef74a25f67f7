"""Whose turn it is to write a piece of a long answer: live messages need not wait for pages, chunks and stores.

A hundred devices that come back at once would each have a piece ready whenever the loop looks, and a message that was
just stored would wait behind all of them at each of its steps. So long answers share a part of the loop's time: for a
moment one piece goes out after the other, then none for a multiple of that moment, in which the loop, the interpreter
and the socket buffers belong to everybody else. Accounts take turns, whatever number of answers each asked for.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from time import perf_counter

from cencomm.ids import AccountId

MOMENT_SECONDS = 0.0003  # that pieces go out for, one after the other: the most a live message waits behind them
REST_TIMES = 3  # as long as the pieces took, none goes out: they have a quarter of the loop's time at most
LEAST_REST_SECONDS = 0.001  # the loop's timers know nothing shorter


class BulkTurns:
    """Belongs to the loop; has no task of its own, and nothing to close."""

    __slots__ = ("_is_running", "_now", "_waiting")

    def __init__(self, now: Callable[[], float] = perf_counter) -> None:
        self._waiting: OrderedDict[AccountId, deque[asyncio.Future[None]]] = OrderedDict()
        self._is_running = False
        self._now = now

    async def turn(self, account: AccountId) -> None:
        """Returns when the caller may write one piece, which it does before it awaits anything else."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[None] = loop.create_future()
        self._waiting.setdefault(account, deque()).append(mine)
        if not self._is_running:
            self._is_running = True
            loop.call_soon(self._begin)
        await mine

    def _begin(self) -> None:
        if self._waiting:
            self._go_on(self._now())
        else:
            self._is_running = False

    def _go_on(self, began: float) -> None:
        """Lets one piece out and comes again once it was written."""
        loop, spent = asyncio.get_running_loop(), self._now() - began
        mine = self._next() if spent < MOMENT_SECONDS else None
        if mine is None:
            loop.call_later(max(LEAST_REST_SECONDS, REST_TIMES * spent), self._begin)
        else:
            mine.set_result(None)
            loop.call_soon(self._go_on, began)  # behind the caller, who was waked up with this

    def _next(self) -> "asyncio.Future[None] | None":
        """The first that waits of the account that waited longest; who has gone is passed over."""
        while self._waiting:
            account, theirs = self._waiting.popitem(last=False)
            mine = theirs.popleft()
            if theirs:
                self._waiting[account] = theirs
            if not mine.done():
                return mine
        return None
