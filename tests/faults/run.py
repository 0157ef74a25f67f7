"""One run from founding to verdict."""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.judge import Verdict, judge
from tests.faults.node import NODES, NodeKind
from tests.faults.relay_put_back import put_relay_back
from tests.faults.scene import scene_in
from tests.faults.schedule import Schedule, Script
from tests.faults.storm import Count, Show, Storm

KEPT = "kept"  # where a run that found something leaves disks and logs


class FaultsLeftOut(Exception):  # noqa: N818 (names what happened)
    """This computer cannot do all kinds of faults, and CENCOMM_REQUIRE_ALL asks for all."""

    def __init__(self, left_out: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: needs {needs}" for name, needs in left_out.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`copies`: how often backups are made and put back; `guests`: how many are admitted and revoked on the way.

    `script`: faults that come before those of the seed; `require_all`: no kind of fault may be left out.
    """

    seed: str
    kills: int
    officers: int = 3
    guests: int = 8
    copies: int = 3
    duty_post: bool = True
    nodes: Sequence[NodeKind] = NODES
    script: Script = ()
    require_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    plan: Plan
    kills: int
    counts: Mapping[str, Count]
    left_out: Mapping[str, str]
    verdict: Verdict
    seconds: float


async def run(path: Path, plan: Plan, show: Show) -> Outcome:
    """Everything happens in `path`, which is not there yet, and on file systems that are mounted in it."""
    began = time.monotonic()
    show("relay, nodes and members start; the operation is founded")
    async with scene_in(path, officers=plan.officers, duty_post=plan.duty_post, nodes=plan.nodes) as scene:
        schedule = Schedule(plan.seed, strace=shutil.which("strace"), script=plan.script)
        storm, left_out = Storm(scene, schedule, show), schedule.left_out(scene.players)
        if plan.require_all and left_out:
            raise FaultsLeftOut(left_out)
        show("everybody is in their channels and talks")
        await storm.rage(kills=plan.kills, guests=plan.guests, copies=plan.copies)
        show("everything is healed; the judge compares")
        for player in (*scene.members, *scene.guests):
            await player.finish()
        verdict = await judge(scene)
        verdict.find(storm.stuck)
        if plan.copies and not verdict.findings:
            verdict.find(await put_relay_back(scene, show))
        if verdict.findings:
            shutil.copytree(path / "disks", path / KEPT, symlinks=True)
    return Outcome(
        plan=plan,
        kills=storm.kills,
        counts=storm.counts,
        left_out=left_out,
        verdict=verdict,
        seconds=time.monotonic() - began,
    )
