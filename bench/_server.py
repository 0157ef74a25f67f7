"""Servers as processes of their own, and what they cost: CPU seconds and memory, read from the system's own books."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NANOSECONDS = 1_000_000_000
START_SECONDS = 30.0


class Server:
    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.port = port
        self.pid = process.pid

    def cpu_seconds(self) -> float:
        """Of all its threads, exact: clock ticks are too coarse for short rounds."""
        spent = 0
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):  # a thread that ended just now
                spent += int((thread / "schedstat").read_text(encoding="ascii").split()[0])
        return spent / NANOSECONDS

    def peak_bytes(self) -> int:
        """The most memory that was ever resident."""
        return peak_bytes(self.pid)


def peak_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


@contextlib.contextmanager
def serving(*command: str, port: int) -> Iterator[Server]:
    """The program `command`, listening on `port`, until the block ends."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, *command], env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait()


def relay_command(data: Path, name: str, port: int) -> tuple[str, ...]:
    """A relay at which one account may play everybody."""
    return (
        *("-m", "cencomm.relay", "--data", str(data), "--name", name, "--port", str(port)),
        *("--streams-per-account", "2000", "--publishes-per-minute", "10000000"),
    )


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
