"""The archive as the demonstration sees it: a process with a folder of its own, asked by its commands and /healthz."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import aiohttp
import msgspec

from cencomm.demo.cast import Part
from cencomm.demo.folder import DemoFolder
from cencomm.demo.server import Server, ServerFailed, ServerPlan, free_port, serving
from cencomm.errors import Unavailable
from cencomm.forms.operation import OperationPlan, PostRole
from cencomm.ids import ChannelId, short

_COMMAND = ("-m", "cencomm", "archive")
_SECONDS = 60.0  # for one command on a busy computer


class _Position(msgspec.Struct, frozen=True):
    channel: str
    sequence: int


class _Health(msgspec.Struct, frozen=True):
    positions: tuple[_Position, ...]
    quarantine: dict[str, int]


class _Found(msgspec.Struct, frozen=True):
    total: int


@dataclass(frozen=True, slots=True)
class ArchiveServer:
    """A running archive."""

    folder: DemoFolder
    health_url: str
    server: Server

    async def position(self, channel: ChannelId) -> int:
        """How far it has read a channel's log; 0 while it is not in the channel, or does not answer."""
        health = await self._health()
        if health is None:
            return 0
        return next((one.sequence for one in health.positions if one.channel == short(channel)), 0)

    async def quarantined(self) -> int:
        """Messages that it set aside.

        Raises:
            Unavailable: it does not answer.
        """
        health = await self._health()
        if health is None:
            raise Unavailable(f"the archive does not answer at {self.health_url}")
        return sum(health.quarantine.values())

    async def count(self) -> int:
        """Records in it, as its own search counts them."""
        return msgspec.json.decode(await command(self.folder, "search", "--limit", "1", "--json"), type=_Found).total

    async def _health(self) -> _Health | None:
        try:
            async with aiohttp.ClientSession() as http, http.get(self.health_url) as answer:
                return msgspec.json.decode(await answer.read(), type=_Health)
        except aiohttp.ClientError:
            return None


def archive_part(plan: OperationPlan) -> Part:
    """The plan's archive: it gets an access letter like anybody."""
    return next(Part(post) for post in plan.posts if post.role is PostRole.ARCHIVE)


def archive_plan(folder: DemoFolder, port: int) -> ServerPlan:
    return ServerPlan(
        name="archive",
        arguments=(*_COMMAND, "run", "--data", str(folder.archive), "--health-port", str(port)),
        log=folder.log("archive"),
        health=f"http://127.0.0.1:{port}/healthz",
    )


@contextlib.asynccontextmanager
async def archive_serving(folder: DemoFolder, part: Part) -> AsyncIterator[ArchiveServer]:
    """An archive that has asked for the place in its letter, and runs for the block."""
    await command(folder, "join", str(folder.letter(part.name)))
    plan = archive_plan(folder, free_port())
    async with serving(plan) as server:
        yield ArchiveServer(folder, plan.health, server)


async def command(folder: DemoFolder, name: str, *arguments: str, accepted: Sequence[int] = (0,)) -> bytes:
    """What `cencomm archive NAME` answers.

    Raises:
        ServerFailed: it ended with another exit code than the accepted ones.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *_COMMAND, name, *arguments, "--data", str(folder.archive)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            answer, complaint = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise ServerFailed(f"archive {name} takes longer than {_SECONDS:.0f} s") from None
    if process.returncode not in accepted:
        raise ServerFailed(f"archive {name}: {complaint.decode(errors='replace').strip()}")
    return answer
