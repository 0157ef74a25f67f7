"""A process seen and disturbed from outside by strace: which bytes went where, in which order, when a flush to disk was
complete; and a disk that refuses.

Only what `strace -f -y -xx` writes is understood, since only that is asked for.
"""

import asyncio
import contextlib
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

TRACED = "pwrite64,pwritev,write,writev,sendto,sendmsg,fdatasync,fsync"
TO_DISK = "pwrite64,pwritev,ftruncate,fdatasync,fsync"  # what a database does to its files
ATTACH_SECONDS = 30
MAX_STRING_BYTES = 1 << 20  # of one call: whole pages, whole answers

_LINE = re.compile(r"(?P<thread>\d+) +(?P<rest>.*)")
_CALL = re.compile(r"(?P<name>\w+)\(\d+<(?P<target>(?:\\x[0-9a-f]{2})*)>(?P<arguments>.*)", re.DOTALL)
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)", re.DOTALL)
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Call:
    """One system call. `began` and `ended` count the lines of the trace, so they tell what came first."""

    name: str
    target: str  # the file or socket, as the kernel names it
    data: bytes
    began: int
    ended: int


def tracing(strace: str, output: Path) -> tuple[str, ...]:
    """The command under which a process is traced; the tracer stands aside, so that signals reach the process."""
    return (strace, "-D", "-f", "-y", "-xx", "-s", str(MAX_STRING_BYTES), "-e", f"trace={TRACED}", "-o", str(output))


@contextlib.asynccontextmanager
async def read_only_disk(strace: str, pid: int) -> AsyncIterator[None]:
    """For the block the process gets EROFS for whatever it writes to a file that it has open.

    So does every process on a file system that the kernel remounted read-only after an error of the device.
    """
    tracer = await asyncio.create_subprocess_exec(
        *(strace, "-f", "-p", str(pid), "-e", f"trace={TO_DISK}", "-e", f"inject={TO_DISK}:error=EROFS"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert tracer.stderr is not None
    try:
        async with asyncio.timeout(ATTACH_SECONDS):
            said = await tracer.stderr.readline()
        assert b"attached" in said, said
        reading = asyncio.create_task(tracer.stderr.read())  # it stops the process when nobody reads what it says
        yield
        tracer.terminate()  # it lets go of the process, which goes on
        await reading
    finally:
        if tracer.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                tracer.terminate()
        await tracer.wait()


def calls(trace: Path) -> list[Call]:
    """In the order in which they began; calls that never ended are left out."""
    return sorted(_calls(trace), key=lambda call: call.began)


def _calls(trace: Path) -> Iterator[Call]:
    begun: dict[str, tuple[int, str]] = {}
    with trace.open(encoding="ascii", errors="replace") as lines:
        for number, line in enumerate(lines):
            match = _LINE.match(line.rstrip("\n"))
            if match is None:
                continue
            thread, rest = match["thread"], match["rest"]
            if rest.endswith(_UNFINISHED):
                begun[thread] = (number, rest.removesuffix(_UNFINISHED))
                continue
            began = number
            resumed = _RESUMED.match(rest)
            if resumed is not None:
                if thread not in begun:
                    continue
                began, first = begun.pop(thread)
                rest = first + resumed["rest"]
            call = _CALL.match(rest)
            if call is not None:
                data = b"".join(_bytes(text) for text in _STRING.findall(call["arguments"]))
                yield Call(call["name"], _bytes(call["target"]).decode(), data, began, number)


def _bytes(hexadecimal: str) -> bytes:
    return bytes.fromhex(hexadecimal.replace("\\x", ""))
