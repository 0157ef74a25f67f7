"""A relay or an archive as an operating-system process of its own: started, found ready, ended, never left behind."""

import asyncio
import contextlib
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Never

import aiohttp

from cencomm.errors import CencommError, Unavailable

START_SECONDS = 60.0  # migrations and imports on a machine that is busy with something else
STOP_SECONDS = 15.0  # longer than the relay waits for its own streams to close
LOOK_SECONDS = 0.1
LINES_OF_LOG = 12  # of a server that did not start: what it said last says why
FREE_PORTS = range(20_000, 32_000)
_PORT_TRIES = 50
_OK = 200


class ServerFailed(CencommError):  # noqa: N818 (names what happened)
    """A server did not start, or ended by itself; the text has the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlan:
    """What to run: `python ARGUMENTS…`, where its log goes, and the address that answers once it serves.

    `under` is a program that runs it, a tracer for instance, with its arguments.
    """

    name: str
    arguments: Sequence[str]
    log: Path
    health: str
    under: Sequence[str] = ()

    def command(self) -> list[str]:
        leash = (sys.executable, "-m", "cencomm.demo.leash", str(os.getpid()))
        return [*leash, *self.under, sys.executable, *self.arguments]


class Server:
    """A running server. Make it with `serving`."""

    def __init__(self, plan: ServerPlan, process: asyncio.subprocess.Process) -> None:
        self.plan = plan
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    async def wait_until_ready(self) -> None:
        """Its health address says yes.

        Raises:
            ServerFailed: it ended, or takes longer than START_SECONDS.
        """
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=START_SECONDS)) as http:
            try:
                async with asyncio.timeout(START_SECONDS):
                    while not await _answers(http, self.plan.health):
                        if self.ended:
                            raise ServerFailed(f"the {self.plan.name} ended at once: {self.last_words()}")
                        await asyncio.sleep(LOOK_SECONDS)
            except TimeoutError:
                raise ServerFailed(f"the {self.plan.name} is not ready after {START_SECONDS:.0f} s") from None

    async def wait_until_ended(self) -> None:
        await self._process.wait()

    async def stop(self) -> None:
        """Ended, with what it holds written; killed if it does not end in time."""
        if self.ended:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """As a power cut would end it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def last_words(self) -> str:
        lines = self.plan.log.read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-LINES_OF_LOG:]) or "it said nothing"


async def start(plan: ServerPlan) -> Server:
    """The process, not yet ready. Its output is added to the log."""
    plan.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with plan.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *plan.command(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us: we end the servers after the members have left
        )
    return Server(plan, process)


@contextlib.asynccontextmanager
async def serving(plan: ServerPlan) -> AsyncIterator[Server]:
    """A server that is ready, and ended with the block."""
    server = await start(plan)
    try:
        await server.wait_until_ready()
        yield server
    finally:
        await asyncio.shield(server.stop())


async def first_to_end(servers: Sequence[Server]) -> Never:
    """Raises ServerFailed once one of them has ended by itself."""
    waiting = [asyncio.create_task(server.wait_until_ended()) for server in servers]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    ended = next(server for server in servers if server.ended)
    raise ServerFailed(f"the {ended.plan.name} has ended: {ended.last_words()}\nAll that it said: {ended.plan.log}")


def free_port(preferred: int | None = None) -> int:
    """A port on loopback that nobody listened on a moment ago: `preferred` if it is one.

    Others are drawn below those that the system gives to outgoing connections, which could take one of these before
    its server listens.
    """
    drawn = (FREE_PORTS.start + secrets.randbelow(len(FREE_PORTS)) for _ in range(_PORT_TRIES))
    for port in drawn if preferred is None else (preferred, *drawn):
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: a closed one is free
            probe.bind(("127.0.0.1", port))
            return port
    raise Unavailable("this computer has no free port")


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == _OK
    except aiohttp.ClientError:
        return False
