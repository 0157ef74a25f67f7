"""What can go wrong with one process, or on its line to the relay: done, held for a moment, healed."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.e2e.syscalls import read_only_disk
from tests.faults.disk import no_file_grows
from tests.faults.player import Player
from tests.faults.wrong_clock import CACHED_SECONDS, set_clock

LATE_SECONDS = 0.15
HOUR, DAY = 3600, 86_400
JUMPS = (90, HOUR, 2 * DAY, -90, -HOUR)  # seconds


@dataclass(frozen=True, slots=True)
class Means:
    """What this computer offers, and `share`: a number from 0 to 1 that the schedule drew for the fault."""

    strace: str | None
    share: float

    def seconds(self, least: float, most: float) -> float:
        return least + self.share * (most - least)


Strike = Callable[[Player, Means], Awaitable[None]]
"""When it returns the fault is over, and what it had hit can work again."""


async def kill(player: Player, means: Means) -> None:
    await player.kill()
    await asyncio.sleep(means.seconds(0, 0.5))
    await player.start()


async def stop(player: Player, means: Means) -> None:
    player.send(signal.SIGSTOP)
    await asyncio.sleep(means.seconds(0.5, 3))
    player.send(signal.SIGCONT)


async def full_disk(player: Player, means: Means) -> None:
    player.casting.disk.fill()
    try:
        await asyncio.sleep(means.seconds(0.5, 2.5))
    finally:
        player.casting.disk.empty()


async def kill_on_full_disk(player: Player, means: Means) -> None:
    """It dies while nothing can be written, and starts while nothing can."""
    player.casting.disk.fill()
    try:
        await kill(player, means)
        await asyncio.sleep(means.seconds(0.5, 2.5))
    finally:
        player.casting.disk.empty()


async def file_limit(player: Player, means: Means) -> None:
    with no_file_grows(player.pid):
        await asyncio.sleep(means.seconds(0.5, 2.5))


async def read_only(player: Player, means: Means) -> None:
    assert means.strace is not None
    async with read_only_disk(means.strace, player.pid):
        await asyncio.sleep(means.seconds(0.5, 2.5))


async def read_only_start(player: Player, means: Means) -> None:
    """It comes up on a disk that the kernel mounted read-only after an error."""
    await player.kill()
    player.casting.disk.freeze()
    try:
        await player.start()
        await asyncio.sleep(means.seconds(1.5, 3))
    finally:
        player.casting.disk.thaw()


async def wrong_clock(player: Player, means: Means) -> None:
    clock = player.casting.clock
    assert clock is not None
    set_clock(clock, JUMPS[min(int(means.share * len(JUMPS)), len(JUMPS) - 1)])
    await asyncio.sleep(2 * CACHED_SECONDS + 1.5)
    set_clock(clock, 0)
    await asyncio.sleep(CACHED_SECONDS)


async def slow_line(player: Player, means: Means) -> None:
    assert player.casting.line is not None
    await player.casting.line.slow(means.seconds(0.5, 3), late_seconds=LATE_SECONDS)


async def cut_line(player: Player, means: Means) -> None:  # noqa: ARG001 (a Strike)
    assert player.casting.line is not None
    await player.casting.line.cut()


async def dropped_line(player: Player, means: Means) -> None:
    assert player.casting.line is not None
    await player.casting.line.drop(means.seconds(0, 2))


async def stalled_line(player: Player, means: Means) -> None:
    assert player.casting.line is not None
    await player.casting.line.stall(means.seconds(0.5, 4))


async def half_open_line(player: Player, means: Means) -> None:  # noqa: ARG001 (a Strike)
    assert player.casting.line is not None
    await player.casting.line.half_open()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault. `weight`: how often among all; `kills`: how many of the run's kills it counts for.

    `needs`: what a computer lacks on which it fits nobody.
    """

    name: str
    strike: Strike
    weight: int
    fits: Callable[[Player, str | None], bool]
    kills: int = 0
    needs: str = "nothing"


ROOT, STRACE, LIBFAKETIME = "root, to mount small disks", "strace", "libfaketime"


def _any(player: Player, strace: str | None) -> bool:  # noqa: ARG001 (a condition like the others)
    return True


def _has_disk(player: Player, strace: str | None) -> bool:  # noqa: ARG001
    return player.casting.disk.is_mounted and player.casting.kind != "duty post"


def _writes(player: Player, strace: str | None) -> bool:  # noqa: ARG001
    return player.casting.kind != "duty post"


def _is_traceable(player: Player, strace: str | None) -> bool:
    return strace is not None and player.casting.kind != "duty post"


def _has_clock(player: Player, strace: str | None) -> bool:  # noqa: ARG001
    return player.casting.clock is not None


def _has_line(player: Player, strace: str | None) -> bool:  # noqa: ARG001
    return player.casting.line is not None


KINDS = (
    Kind("kill -9", kill, 60, _any, kills=1),
    Kind("SIGSTOP, SIGCONT", stop, 6, _any),
    Kind("disk full", full_disk, 5, _has_disk, needs=ROOT),
    Kind("kill -9 on a full disk", kill_on_full_disk, 4, _has_disk, kills=1, needs=ROOT),
    Kind("file may not grow", file_limit, 3, _writes),
    Kind("disk read-only", read_only, 3, _is_traceable, needs=STRACE),
    Kind("start on a read-only disk", read_only_start, 4, _has_disk, kills=1, needs=ROOT),
    Kind("clock set wrong", wrong_clock, 6, _has_clock, needs=LIBFAKETIME),
    Kind("line slow", slow_line, 4, _has_line),
    Kind("line cut in a piece", cut_line, 8, _has_line),
    Kind("line dropped", dropped_line, 5, _has_line),
    Kind("line stalled, reset", stalled_line, 5, _has_line),
    Kind("line half open", half_open_line, 1, _has_line),
)
