"""The relay's durable, checked fan-out against a bare broadcast, in turns in one run.

N members hold a stream each; S of them send messages of 2 kB, each the next one when the last was acknowledged.

usage: python bench/relay.py [MESSAGES [ROUNDS]]
"""

import asyncio
import contextlib
import os
import socket
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from msgspec.structs import asdict

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from cencomm.wire.document import encode_document  # noqa: E402 (needs the path above)
from cencomm.wire.stream import PublishFrame  # noqa: E402
from tests.fakes.founded_operation import found_operation  # noqa: E402
from tests.fakes.served_relay import NAME, StandingClock, config_for, running  # noqa: E402

CASES = ((10, 1), (10, 10), (100, 1), (100, 10))
PLAINTEXT_BYTES = 2000
RECEIPT = b'{"type":"receipt"'
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Load:
    """What one round sends and how far it is."""

    frames: Iterator[bytes]
    waiting: int  # messages not acknowledged yet
    done: asyncio.Event
    errors: int = 0

    def next(self) -> bytes | None:
        return next(self.frames, None)


class Member(asyncio.Protocol):
    """A WebSocket client that reads everything and, if it has a load, looks for its receipts."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.load: Load | None = None
        self.bytes = 0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(
            f"GET /v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if not self.open.done():
            assert data.startswith(b"HTTP/1.1 101"), data[:200]
            self.open.set_result(None)
            data = data.partition(b"\r\n\r\n")[2]
        self.bytes += len(data)
        if self.load is not None:
            self._look_for_receipts(data)

    def begin(self, load: Load) -> None:
        self.load, self._buffer = load, b""
        self._send_next()

    def _send_next(self) -> None:
        frame = self.load.next() if self.load else None
        if frame is not None:
            self.transport.write(frame)

    def _look_for_receipts(self, data: bytes) -> None:
        data, at, load = self._buffer + data, 0, self.load
        assert load is not None
        while len(data) - at >= 10:
            size, head = data[at + 1], 2
            if size == 126:
                size, head = struct.unpack_from("!H", data, at + 2)[0], 4
            elif size == 127:
                size, head = struct.unpack_from("!Q", data, at + 2)[0], 10
            if len(data) - at < head + size:
                break
            if size < 1000:
                load.errors += not data.startswith(RECEIPT, at + head)
                load.waiting -= 1
                if load.waiting == 0:
                    load.done.set()
                self._send_next()
            at += head + size
        self._buffer = data[at:]


def masked(payload: bytes) -> bytes:
    """A client's text frame; a mask of zeros is one too."""
    return struct.pack("!BBHI", 0x81, 0x80 | 126, len(payload), 0) + payload


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def connect(port: int, token: str, members: int) -> list[Member]:
    loop, made = asyncio.get_running_loop(), []
    for _ in range(members):
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(ConnectionError):
                    made.append((await loop.create_connection(lambda: Member(token), "127.0.0.1", port))[1])
                    break
                await asyncio.sleep(0.1)
    await asyncio.gather(*(member.open for member in made))
    return made


async def play(pid: int, port: int, token: str, members: int, senders: int, frames: list[bytes]) -> tuple[float, float]:
    """Acknowledged messages per second, and deliveries per second of the server's CPU."""
    connected = await connect(port, token, members)
    load = Load(iter(frames), len(frames), asyncio.Event())
    cpu, began = cpu_seconds(pid), time.perf_counter()
    for member in connected[:senders]:
        member.begin(load)
    await asyncio.wait_for(load.done.wait(), 120)
    seconds, cpu = time.perf_counter() - began, cpu_seconds(pid) - cpu
    await asyncio.sleep(0.3)
    assert load.errors == 0
    silent = connected[senders:]
    assert len({member.bytes for member in silent}) <= 1, "a reader missed something"
    for member in connected:
        member.transport.close()
    await asyncio.sleep(0.2)
    return len(frames) / seconds, len(frames) * members / max(cpu, 1 / TICKS)


async def prepare(data: Path, messages: int) -> tuple[str, list[bytes]]:
    """A session, and so many publishes of real messages in the current epoch."""
    async with running(config_for(data), StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
    numbers = count(1)
    frames = [
        masked(
            encode_document(
                PublishFrame(
                    id=next(numbers),
                    operation=operation.ledger.operation,
                    channel=operation.channel,
                    generation=1,
                    **asdict(operation.message(bytes(PLAINTEXT_BYTES))),
                )
            )
        )
        for _ in range(messages)
    ]
    return operation.coordinator.token, frames


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def measure(messages: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        await measure_in(Path(folder), messages, rounds)


async def measure_in(folder: Path, messages: int, rounds: int) -> None:
    async with contextlib.AsyncExitStack() as processes:
        token, frames = await prepare(folder, messages * rounds * len(CASES))
        ports = {"bare": free_port(), "relay": free_port()}
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        commands = {
            "bare": [str(ROOT / "bench" / "_bare_broadcast.py"), str(ports["bare"])],
            "relay": [
                *("-m", "cencomm.relay", "--data", str(folder), "--name", NAME, "--port", str(ports["relay"])),
                *(
                    "--streams-per-account",
                    "1000",
                    "--publishes-per-minute",
                    "1000000",
                ),  # one account plays all members
            ],
        }
        pids = {}
        for name, command in commands.items():
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, env=environment, stderr=asyncio.subprocess.DEVNULL
            )
            processes.push_async_callback(process.wait)
            processes.callback(process.terminate)
            pids[name] = process.pid
        print(f"{'members':>7} {'senders':>7} {'bare/s':>8} {'relay/s':>8} {'ratio':>6}   deliveries per CPU-second")
        left = iter(frames)
        for members, senders in CASES:
            results: dict[str, list[tuple[float, float]]] = {"bare": [], "relay": []}
            for _ in range(rounds):
                batch = [next(left) for _ in range(messages)]
                for name, pid in pids.items():
                    results[name].append(await play(pid, ports[name], token, members, senders, batch))
            ratio = statistics.median(
                relay[0] / bare[0] for bare, relay in zip(results["bare"], results["relay"], strict=True)
            )
            speed, per_cpu = (
                {name: statistics.median(one[part] for one in some) for name, some in results.items()}
                for part in (0, 1)
            )
            print(
                f"{members:7} {senders:7} {speed['bare']:8.0f} {speed['relay']:8.0f} {ratio:6.0%}"
                f"   bare {per_cpu['bare']:,.0f}, relay {per_cpu['relay']:,.0f}"
            )


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(measure(*(arguments + [500, 3][len(arguments) :])))
