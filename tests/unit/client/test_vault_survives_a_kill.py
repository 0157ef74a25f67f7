"""What `apply` said is done is done, also for a process that is killed in the middle of the next write."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cencomm.client.vault.vault import open_vault
from cencomm.secret import system_entropy
from tests.fakes.mailbox import WRAPPING_KEY, make_mailbox

ROOT = Path(__file__).parents[3]
KILLS = 3

WRITER = """
import asyncio, sys
from pathlib import Path
from cencomm.client.vault.vault import open_vault
from cencomm.secret import system_entropy
from tests.fakes.mailbox import WRAPPING_KEY

async def write():
    async with open_vault(Path(sys.argv[1]), WRAPPING_KEY, entropy=system_entropy) as vault:
        version = await vault.version()
        while True:
            halves = {"left": b"%d" % (version + 1) * 2000, "right": b"%d" % (version + 1) * 2000}
            version = await vault.apply(halves, expected_version=version)
            print(version, flush=True)

asyncio.run(write())
"""


@contextlib.contextmanager
def writer(folder: Path) -> Iterator[Iterator[int]]:
    """The versions that a process of its own was told are on the disk; it is killed at the end of the block."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield (int(line) for line in process.stdout)
        finally:
            process.kill()


async def test_a_killed_process_leaves_the_last_acknowledged_write_whole(tmp_path: Path) -> None:
    folder = await make_mailbox(tmp_path / "mailbox")
    acknowledged = 0

    for _ in range(KILLS):
        with writer(folder) as versions:
            for version in versions:
                acknowledged = version
                if version % 25 == 0:
                    break

        async with open_vault(folder, WRAPPING_KEY, entropy=system_entropy) as vault:
            version = await vault.version()
            assert version >= acknowledged
            expected = str(version).encode() * 2000
            assert await vault.scan("") == [("left", expected), ("right", expected)]
