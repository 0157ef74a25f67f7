"""Which fault hits whom, and when: the same for the same seed. What comes of it depends on the computer as well."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.fakes.counting_entropy import CountingEntropy
from tests.faults.fault import KINDS, Kind, Means
from tests.faults.player import Player

TOGETHER_OF_256 = 128  # every other fault comes with another one, elsewhere
LONGEST_LULL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Blow:
    kind: Kind
    player: Player
    means: Means


Script = Sequence[Sequence[tuple[str, str]]]
"""Faults that are not left to chance: who is hit by which, at the same time those that stand together."""


class Schedule:
    def __init__(self, seed: str, *, strace: str | None, script: Script = ()) -> None:
        self._chance = CountingEntropy(seed)
        self._strace = strace
        self._script = list(script)

    def left_out(self, players: Sequence[Player]) -> Mapping[str, str]:
        """The kinds of faults that this computer cannot do to any of them, each with what it would take."""
        return {
            kind.name: kind.needs for kind in KINDS if not any(kind.fits(player, self._strace) for player in players)
        }

    def lull_seconds(self) -> float:
        return LONGEST_LULL_SECONDS * self._share()

    def blows(self, players: Sequence[Player]) -> Iterator[Blow]:
        """One, or two that fall at the same time on different processes; first those of the script."""
        if self._script:
            for name, whom in self._script.pop(0):
                (kind,) = (kind for kind in KINDS if kind.name == name)
                (player,) = (player for player in players if player.name == whom)
                yield Blow(kind, player, Means(self._strace, self._share()))
            return
        first = self._blow(players)
        yield first
        others = [player for player in players if player is not first.player]
        if others and self._chance(1)[0] < TOGETHER_OF_256:
            yield self._blow(others)

    def _blow(self, players: Sequence[Player]) -> Blow:
        player = players[self._pick(len(players))]
        kinds = [kind for kind in KINDS if kind.fits(player, self._strace)]
        wheel = [kind for kind in kinds for _ in range(kind.weight)]
        return Blow(wheel[self._pick(len(wheel))], player, Means(self._strace, self._share()))

    def _pick(self, count: int) -> int:
        return int.from_bytes(self._chance(4), "big") % count

    def _share(self) -> float:
        return int.from_bytes(self._chance(4), "big") / (1 << 32)
