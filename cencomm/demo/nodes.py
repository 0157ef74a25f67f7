"""Nodes as the demonstration sees them: processes with folders of their own, asked by their commands and /healthz."""

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

ARCHIVE, NCEN, CEN = "archive", "ncen", "cen"  # names of the commands, and of the folders
_COMMAND = ("-m", "cencomm")
_SECONDS = 60.0  # for one command on a busy computer


class _Position(msgspec.Struct, frozen=True):
    channel: str
    sequence: int


class _Health(msgspec.Struct, frozen=True):
    positions: tuple[_Position, ...]
    quarantine: dict[str, int]


class _Found(msgspec.Struct, frozen=True):
    total: int


class _Kept(msgspec.Struct, frozen=True):
    messages: int


class _Case(msgspec.Struct, frozen=True):
    releases: int


class _Cases(msgspec.Struct, frozen=True):
    cases: tuple[_Case, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class NodeServer:
    """A running node of the kind that its command names."""

    kind: str
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
            raise Unavailable(f"the {self.kind} does not answer at {self.health_url}")
        return sum(health.quarantine.values())

    async def count(self) -> int:
        """Records in it, as its own search counts them."""
        answer = await command(self.folder, self.kind, "search", "--limit", "1", "--json")
        return msgspec.json.decode(answer, type=_Found).total

    async def count_originated(self) -> int:
        """Of an nCEN: messages of its nation, as it counts what it keeps."""
        return msgspec.json.decode(await command(self.folder, self.kind, "tally", "--json"), type=_Kept).messages

    async def count_releases(self) -> int:
        """Of a CEN: releases of all cases, as its own search lists them."""
        total, more = 0, list[str]()
        while True:
            answer = await command(self.folder, self.kind, "search", "--limit", "1000", "--json", *more)
            page = msgspec.json.decode(answer, type=_Cases)
            total += sum(case.releases for case in page.cases)
            if page.after is None:
                return total
            more = ["--after", page.after]

    async def _health(self) -> _Health | None:
        try:
            async with aiohttp.ClientSession() as http, http.get(self.health_url) as answer:
                return msgspec.json.decode(await answer.read(), type=_Health)
        except aiohttp.ClientError:
            return None


def archive_part(plan: OperationPlan) -> Part:
    """The plan's archive: it gets an access letter like anybody."""
    return next(Part(post) for post in plan.posts if post.role is PostRole.ARCHIVE)


def node_plan(folder: DemoFolder, port: int, kind: str = ARCHIVE) -> ServerPlan:
    return ServerPlan(
        name=kind,
        arguments=(*_COMMAND, kind, "run", "--data", str(folder.node(kind)), "--health-port", str(port)),
        log=folder.log(kind),
        health=f"http://127.0.0.1:{port}/healthz",
    )


@contextlib.asynccontextmanager
async def node_serving(folder: DemoFolder, part: Part, kind: str = ARCHIVE) -> AsyncIterator[NodeServer]:
    """A node that has asked for the place in its letter, and runs for the block."""
    nation = ["--nation", part.post.country] if kind == NCEN and part.post.country is not None else []
    await command(folder, kind, "join", str(folder.letter(part.name)), *nation)
    plan = node_plan(folder, free_port(), kind)
    async with serving(plan) as server:
        yield NodeServer(kind, folder, plan.health, server)


async def command(folder: DemoFolder, kind: str, name: str, *arguments: str, accepted: Sequence[int] = (0,)) -> bytes:
    """What `cencomm KIND NAME` answers.

    Raises:
        ServerFailed: it ended with another exit code than the accepted ones.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *_COMMAND, kind, name, *arguments, "--data", str(folder.node(kind))),
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
        raise ServerFailed(f"{kind} {name} takes longer than {_SECONDS:.0f} s") from None
    if process.returncode not in accepted:
        raise ServerFailed(f"{kind} {name}: {complaint.decode(errors='replace').strip()}")
    return answer
