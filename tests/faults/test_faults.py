"""The short form of `make faults`: one run of a few faults. The long one found what the named tests beside hold now."""

import os
from pathlib import Path

import pytest

from tests.faults.node import NODES
from tests.faults.run import Plan, run
from tests.faults.wrong_clock import find_libfaketime

KILLS = 2
SEED = "short"  # the same faults in each run of the suite; CENCOMM_SEED for others


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_nothing_acknowledged_is_lost_nothing_archived_twice_and_histories_are_equal(tmp_path: Path) -> None:
    if os.environ.get("CENCOMM_REQUIRE_ALL") == "1":
        assert find_libfaketime() is not None, "libfaketime is not installed (apt install libfaketime)"
    seed = os.environ.get("CENCOMM_SEED", SEED)
    print(f"CENCOMM_SEED={seed}")  # noqa: T201 (what repeats a failure)

    outcome = await run(
        tmp_path / "run", Plan(seed=seed, kills=KILLS, officers=1, guests=0, copies=0, nodes=NODES[:1]), print
    )

    assert not outcome.verdict.findings, "\n".join(outcome.verdict.findings)
    assert outcome.verdict.acknowledged > 0
    assert outcome.kills >= KILLS
