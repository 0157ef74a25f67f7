"""One thread that does one thing after the other for the event loop, at the price of one hand-over there and one back.

A ThreadPoolExecutor makes two futures, a lock with a condition and three callbacks of each call; for a lone message
that was as long as the flush to disk that it waits for (docs/relay.md).
"""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Lane(Generic[T]):
    """Entered, the thread runs; left, it has done what it was asked for and is gone."""

    __slots__ = ("_calls", "_loop", "_thread")

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], T], asyncio.Future[T]] | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._calls.put(None)
        self._thread.join()

    def call(self, act: Callable[[], T]) -> "asyncio.Future[T]":
        """What `act` returns or raises, once the thread has come to it."""
        answer: asyncio.Future[T] = self._loop.create_future()
        self._calls.put((act, answer))
        return answer

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            act, answer = call
            try:
                outcome = act()
            except BaseException as exc:  # noqa: BLE001 (the thread's loop: the caller gets it, whatever it is)
                self._loop.call_soon_threadsafe(_fail, answer, exc)
            else:
                self._loop.call_soon_threadsafe(_answer, answer, outcome)


def _answer(answer: "asyncio.Future[T]", outcome: T) -> None:
    if not answer.done():  # its caller was cancelled
        answer.set_result(outcome)


def _fail(answer: "asyncio.Future[T]", error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
