"""The one writer: whoever wants to change a table waits in its queue, and one transaction takes all who wait.

    queue -> BEGIN IMMEDIATE -> each use case against the Draft -> COMMIT (fsync) -> State -> streams -> answers

So an fsync is shared by all who wait for it, the order of commits is the order of the queue, and nothing is announced
or answered before it is on disk. A refused use case undoes only itself; a failing disk refuses everybody in the
transaction, and nothing was stored.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeVar, cast

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.errors import CencommError, Unavailable
from cencomm.relay.announcement import Announcement
from cencomm.relay.database import faults_as_unavailable
from cencomm.relay.state import Draft, State
from cencomm.relay.submission import Submission

T = TypeVar("T")
UseCase = Callable[[AsyncConnection, Draft], Awaitable[T]]
AcceptMessages = Callable[[AsyncConnection, Draft, Sequence[Submission]], Awaitable[list[bytes | CencommError]]]
Announce = Callable[[Iterable[Announcement]], None]

MAX_WAITING = 4096  # in the queue; beyond, the relay is overloaded and says so
MAX_BATCH = 256  # in one transaction: bounds how long the first of them waits for the last

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    work: UseCase[object] | Submission
    answer: "asyncio.Future[object]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(frozen=True, slots=True, eq=False)
class Writer:
    """`accept_messages` stores a run of application messages at once; it must change nothing for those it refuses."""

    state: State
    accept_messages: AcceptMessages
    announce: Announce
    _queue: "asyncio.Queue[_Waiting]" = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))

    async def write(self, use_case: UseCase[T]) -> T:
        """What `use_case` returns, which is on disk then.

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
        try:
            self._queue.put_nowait(waiting)
        except asyncio.QueueFull:
            raise Unavailable("the relay is overloaded; nothing was accepted, try again later") from None
        return await waiting.answer

    async def run(self, connection: AsyncConnection) -> None:
        """Writes until cancelled. Whoever waits then is refused."""
        try:
            while True:
                batch = [await self._queue.get()]
                while len(batch) < MAX_BATCH and not self._queue.empty():
                    batch.append(self._queue.get_nowait())
                await self._write_batch(connection, batch)
        finally:
            while not self._queue.empty():
                _settle(self._queue.get_nowait(), Unavailable("the relay is shutting down; try again later"))

    async def _write_batch(self, connection: AsyncConnection, batch: Sequence[_Waiting]) -> None:
        draft = Draft(self.state)
        outcomes: list[object] = []
        try:
            with faults_as_unavailable():
                async with connection.begin():
                    for are_messages, run in groupby(batch, key=lambda waiting: isinstance(waiting.work, Submission)):
                        works = [waiting.work for waiting in run]
                        if are_messages:
                            outcomes += await self.accept_messages(connection, draft, cast("list[Submission]", works))
                        else:
                            for use_case in cast("list[UseCase[object]]", works):
                                outcomes.append(await _attempt(connection, draft, use_case))
        except Unavailable as exc:
            _log.warning("transaction_failed", waiting=len(batch), cause=type(exc.__cause__).__name__)
            outcomes = [exc] * len(batch)
        except asyncio.CancelledError:
            outcomes = [Unavailable("the relay is shutting down; try again later")] * len(batch)
            raise
        except Exception as exc:  # noqa: BLE001 (the writer's loop: a defect must not end the writing for everybody)
            _log.exception("transaction_broke", waiting=len(batch))
            outcomes = [exc] * len(batch)
        else:
            draft.keep()
            self.announce(draft.announcements)
        finally:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _settle(waiting, outcome)


async def _attempt(connection: AsyncConnection, parent: Draft, use_case: UseCase[object]) -> object:
    """The outcome of one use case in a savepoint of its own: a refusal undoes what it did and nothing else."""
    draft = Draft(parent)
    try:
        async with connection.begin_nested():
            outcome = await use_case(connection, draft)
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
