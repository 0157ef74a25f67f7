"""Listed devices that were claimed for in vain: left alone for a while, longer each time (C8, ADR 0030).

Each claim reserves key packages, of the member's good devices too. A device that publishes only unusable ones, or that
the relay invents, would else have every member claim at every look.
"""

from dataclasses import dataclass
from typing import TypeAlias

from cencomm.ids import AccountId, ChannelId, DeviceId, OperationId

FIRST_SECONDS = 10 * 60  # who publishes better key packages is not kept waiting for a watch
LONGEST_SECONDS = 24 * 3600
MOST_REMEMBERED = 10_000  # devices in one list (protocol section 9): a relay that invents others fills no memory

Place: TypeAlias = tuple[OperationId, ChannelId, AccountId, DeviceId]


@dataclass(frozen=True, slots=True)
class _Wait:
    until: int
    seconds: int


class Patience:
    """In memory: a program that begins anew tries again. Times are seconds."""

    def __init__(self) -> None:
        self._waits: dict[Place, _Wait] = {}

    def leaves_alone(self, place: Place, *, now: int) -> bool:
        wait = self._waits.get(place)
        return wait is not None and now < wait.until

    def in_vain(self, place: Place, *, now: int) -> None:
        """A claim just now brought nothing for it that can be added there."""
        before = self._waits.pop(place, None)
        seconds = FIRST_SECONDS if before is None else min(2 * before.seconds, LONGEST_SECONDS)
        self._waits[place] = _Wait(now + seconds, seconds)
        if len(self._waits) > MOST_REMEMBERED:
            del self._waits[next(iter(self._waits))]  # the one that was tried longest ago
