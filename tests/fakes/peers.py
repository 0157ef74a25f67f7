"""Members of the browser's code that run in Node, for tests in which Python's members meet them."""

import os
import subprocess
import sys
from functools import cache

import pytest

from tests.fakes.checkout import ROOT, building

BUILT = ROOT / "web" / "build" / "tests" / "peers"


def peer(name: str) -> tuple[str, str]:
    """What starts `web/tests/peers/NAME.peer.ts`. Skips where there is no Node, unless everything is required."""
    return _node(), str(BUILT / f"{name}.peer.mjs")


@cache
def _node() -> str:
    """Node's path; the programs are built."""
    with building():
        built = subprocess.run(
            [sys.executable, "hatch_build.py", "--peers"], check=False, cwd=ROOT, capture_output=True, text=True
        )
    if built.returncode:
        reason = f"the members in Node were not built: {built.stderr.strip()}"
        if os.environ.get("CENCOMM_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return built.stdout.split()[-1]
