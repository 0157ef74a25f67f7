"""Live messages beside a rush: 100 devices that read 10,000 missed messages each, and people who sign in by password.

Live is one message every 20 ms to 20 members. In turns, alone and beside the rush; what counts is how much longer the
slowest hundredth of the deliveries takes. The rush runs until it is done, or for as long as the round takes.

usage: python -m bench.catch_up [MESSAGES [DEVICES [ROUNDS]]]   (2000 20 3 by default; the full size is 10000 100 3)
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from bench._crowd import Crowd
from bench._figures import Figure, report
from bench._server import ROOT, Server, relay_command, serving
from bench.relay import prepare
from cencomm.demo.server import free_port
from cencomm.wire.accounts import CreateAccount, SignIn
from cencomm.wire.document import encode_document
from tests.fakes.served_relay import NAME

LIVE_MEMBERS = 20
PACE_SECONDS = 0.02
ROUND_MESSAGES = 150  # three seconds
SENDERS = 10  # who write what is missed later
SIGNING_IN = 20  # people at once
MOST_TIMES = 2.0  # that a rush may make the live p99 longer


@dataclass(frozen=True, slots=True)
class Rush:
    name: str
    command: tuple[str, ...]


def beside(command: tuple[str, ...], act: Callable[[], list[float]]) -> list[float]:
    """What `act` says while the rush runs, which is over when this returns."""
    with subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "begun"
        taken = act()
        running = process.poll() is None
        print(f"    {process.stdout.read().strip()}{'' if running else ' (done before the round was)'}", flush=True)
    assert process.returncode == 0
    return taken


def p99(taken: list[float]) -> float:
    return quantiles(taken, n=100)[98]


def measure_rush(rush: Rush, crowd: Crowd, left: Iterator[bytes], rounds: int) -> Figure:
    def live() -> list[float]:
        return crowd.paced(list(islice(left, ROUND_MESSAGES)), PACE_SECONDS)

    print(f"  beside {rush.name}", flush=True)
    ratios = []
    for _ in range(rounds):
        alone, busy = p99(live()), p99(beside(rush.command, live))
        ratios.append(busy / alone)
        print(f"    live p99 {alone * 1000:.1f} ms alone, {busy * 1000:.1f} ms beside it", flush=True)
    name = f"live p99 beside {rush.name}"
    return Figure(name=name, reached=median(ratios), wanted=MOST_TIMES, unit="times alone", sense="most")


async def sign_up(server: Server) -> bytes:
    """The documents with which so many new accounts sign in, each on a line."""
    lines = []
    async with aiohttp.ClientSession() as http:
        for number in range(SIGNING_IN):
            handle, secret = number.to_bytes(16, "big"), bytes(32)
            account = CreateAccount(handle=handle, salt=bytes(16), profile=1, sign_in_secret=secret)
            url = f"http://127.0.0.1:{server.port}/v1/accounts"
            async with http.post(url, data=encode_document(account)) as answer:
                assert answer.status == 200, await answer.text()
            lines.append(encode_document(SignIn(handle=handle, sign_in_secret=secret)) + b"\n")
    return b"".join(lines)


def measure(data: Path, messages: int, devices: int, rounds: int) -> None:
    place, token, frames = asyncio.run(prepare(data, messages + 4 * rounds * ROUND_MESSAGES))
    left, port = iter(frames), free_port()
    with serving(*relay_command(data, NAME, port), port=port) as server:
        crowd = Crowd(port, token, LIVE_MEMBERS)
        crowd.burst(list(islice(left, messages)), SENDERS)
        print(f"{messages} messages lie in the log", flush=True)
        seconds = str(ROUND_MESSAGES * PACE_SECONDS)
        documents = data / "sign-ins"
        documents.write_bytes(asyncio.run(sign_up(server)))
        rushes = (
            Rush(
                f"{devices} devices that read {messages} messages",
                ("bench._readers", str(port), token, place, str(messages), str(devices)),
            ),
            Rush("password sign-ins", ("bench._rush", str(port), str(documents), seconds)),
        )
        figures = [measure_rush(rush, crowd, left, rounds) for rush in rushes]
        crowd.close()
    report(*figures)


def main(messages: int = 2000, devices: int = 20, rounds: int = 3) -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), messages, devices, rounds)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
