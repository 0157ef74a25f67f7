"""The nodes of a run, as data: how each is invited, started, asked and verified. A further kind is a further line."""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import msgspec

from cencomm.ledger.kinds import Role

ASK_SECONDS = 5.0


class CommandFailed(Exception):  # noqa: N818 (names what happened)
    """A command of a server ended with another exit code than 0; the text is what it said."""


class _Position(msgspec.Struct, frozen=True):
    channel: str
    sequence: int


class NodeHealth(msgspec.Struct, frozen=True):
    positions: tuple[_Position, ...]
    quarantine: dict[str, int]
    unfinished: dict[str, int]

    def position(self, channel: str) -> int:
        return next((one.sequence for one in self.positions if one.channel == channel), 0)


@dataclass(frozen=True, slots=True)
class NodeKind:
    """`name` is its command: `cencomm NAME join LETTER`, `run`, `search`, `verify`, `backup`, `restore`."""

    name: str
    role: Role
    nation: str | None = None
    """Whose store it is: it keeps what this nation's members wrote. None: everybody's."""
    released: bool = False
    """It is in release channels alone, and deletes what an owner takes back."""

    @property
    def join_options(self) -> tuple[str, ...]:
        return () if self.nation is None else ("--nation", self.nation)

    def keeps(self, country: str | None, *, withdrawn: bool) -> bool:
        return self.nation in {None, country} and not (self.released and withdrawn)

    async def command(self, *arguments: str) -> bytes:
        return await server_command(self.name, *arguments)

    def records(self, data: Path) -> Counter[str]:
        """How many records there are of each message, read beside the node: each kind searches in its own way."""
        with contextlib.closing(sqlite3.connect(f"file:{data}/node.sqlite?mode=ro", uri=True)) as database:
            return Counter(message for (message,) in database.execute("select lower(hex(message)) from messages"))


NODES = (
    NodeKind("archive", Role.ARCHIVE),
    NodeKind("ncen", Role.NCEN, nation="FR"),
    NodeKind("cen", Role.CEN, released=True),
)


async def server_command(server: str, *arguments: str) -> bytes:
    """What `cencomm SERVER …` says.

    Raises:
        CommandFailed: it did not succeed.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cencomm", server, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    answer, complaint = await process.communicate()
    if process.returncode:
        raise CommandFailed(f"{server} {arguments[0]}: {complaint.decode(errors='replace').strip()}")
    return answer


async def ask_health(url: str) -> NodeHealth | None:
    """None: it does not answer now."""
    timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as answer:
            return msgspec.json.decode(await answer.read(), type=NodeHealth)
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        return None


async def answers(url: str) -> bool:
    """Whether the relay there would take a write."""
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{url}/healthz") as answer:
            return answer.ok
    except aiohttp.ClientError:
        return False
