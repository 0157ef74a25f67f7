"""The faults of one run, one after the other or two at once, and how long whoever was hit takes to work again."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.faults.copies import NotRecovered, copy_relay, put_back
from tests.faults.node import ask_health
from tests.faults.player import Player
from tests.faults.scene import Scene
from tests.faults.schedule import Blow, Schedule

PATIENCE_SECONDS = 150.0  # a line that is half open takes 30 s to be noticed, a relay that is back up to 60
LOOK_SECONDS = 0.05
GUEST_MESSAGES = 3  # that a guest has said before it is revoked
GUEST_SECONDS = 240.0
CALM_SECONDS = 1.0

Show = Callable[[str], None]


@dataclass(slots=True)
class Count:
    """What became of the faults of one kind: `longest` is the seconds until the last of those hit worked again."""

    faults: int = 0
    recoveries: int = 0
    longest_seconds: float = 0.0


@dataclass
class Storm:
    """`stuck`: sentences about who never worked again."""

    scene: Scene
    schedule: Schedule
    show: Show
    counts: dict[str, Count] = field(default_factory=dict)
    kills: int = 0
    stuck: list[str] = field(default_factory=list)

    async def rage(self, *, kills: int, guests: int, copies: int) -> None:
        """Until so many processes were killed; then everything is healed, and everybody has worked since."""
        async with asyncio.TaskGroup() as tasks:
            visiting = tasks.create_task(self._visits(guests, kills))
            while self.kills < kills:
                if copies and self.kills >= kills * (1 + self._copied()) // (copies + 1):
                    await self._copy()
                await asyncio.sleep(self.schedule.lull_seconds())
                await self._strike(list(self.schedule.blows(self._targets())))
            await visiting
        await self._recovered("the end", self.scene.players)

    def _targets(self) -> Sequence[Player]:
        return self.scene.players

    async def _strike(self, blows: Sequence[Blow]) -> None:
        names = " and ".join(f"{blow.kind.name}: {blow.player.name}" for blow in blows)
        self.show(f"{self.kills:>4} killed, next  {names}")
        await asyncio.gather(*(blow.kind.strike(blow.player, blow.means) for blow in blows))
        self.kills += sum(blow.kind.kills for blow in blows)
        seconds = await self._recovered(names, [player for blow in blows for player in self._hit(blow.player)])
        for blow in blows:
            self._note(blow.kind.name, seconds)

    def _hit(self, player: Player) -> Sequence[Player]:
        """Whose work shows that the player works: that of all others, if it is the relay."""
        return self.scene.players[1:] if player is self.scene.relay else [player]

    def _note(self, name: str, seconds: float | None) -> None:
        count = self.counts.setdefault(name, Count())
        count.faults += 1
        if seconds is not None:
            count.recoveries += 1
            count.longest_seconds = max(count.longest_seconds, seconds)

    async def _recovered(self, after: str, players: Sequence[Player]) -> float | None:
        """Seconds until each of them has done something new; None and a sentence if one does not in time."""
        began = time.monotonic()
        waiting = {player: await progress(player) for player in players if player is not self.scene.relay}
        while waiting:
            for player, before in list(waiting.items()):
                if await progress(player) > before:
                    del waiting[player]
            if time.monotonic() - began > PATIENCE_SECONDS:
                names = ", ".join(player.name for player in waiting)
                self.stuck.append(f"after {after}: {names} did nothing for {PATIENCE_SECONDS:.0f} s")
                return None
            await asyncio.sleep(LOOK_SECONDS)
        return time.monotonic() - began

    def _copied(self) -> int:
        return self.counts.get(_PUT_BACK, Count()).faults

    async def _copy(self) -> None:
        """A backup of the relay is verified while it works; each node is put back from a backup of a moment ago."""
        self.show(f"{self.kills:>4} killed, next  {_COPIED}")
        await copy_relay(self.scene)
        self._note(_COPIED, 0.0)
        for kind, player in self.scene.nodes.items():
            self.show(f"{self.kills:>4} killed, next  {_PUT_BACK}: {player.name}")
            async with self._nobody_comes_or_goes():
                began = time.monotonic()
                self.kills += 1
                try:
                    await put_back(self.scene, kind, player)
                except NotRecovered as stuck:
                    self.stuck.append(str(stuck))
                recovered = await self._recovered(_PUT_BACK, [player])
                self._note(_PUT_BACK, None if recovered is None else time.monotonic() - began)

    @contextlib.asynccontextmanager
    async def _nobody_comes_or_goes(self) -> AsyncIterator[None]:
        """A node that committed after its backup was made would be stranded, as it says itself (C10)."""
        async with self.scene.unit.calm:
            await asyncio.sleep(CALM_SECONDS)
            yield

    async def _visits(self, guests: int, kills: int) -> None:
        """Members who are admitted, say something, and are revoked: one after the other, all through the run."""
        for number in range(guests):
            while self.kills < kills * number // guests:  # noqa: ASYNC110 (counted by another task)
                await asyncio.sleep(LOOK_SECONDS)
            name = f"guest-{number + 1}"
            async with self.scene.unit.calm:
                guest = await self.scene.add_guest(name)
                await self.scene.unit.admit([name])
            if not await self._comes_to(partial(_has_spoken, guest)):
                self.stuck.append(f"{name} was admitted and never spoke")
                continue
            async with self.scene.unit.calm:
                await self.scene.unit.revoke(name)
            if not await self._comes_to(partial(_knows, guest)):
                self.stuck.append(f"{name} was revoked and does not know it")
            await guest.kill()

    async def _comes_to(self, condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + GUEST_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True


_COPIED, _PUT_BACK = "relay backed up, verified", "put back from a backup"


def _has_spoken(guest: Player) -> bool:
    return len(guest.acknowledged) >= GUEST_MESSAGES


def _knows(guest: Player) -> bool:
    return guest.is_out


async def progress(player: Player) -> int:
    """A number that grows as long as the process does its work."""
    if player.casting.health is None:
        return len(player.acknowledged)
    health = await ask_health(player.casting.health)
    return 0 if health is None else sum(position.sequence for position in health.positions)
