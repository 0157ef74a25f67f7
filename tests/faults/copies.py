"""Backups that are made, verified and put back while everybody talks."""

import asyncio
import shutil

from tests.faults.node import NodeKind, server_command
from tests.faults.player import Player
from tests.faults.scene import Scene

TALK_SECONDS = 1.0  # between a node's backup and its end: what it has to catch up with
RECOVERY_SECONDS = 150.0
LOOK_SECONDS = 0.1


class NotRecovered(Exception):  # noqa: N818 (names what did not happen)
    """A node that was put back has not caught up and committed (D5)."""


async def copy_relay(scene: Scene) -> None:
    """Beside its running process, and verified: every ledger replayed, every log followed."""
    backup = scene.root.path / "relay-backup"
    await server_command("relay", "backup", "--data", str(scene.relay.casting.disk.data), "--to", str(backup))
    await server_command("relay", "restore", "--from", str(backup), "--verify")
    shutil.rmtree(backup)


async def put_back(scene: Scene, kind: NodeKind, player: Player) -> None:
    """The node of a moment ago in the place of the one of now; it has caught up and committed before this returns."""
    data, backup = player.casting.disk.data, scene.root.path / f"{player.name}-backup"
    await kind.command("backup", "--data", str(data), "--to", str(backup))
    await asyncio.sleep(TALK_SECONDS)
    await player.kill()
    await kind.command("restore", "--from", str(backup), "--verify", "--data", str(data))
    shutil.rmtree(data)
    await kind.command("restore", "--from", str(backup), "--data", str(data))
    shutil.rmtree(backup)
    await player.start()
    try:
        async with asyncio.timeout(RECOVERY_SECONDS):
            while (data / "restored").exists():  # noqa: ASYNC110 (another process removes a file)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise NotRecovered(f"{player.name} was put back and has not committed in its channels") from None
