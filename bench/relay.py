"""The relay's durable, checked fan-out against a bare broadcast, in turns in one run.

N members hold a stream each; S of them send messages of 2 kB, each the next one when the last was acknowledged. A
round ends when every member has every message. Both servers play the same rounds, one behind the other, many short
ones; what counts is the median of the ratios, and beside it how many deliveries a second of the server's CPU makes.
Last, one message every 20 ms to 100 members: how long it takes to reach them.

usage: python -m bench.relay [ROUNDS [MESSAGES]]   (of each case; MESSAGES at 10 and 100 members, a quarter at 500)
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from statistics import median, quantiles

from msgspec.structs import asdict

from bench._crowd import Crowd, masked
from bench._figures import Figure, report
from bench._server import Server, relay_command, serving
from cencomm.demo.server import free_port
from cencomm.wire.document import encode_document
from cencomm.wire.stream import PublishFrame
from tests.fakes.founded_operation import found_operation
from tests.fakes.served_relay import NAME, StandingClock, config_for, running

CASES = ((10, 1), (10, 10), (100, 1), (100, 10), (500, 1), (500, 10))
PLAINTEXT_BYTES = 2000
LARGE = 500  # members, from which a round has fewer messages
PACED_MEMBERS = 100
PACE_SECONDS = 0.02
WANTED_PARTS = {(10, 10): 0.28, (100, 10): 0.65, (500, 10): 0.90}  # of the bare broadcast
WANTED_PER_CPU_SECOND = 100_000  # deliveries, at 100 members and 10 senders


async def prepare(data: Path, messages: int) -> tuple[str, str, list[bytes]]:
    """The path of a channel's log, a member's session, and so many publishes of real messages in the current epoch."""
    async with running(config_for(data), StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
    numbers = count(1)

    def frame() -> bytes:
        publish = PublishFrame(
            id=next(numbers),
            operation=operation.ledger.operation,
            channel=operation.channel,
            generation=1,
            **asdict(operation.message(bytes(PLAINTEXT_BYTES))),
        )
        return masked(encode_document(publish))

    return operation.log_path, operation.coordinator.token, [frame() for _ in range(messages)]


@contextlib.contextmanager
def both(data: Path) -> Iterator[dict[str, Server]]:
    ports = free_port(), free_port()
    with (
        serving("-m", "bench._bare_broadcast", str(ports[0]), port=ports[0]) as bare,
        serving(*relay_command(data, NAME, ports[1]), port=ports[1]) as relay,
    ):
        yield {"bare": bare, "relay": relay}


@contextlib.contextmanager
def crowds(servers: dict[str, Server], token: str, members: int) -> Iterator[dict[str, Crowd]]:
    made = {name: Crowd(server.port, token, members) for name, server in servers.items()}
    try:
        yield made
    finally:
        for crowd in made.values():
            crowd.close()


def measure_case(
    servers: dict[str, Server], token: str, batches: list[list[bytes]], members: int, senders: int
) -> list[Figure]:
    speeds: dict[str, list[float]] = {name: [] for name in servers}
    efficiency: dict[str, list[float]] = {name: [] for name in servers}
    with crowds(servers, token, members) as both_crowds:
        for batch in batches:
            for name, server in servers.items():
                before = server.cpu_seconds()
                speeds[name].append(len(batch) / both_crowds[name].burst(batch, senders))
                efficiency[name].append(len(batch) * members / (server.cpu_seconds() - before))
    part = median(relay / bare for bare, relay in zip(speeds["bare"], speeds["relay"], strict=True))
    print(
        f"{members:7} {senders:7} {median(speeds['bare']):8.0f} {median(speeds['relay']):8.0f} {part:6.0%}"
        f"   bare {median(efficiency['bare']):,.0f}, relay {median(efficiency['relay']):,.0f}",
        flush=True,
    )
    figures = []
    if (members, senders) in WANTED_PARTS:
        name = f"relay, {members} members, {senders} senders: of a bare broadcast"
        figures.append(Figure(name=name, reached=part, wanted=WANTED_PARTS[members, senders], unit="of bare"))
    if (members, senders) == (100, 10):
        name = "relay, 100 members: deliveries per second of its CPU"
        figures.append(
            Figure(name=name, reached=median(efficiency["relay"]), wanted=WANTED_PER_CPU_SECOND, unit="deliveries")
        )
    return figures


def measure_pace(servers: dict[str, Server], token: str, batches: list[list[bytes]]) -> list[Figure]:
    taken: dict[str, list[float]] = {name: [] for name in servers}
    with crowds(servers, token, PACED_MEMBERS) as both_crowds:
        for batch in batches:
            for name in servers:
                taken[name] += both_crowds[name].paced(batch, PACE_SECONDS)
    places = {name: quantiles(some, n=100) for name, some in taken.items()}
    for name, place in places.items():
        print(f"one message every {PACE_SECONDS * 1000:.0f} ms, {name:>5}: p50 {place[49] * 1000:.2f} ms,", end=" ")
        print(f"p99 {place[98] * 1000:.2f} ms")
    return [
        Figure(
            name=f"relay, {PACED_MEMBERS} members, paced: {name}, of a bare broadcast",
            reached=places["relay"][place] / places["bare"][place],
            wanted=wanted,
            unit="times bare",
            sense="most",
        )
        for name, place, wanted in (("p50", 49, 2), ("p99", 98, 3))
    ]


def measure(data: Path, rounds: int, messages: int) -> None:
    sizes = [messages // 4 if members >= LARGE else messages for members, _ in CASES]
    _, token, frames = asyncio.run(prepare(data, rounds * (sum(sizes) + messages // 4)))
    left = iter(frames)

    def batches(size: int) -> list[list[bytes]]:
        return [list(islice(left, size)) for _ in range(rounds)]

    figures = []
    with both(data) as servers:
        print(f"{'members':>7} {'senders':>7} {'bare/s':>8} {'relay/s':>8} {'ratio':>6}   deliveries per CPU-second")
        for (members, senders), size in zip(CASES, sizes, strict=True):
            figures += measure_case(servers, token, batches(size), members, senders)
        figures += measure_pace(servers, token, batches(messages // 4))
    report(*figures)


def main(rounds: int = 7, messages: int = 200) -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), rounds, messages)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
