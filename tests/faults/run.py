"""One run from founding to verdict."""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.judge import Verdict, judge
from tests.faults.node import NODES, NodeKind
from tests.faults.scene import scene_in
from tests.faults.schedule import Schedule
from tests.faults.storm import Count, Show, Storm

KEPT = "kept"  # where a run that found something leaves disks and logs


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`copies`: how often backups are made and put back; `guests`: how many are admitted and revoked on the way."""

    seed: str
    kills: int
    officers: int = 3
    guests: int = 8
    copies: int = 3
    nodes: Sequence[NodeKind] = NODES


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    plan: Plan
    kills: int
    counts: Mapping[str, Count]
    verdict: Verdict
    seconds: float


async def run(path: Path, plan: Plan, show: Show) -> Outcome:
    """Everything happens in `path`, which is not there yet, and on file systems that are mounted in it."""
    began = time.monotonic()
    show("relay, nodes and members start; the operation is founded")
    async with scene_in(path, officers=plan.officers, nodes=plan.nodes) as scene:
        storm = Storm(scene, Schedule(plan.seed, strace=shutil.which("strace")), show)
        show("everybody is in their channels and talks")
        await storm.rage(kills=plan.kills, guests=plan.guests, copies=plan.copies)
        show("everything is healed; the judge compares")
        for player in (*scene.members, *scene.guests):
            await player.finish()
        verdict = await judge(scene)
        verdict.find(storm.stuck)
        if verdict.findings:
            shutil.copytree(path / "disks", path / KEPT, symlinks=True)
    return Outcome(plan=plan, kills=storm.kills, counts=storm.counts, verdict=verdict, seconds=time.monotonic() - began)
