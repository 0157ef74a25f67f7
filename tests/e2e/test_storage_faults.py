"""A disk that is full, a database that somebody holds: "not accepted, try again", never a false receipt."""

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.posting import resume
from cencomm.client.watch import catch_up
from cencomm.demo.folder import DemoFolder
from cencomm.demo.repertoire import Repertoire
from cencomm.demo.server import Server, free_port, serving
from cencomm.errors import Unavailable
from tests.e2e.crew import Crew, crew_at, relay_for_tests
from tests.e2e.syscalls import read_only_disk

pytestmark = pytest.mark.slow
TMPFS_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Scene:
    relay: Server
    crew: Crew
    data: Path

    def stored(self) -> int:
        """Rows of the relay's log, read beside it."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/relay.sqlite?mode=ro", uri=True)) as database:
            (count,) = database.execute("select count(*) from log_entries").fetchone()
        return int(count)

    async def goes_on(self) -> None:
        """What was refused is sent after all, once, and everybody reads it."""
        founder, *others = self.crew.members
        before = self.stored()

        (sent,) = await resume(founder.mailbox)

        assert isinstance(sent, Sent)
        assert self.stored() == before + 1 == sent.sequence
        for member in others:
            await catch_up(member.mailbox)
            session = member.mailbox.sessions[(self.crew.stage.operation, self.crew.stage.channel)]
            assert session.sequence == sent.sequence


@contextlib.asynccontextmanager
async def scene(folder: DemoFolder, repertoire: Repertoire, data: Path) -> AsyncIterator[Scene]:
    port = free_port()
    plan = relay_for_tests(data, port, "--lock-timeout-seconds", "0.2", log=data / "relay.log")
    async with serving(plan) as relay, crew_at(f"http://127.0.0.1:{port}", folder, repertoire, officers=1) as crew:
        yield Scene(relay, crew, data)


async def refuses(scene: Scene) -> None:
    """A message, and the same one twice more under its send id."""
    before, founder = scene.stored(), scene.crew.members[0]

    with pytest.raises(Unavailable):
        await scene.crew.say(founder, "is anybody there?")
    for _ in range(2):
        with pytest.raises(Unavailable):
            await resume(founder.mailbox)

    assert scene.stored() == before
    assert not scene.relay.ended


async def test_a_file_that_may_not_grow_refuses_without_a_receipt_and_goes_on_later(
    folder: DemoFolder, repertoire: Repertoire
) -> None:
    async with scene(folder, repertoire, folder.relay) as stage:
        limits = resource.prlimit(stage.relay.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(stage.relay.pid, resource.RLIMIT_FSIZE, (1, limits[1]))

        await refuses(stage)

        resource.prlimit(stage.relay.pid, resource.RLIMIT_FSIZE, limits)
        await stage.goes_on()


async def test_a_database_that_somebody_locks_refuses_without_a_receipt_and_goes_on_later(
    folder: DemoFolder, repertoire: Repertoire
) -> None:
    async with scene(folder, repertoire, folder.relay) as stage:
        with contextlib.closing(sqlite3.connect(stage.data / "relay.sqlite", isolation_level=None)) as other:
            other.execute("begin immediate")
            await refuses(stage)
            other.execute("rollback")

        await stage.goes_on()


async def test_a_full_disk_refuses_without_a_receipt_and_goes_on_later(
    folder: DemoFolder, repertoire: Repertoire, small_disk: Path
) -> None:
    async with scene(folder, repertoire, small_disk / "relay") as stage:
        filler = small_disk / "filler"
        fill(filler)

        await refuses(stage)

        filler.unlink()
        await stage.goes_on()


async def test_a_disk_that_became_read_only_refuses_without_a_receipt_and_goes_on_later(
    folder: DemoFolder, repertoire: Repertoire, strace: str
) -> None:
    async with scene(folder, repertoire, folder.relay) as stage:
        async with read_only_disk(strace, stage.relay.pid):
            await refuses(stage)

        await stage.goes_on()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = tmp_path / "disk"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES}", "tmpfs", str(mount)]
    done = subprocess.run(command, check=False, capture_output=True) if shutil.which("mount") else None
    if done is None or done.returncode:
        if os.environ.get("CENCOMM_REQUIRE_ALL") == "1":
            pytest.fail("only root can make a small disk")
        pytest.skip("only root can make a small disk")
    try:
        yield mount
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def fill(path: Path) -> None:
    """Until the disk takes not one byte more."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 12))
    with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
        while True:
            file.write(b"\x00")
