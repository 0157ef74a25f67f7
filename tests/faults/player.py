"""A process of a run: started, killed, stopped, and started again whenever it ends by itself (`Restart=always`)."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.disk import Disk
from tests.faults.journal import Line, Word, read_line
from tests.faults.line import Line as Wire

START_AGAIN_SECONDS = 0.2
LAST_BYTES = 3000
MOST_DEATHS = 20  # by itself: no fault of ours lasts so long


class CannotPlay(Exception):  # noqa: N818 (names what is the matter)
    """A process that does not stay up whatever we do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """What a process is: `python ARGUMENTS…` with its disk; `line` is its way to the relay, if it has one."""

    name: str
    kind: str  # relay, archive, officer, duty post: what the table counts
    arguments: Sequence[str]
    disk: Disk
    log: Path
    line: Wire | None = None
    clock: Path | None = None  # of libfaketime, which reads there how far this process's clock is off
    health: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Death:
    """It ended by itself."""

    name: str
    code: int
    last_words: str


class Player:
    """Make it with `playing`. `acknowledged` are the messages of this process, in the order of their receipts."""

    def __init__(self, casting: Casting) -> None:
        self.casting = casting
        self.acknowledged: list[Line] = []
        self.told: list[Line] = []
        self.deaths: list[Death] = []
        self.is_out = False
        self._process: asyncio.subprocess.Process | None = None
        self._is_wanted = False
        self._change = asyncio.Lock()
        self._readers: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return self.casting.name

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        async with self._change:
            self._is_wanted = True
            await self._start()

    async def kill(self) -> None:
        """As a power cut would end it; it stays dead until `start`."""
        async with self._change:
            self._is_wanted = False
            if self._process is not None and self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()

    def send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def supervise(self) -> None:
        """Until cancelled: whenever it ends by itself it is noted and started again."""
        while True:
            await asyncio.sleep(START_AGAIN_SECONDS)
            async with self._change:
                code = None if self._process is None else self._process.returncode
                if code is None or not self._is_wanted:
                    continue
                if self.is_out and code == 0:
                    self._is_wanted = False
                    continue
                self.deaths.append(Death(self.name, code, self._last_words()))
                if len(self.deaths) > MOST_DEATHS:
                    raise CannotPlay(f"{self.name} ends again and again: {self.deaths[-1].last_words}")
                await self._start()

    async def _start(self) -> None:
        leash = (sys.executable, "-m", "cencomm.demo.leash", str(os.getpid()))
        with self.casting.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*leash, sys.executable, *self.casting.arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.casting.environment},
                start_new_session=True,
            )
        assert self._process.stdout is not None
        task = asyncio.create_task(self._read(self._process.stdout))
        self._readers.add(task)
        task.add_done_callback(self._readers.discard)

    async def _read(self, pipe: asyncio.StreamReader) -> None:
        while text := await pipe.readline():
            line = read_line(text)
            self.told.append(line)
            if line.word is Word.ACKNOWLEDGED:
                self.acknowledged.append(line)
            self.is_out = self.is_out or line.word is Word.OUT

    def _last_words(self) -> str:
        with self.casting.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LAST_BYTES))
            return log.read().decode(errors="replace")

    async def finish(self) -> None:
        """Dead, and everything that it said is read."""
        await self.kill()
        await asyncio.gather(*self._readers)


@contextlib.asynccontextmanager
async def playing(casting: Casting, on_made: Callable[[Player], None] | None = None) -> AsyncIterator[Player]:
    """Started, supervised, and dead with the end of the block."""
    player = Player(casting)
    if on_made is not None:
        on_made(player)
    supervisor = asyncio.create_task(player.supervise())
    try:
        await player.start()
        yield player
    finally:
        supervisor.cancel()
        await asyncio.gather(supervisor, return_exceptions=True)
        await asyncio.shield(player.finish())
