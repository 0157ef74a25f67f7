"""One operation of its full size: everybody enrols by letter, one program admits them, 16 real members talk.

    python -m bench.operation [MEMBERS [MESSAGES [REAL]]]     (40 200 4 by default; the full size is 800 8000 16)

The coordinator and REAL - 1 members, each a process with a mailbox on disk, send and read: they decrypt everything and
check signatures, anchors and forms. The others are enrolled, admitted and in the tree just as well, and each holds a
connection that gets every ciphertext and follows sequence and hash chain (`_listener.py`). Everything is on one
machine, so the wall clock says what that machine can do for all 800 at once; CPU seconds say who it is done by.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import msgspec

from bench._server import ROOT, Server, relay_command, serving
from cencomm.client.account.account import create_account, settle
from cencomm.client.account.sign_in import LabelKey, SignInKeys, SignInParameters, SignInSecret, WrappingKey
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.mailbox import Environment, open_mailbox
from cencomm.client.operation.enrolling import enrol
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.unit import admission
from cencomm.client.vault.journal import VaultJournal
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.demo.server import free_port
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.library import load_forms
from cencomm.ledger.kinds import Role
from cencomm.ledger.letter import AccessLetter
from cencomm.ledger.statements import verify_log_head
from cencomm.secret import system_entropy
from tests.fakes.memory_store import MemoryStore
from tests.fakes.served_relay import NAME
from tests.scenarios.people import Person, Place, found, person, profile

TALKERS = 16  # at once, of a small machine's patience: enrolling takes the relay's password hashing
STEP = 100  # between lines that say how far it is
PROGRESS_SECONDS = 15.0
MIB = 1 << 20


class Clock:
    """Says what each part took."""

    def __init__(self) -> None:
        self._began = perf_counter()

    def tell(self, what: str) -> float:
        seconds, self._began = perf_counter() - self._began, perf_counter()
        print(f"  {what}: {seconds:.1f} s", flush=True)
        return seconds


async def sign_up_and_enrol(url: str, letter: AccessLetter, name: str, reports: Reports) -> str:
    """Somebody with an account, a device, key packages and a request under the letter; the token of their session."""
    async with open_relay(url) as relay:
        parameters = SignInParameters.choose(relay_name=NAME, name=name, entropy=system_entropy)
        one, other, third = (system_entropy(32) for _ in range(3))  # no password to stretch
        keys = SignInKeys(SignInSecret(one), WrappingKey(other), LabelKey(third))
        access = await create_account(relay, parameters, keys, entropy=system_entropy)
        store = MemoryStore()
        await settle(store, access, now=system_clock(), entropy=system_entropy)
        environment = Environment(clock=system_clock, entropy=system_entropy, judge_report=reports.judge)
        mailbox = await open_mailbox(VaultJournal(store), access.relay, environment)
        await introduce_device(mailbox)
        await enrol(mailbox, letter)
        assert access.relay.token is not None
        return access.relay.token.expose().decode()


async def enrol_listeners(url: str, letters: Sequence[AccessLetter], reports: Reports) -> list[str]:
    turns, done = asyncio.Semaphore(TALKERS), 0

    async def one(number: int, letter: AccessLetter) -> str:
        nonlocal done
        async with turns:
            token = await sign_up_and_enrol(url, letter, f"listener {number}", reports)
        done += 1
        if done % STEP == 0:
            print(f"    enrolled {done}", flush=True)
        return token

    return list(await asyncio.gather(*(one(number, letter) for number, letter in enumerate(letters))))


@dataclass
class Talker:
    """A member's process."""

    process: asyncio.subprocess.Process

    async def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        await self.process.stdin.drain()

    async def hear(self) -> str:
        assert self.process.stdout is not None
        line = (await self.process.stdout.readline()).decode().strip()
        if not line:
            raise RuntimeError("a member's process ended")
        return line


@contextlib.asynccontextmanager
async def talkers(url: str, folder: Path, shares: Sequence[int], total: int) -> AsyncIterator[list[Talker]]:
    async with contextlib.AsyncExitStack() as open_processes:
        made = []
        for number, own in enumerate(shares):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench._member", url, str(folder / f"member {number}"), str(own), str(total)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=ROOT,
            )
            open_processes.push_async_callback(process.wait)
            open_processes.callback(_end, process)
            made.append(Talker(process))
        yield made


def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()


async def listen(port: int, entered: str, messages: int, tokens: Sequence[str]) -> Talker:
    """The process of all who only listen, once their connections stand. `entered`: sequence and hash to go on from."""
    sequence, hash_ = entered.split()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench._listener", str(port), sequence, hash_, str(messages)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    listener = Talker(process)
    await listener.tell("\n".join(tokens))
    assert process.stdin is not None
    process.stdin.close()
    assert await listener.hear() == "listening"
    return listener


async def watch_progress(carla: Person, place: Place, goal: int) -> None:
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        session = carla.mailbox.sessions[place.operation, place.channel]
        page = await carla.mailbox.relay.log(place.operation, place.channel, session.generation, after=0, limit=1)
        head = verify_log_head(page.head, carla.mailbox.operation(place.operation).ledger.charter.relay_key).statement
        print(f"    logged {head.sequence - session.sequence} of {goal}", flush=True)


@dataclass(frozen=True, slots=True)
class Size:
    members: int
    messages: int
    real: int

    @property
    def shares(self) -> list[int]:
        """How many messages each member's process sends."""
        talking = self.real - 1
        return [self.messages // talking + (number < self.messages % talking) for number in range(talking)]


async def admit_everybody(
    carla: Person, place: Place, url: str, talking: Sequence[Talker], size: Size, clock: Clock
) -> list[str]:
    """The tokens of those who only listen. Everybody is in the ledger and in the tree."""
    operation = place.operation
    letters = [
        await admission.invite(carla.mailbox, operation, role=Role.OFFICER, profile=profile(carla, "FR"))
        for _ in range(size.members - 1)
    ]
    clock.tell(f"{len(letters)} letters written")
    for talker, letter in zip(talking, letters, strict=False):
        await talker.tell(msgspec.json.encode(letter.text()).decode())
    tokens = await enrol_listeners(url, letters[len(talking) :], carla.reports)
    assert {await talker.hear() for talker in talking} == {"enrolled"}
    clock.tell("everybody has an account, a device, key packages, and asked to be admitted")
    admitted, strangers = await admission.admit_waiting(carla.mailbox, operation)
    assert (len(admitted), strangers) == (size.members - 1, [])
    assert len(carla.mailbox.sessions[operation, place.channel].leaves()) == size.members
    seconds = clock.tell("admitted one by one in the ledger, added by one Commit")
    print(f"    {seconds / len(letters) * 1000:.0f} ms each", flush=True)
    return tokens


async def talk(
    carla: Person, place: Place, relay: Server, talking: Sequence[Talker], tokens: Sequence[str], size: Size
) -> None:
    """All messages, sent, delivered and checked; prints what that took."""
    for talker in talking:
        await talker.tell("enter")
    (entered,) = {(await talker.hear()).removeprefix("entered ") for talker in talking}
    listener = await listen(relay.port, entered, size.messages, tokens)
    print("  every member has entered, every listener listens", flush=True)
    began, cpu = perf_counter(), relay.cpu_seconds()
    progress = asyncio.create_task(watch_progress(carla, place, size.messages))
    for talker in talking:
        await talker.tell("go")
    costs = [msgspec.json.decode(await talker.hear()) for talker in talking]
    heard = msgspec.json.decode(await listener.hear())
    wall, cpu = perf_counter() - began, relay.cpu_seconds() - cpu
    progress.cancel()
    before = process_time()
    began = perf_counter()
    await catch_up(carla.mailbox)
    late, late_cpu = perf_counter() - began, process_time() - before
    session = carla.mailbox.sessions[place.operation, place.channel]
    assert {heard["hash"], session.log_hash.hex()} | {cost["hash"] for cost in costs} == {heard["hash"]}
    assert all(cost["events"] == {"MessageDelivered": size.messages} for cost in costs), costs
    deliveries = size.messages * (size.members - 1)
    print(f"  {size.messages} messages to {size.members - 1} others each, all logs alike: {wall:.1f} s")
    print(f"    {size.messages / wall:.1f} messages a second, {deliveries / wall:,.0f} deliveries a second")
    print(
        f"    relay: {cpu:.1f} s of CPU, {cpu / deliveries * 1e6:.1f} µs a delivery, {deliveries / cpu:,.0f} a second"
    )
    print(f"    relay: {relay.peak_bytes() / MIB:.0f} MiB at most")
    each = median(cost["cpu"] for cost in costs) / size.messages * 1000
    print(f"    a member: {each:.2f} ms of CPU a message, its own among them, {peak(costs):.0f} MiB at most")
    print(f"    {len(tokens)} listeners: {heard['cpu'] / size.messages / len(tokens) * 1e6:.1f} µs of CPU a delivery")
    print(
        f"    who reads all of it afterwards: {late:.1f} s, {late_cpu / size.messages * 1000:.2f} ms of CPU a message"
    )


def peak(costs: Sequence[dict[str, float]]) -> float:
    return max(cost["peak"] for cost in costs) / MIB


async def play(folder: Path, size: Size) -> None:
    port, clock, lists = free_port(), Clock(), load_code_lists()
    reports, form = Reports(lists), load_forms(lists)["seizure"]
    url = f"http://127.0.0.1:{port}/"
    with serving(*relay_command(folder / "relay", NAME, port), port=port) as relay:
        async with person(url, folder / "carla", "Carla", reports, at=system_clock) as carla:
            place = await found(carla, form)
            clock.tell("founded")
            async with talkers(url, folder, size.shares, size.messages) as talking:
                tokens = await admit_everybody(carla, place, url, talking, size, clock)
                await talk(carla, place, relay, talking, tokens, size)


def main(members: int = 40, messages: int = 200, real: int = 4) -> None:
    print(f"{members} members, {messages} messages, {real} of the members read and check everything", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder), Size(members, messages, real)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
