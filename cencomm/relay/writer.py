"""The one writer: whoever wants to change a table waits in its queue, and one transaction takes all who wait.

    queue -> BEGIN IMMEDIATE -> each use case against the Draft -> COMMIT (fsync) -> State -> streams -> answers
             |-------------------- in a thread of its own --------------------|   then in the loop

So an fsync is shared by all who wait for it, the order of commits is the order of the queue, and nothing is announced
or answered before it is on disk. A refused use case undoes only itself; a failing disk refuses everybody in the
transaction, and nothing was stored. The State changes only while the thread has nothing to do.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import TypeVar, cast

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from cencomm.errors import CencommError, Unavailable
from cencomm.relay.announcement import Announcement
from cencomm.relay.database import faults_as_unavailable
from cencomm.relay.lane import Lane
from cencomm.relay.state import Draft, State
from cencomm.relay.submission import Submission

T = TypeVar("T")
UseCase = Callable[[Connection, Draft], T]
AcceptMessages = Callable[[Connection, Draft, Sequence[Submission]], list[bytes | CencommError]]
Announce = Callable[[Iterable[Announcement]], None]
ObserveBatch = Callable[[int, float], None]
"""How many a transaction took, and how many seconds it lasted."""

MAX_WAITING = 4096  # in the queue; beyond, the relay is overloaded and says so
MAX_BATCH = 256  # in one transaction: bounds how long the first of them waits for the last
PATIENCE_SECONDS = 0.001  # that the first of a batch waits for as many as came with the last one: half a flush to disk

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    work: UseCase[object] | Submission
    answer: "asyncio.Future[object]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(slots=True, eq=False)
class Writer:
    """`accept_messages` stores a run of application messages at once; it must change nothing for those it refuses."""

    state: State
    accept_messages: AcceptMessages
    announce: Announce
    observe: ObserveBatch
    _queue: "asyncio.Queue[_Waiting | None]" = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))
    _stopped: bool = False
    _expected: int = 1  # who write at the same time, as far as the last two batches tell
    _complete: "asyncio.Future[None] | None" = None  # while a batch waits for them

    @property
    def waiting(self) -> int:
        """How many wait for the transaction after the current one."""
        return self._queue.qsize()

    async def write(self, use_case: UseCase[T]) -> T:
        """What `use_case` returns, which is on disk then. It runs in the writer's thread.

        Raises:
            CencommError: what it raised; nothing of it was stored.
            Unavailable: the disk did not take it; nothing was stored.
        """
        return cast("T", await self._enqueue(use_case))

    async def publish(self, submission: Submission) -> bytes:
        """The signed receipt of an application message that is on disk; raises as `write` does."""
        return cast("bytes", await self._enqueue(submission))

    async def _enqueue(self, work: UseCase[object] | Submission) -> object:
        waiting = _Waiting(work)
        if self._stopped or self._queue.full():
            raise Unavailable("the relay is overloaded or shutting down; nothing was accepted, try again later")
        self._queue.put_nowait(waiting)
        if self._queue.qsize() >= self._expected - 1:
            self._stop_waiting()
        return await waiting.answer

    async def stop(self) -> None:
        """Takes nothing more; `run` writes what waits and returns."""
        self._stopped = True
        await self._queue.put(None)
        self._stop_waiting()

    async def run(self, engine: Engine) -> None:
        """Writes until `stop`."""
        loop = asyncio.get_running_loop()
        lane: Lane[tuple[list[object], bool]] = Lane("writer")
        with engine.connect() as connection, lane:
            before = 1
            while batch := await self._next_batch():
                self._expected, before = max(before, len(batch)), len(batch)
                draft = Draft(self.state)
                works = [waiting.work for waiting in batch]
                began = loop.time()
                outcomes, is_stored = await lane.call(partial(self._transact, connection, draft, works))
                self.observe(len(batch), loop.time() - began)
                if is_stored:
                    draft.keep()
                    self.announce(draft.announcements)
                for waiting, outcome in zip(batch, outcomes, strict=True):
                    _settle(waiting, outcome)

    async def _next_batch(self) -> list[_Waiting]:
        """All who wait, at least one; nobody only after `stop`."""
        batch: list[_Waiting] = []
        waiting = await self._queue.get()
        await self._wait_for_others()
        while waiting is not None:
            batch.append(waiting)
            if len(batch) == MAX_BATCH or self._queue.empty():
                return batch
            waiting = self._queue.get_nowait()
        if batch:
            self._queue.put_nowait(None)  # these first, then the end
        return batch

    async def _wait_for_others(self) -> None:
        """Until as many wait as wrote at the same time before, but not long.

        Whoever gets an answer often asks again at once. Without a moment's patience the first of them gets a flush to
        disk of its own and all the others wait for the next: twice the flushes for the same messages.
        """
        if self._queue.qsize() >= self._expected - 1:
            return
        self._complete = asyncio.get_running_loop().create_future()
        timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._stop_waiting)
        await self._complete
        timer.cancel()

    def _stop_waiting(self) -> None:
        if self._complete is not None and not self._complete.done():
            self._complete.set_result(None)

    def _transact(
        self, connection: Connection, draft: Draft, works: Sequence[UseCase[object] | Submission]
    ) -> tuple[list[object], bool]:
        """An outcome for each, and whether the transaction is on disk."""
        outcomes: list[object] = []
        try:
            with faults_as_unavailable(), connection.begin():
                for are_messages, run in groupby(works, key=lambda work: isinstance(work, Submission)):
                    if are_messages:
                        outcomes += self.accept_messages(connection, draft, cast("list[Submission]", list(run)))
                    else:
                        outcomes += [_attempt(connection, draft, cast("UseCase[object]", use_case)) for use_case in run]
        except Unavailable as exc:
            _log.warning("transaction_failed", waiting=len(works), cause=type(exc.__cause__).__name__)
            return [exc] * len(works), False
        except Exception as exc:  # noqa: BLE001 (the writer's loop: a defect must not end the writing for everybody)
            _log.exception("transaction_broke", waiting=len(works))
            return [exc] * len(works), False
        return outcomes, True


def _attempt(connection: Connection, parent: Draft, use_case: UseCase[object]) -> object:
    """The outcome of one use case in a savepoint of its own: a refusal undoes what it did and nothing else."""
    draft = Draft(parent)
    try:
        with connection.begin_nested():
            outcome = use_case(connection, draft)
    except CencommError as exc:
        return exc
    except IntegrityError as exc:  # a defect too, but the savepoint holds it in: the others go on
        _log.exception("constraint_held")
        return exc
    draft.keep()
    return outcome


def _settle(waiting: _Waiting, outcome: object) -> None:
    if waiting.answer.done():  # whoever asked has gone; what was stored stays stored
        return
    if isinstance(outcome, Exception):
        waiting.answer.set_exception(outcome)
    else:
        waiting.answer.set_result(outcome)
