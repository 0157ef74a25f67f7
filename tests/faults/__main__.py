"""`make faults`: the long form. `python -m tests.faults --help`."""

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table

from tests.faults.run import Outcome, Plan, run


@click.command()
@click.option("--kills", default=200, show_default=True, help="Processes that are killed.")
@click.option("--seed", help="Of an earlier run, to have the same faults again.")
@click.option("--officers", default=3, show_default=True)
@click.option("--guests", default=8, show_default=True, help="Members who are admitted and revoked on the way.")
@click.option("--copies", default=3, show_default=True, help="How often backups are made, verified, put back.")
@click.option("--folder", type=click.Path(path_type=Path), help="For everything; kept.  [default: a temporary one]")
def main(kills: int, seed: str | None, officers: int, guests: int, copies: int, folder: Path | None) -> None:
    """Kill, stop, fill, freeze, mistime and disconnect a suite under traffic, and see whether anything is lost."""
    plan = Plan(
        seed=seed or os.urandom(4).hex(),
        kills=kills,
        officers=officers,
        guests=guests,
        copies=copies,
        require_all=os.environ.get("CENCOMM_REQUIRE_ALL") == "1",
    )
    console, began = Console(), time.monotonic()
    place = folder or Path(tempfile.mkdtemp(prefix="cencomm-faults-")) / "run"
    console.print(f"seed {plan.seed}, folder {place}", highlight=False, soft_wrap=True)

    def show(what: str) -> None:
        console.print(f"{time.monotonic() - began:7.1f} s  {what}", highlight=False, markup=False)

    outcome = asyncio.run(_until_stopped(run(place, plan, show)))
    show_outcome(outcome, console)
    if outcome.verdict.findings:
        sys.exit(1)


async def _until_stopped(running: Coroutine[None, None, Outcome]) -> Outcome:
    """Ended from outside, it takes its processes and mounts down all the same."""
    task = asyncio.ensure_future(running)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def show_outcome(outcome: Outcome, console: Console) -> None:
    table = Table(box=box.SIMPLE)
    for heading in ("Fault", "Times", "Recovered", "Longest, s"):
        table.add_column(heading, justify="left" if heading == "Fault" else "right")
    for name, count in sorted(outcome.counts.items()):
        table.add_row(name, str(count.faults), str(count.recoveries), f"{count.longest_seconds:.1f}")
    for name, needs in outcome.left_out.items():
        table.add_row(name, f"left out (needs {needs})", "", "")
    console.print(table)
    verdict = outcome.verdict
    console.print(
        f"{outcome.kills} kills in {outcome.seconds:.0f} s; {verdict.acknowledged} messages acknowledged, "
        f"{verdict.lost} lost, {verdict.twice} twice; {verdict.messages_read} in every history, "
        f"{verdict.keys_used} keys used, each once; {verdict.deaths} processes ended by themselves",
        highlight=False,
    )
    for finding in verdict.findings:
        console.print(f"FOUND: {finding}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"To have the same faults again: make faults SEED={outcome.plan.seed}", highlight=False)


if __name__ == "__main__":
    main()
