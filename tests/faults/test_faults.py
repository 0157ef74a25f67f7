"""The short form of `make faults`: one kill of each kind of process. What the long one found, the tests beside hold."""

import os
from pathlib import Path

import pytest

from tests.faults.node import NODES
from tests.faults.run import Plan, run

# Two at a time, since most of a kill's seconds are the start of a process: a line, each kind of process, the relay.
ONE_OF_EACH = (
    (("kill -9", "archive"), ("line cut in a piece", "officer-1")),
    (("kill -9", "relay"), ("kill -9", "officer-1")),
)
KILLS = 3


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_nothing_acknowledged_is_lost_nothing_archived_twice_and_histories_are_equal(tmp_path: Path) -> None:
    """With CENCOMM_SEED the faults are that seed's."""
    seed = os.environ.get("CENCOMM_SEED")
    plan = Plan(
        seed=seed or "short",
        kills=KILLS,
        officers=1,
        guests=0,
        copies=0,
        duty_post=False,
        nodes=NODES[:1],
        script=() if seed else ONE_OF_EACH,
        require_all=os.environ.get("CENCOMM_REQUIRE_ALL") == "1",
    )

    outcome = await run(tmp_path / "run", plan, print)

    assert not outcome.verdict.findings, "\n".join(outcome.verdict.findings)
    assert outcome.verdict.acknowledged > 0
    assert outcome.kills >= KILLS
