"""A shared computer dies between save and send, its session being a process of its own; the next one takes over (D4).

What was saved goes out once, under keys of an epoch that the dead computer never wrote in (S5, D5).
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner

from cencomm.__main__ import assemble
from cencomm.client.reports import Reports
from cencomm.client.unit import admission
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.forms.form import Form
from cencomm.ledger.kinds import Role
from cencomm.ledger.log import LogKind
from cencomm.wire.document import decode_document
from cencomm.wire.log import LogEntry, Publish
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of, loopback_relay
from tests.scenarios.people import Person, Place, found, person, profile
from tests.scenarios.test_two_officers import publishes

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.slow


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LoopbackRelay]:
    """Of today: the process that is killed has no other clock."""
    async with loopback_relay(tmp_path / "relay") as one:
        yield one


@pytest.fixture
async def carla(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    async with person(server.url, tmp_path / "carla", "Carla", reports, at=system_clock) as one:
        yield one


@pytest.fixture
async def place(carla: Person, forms: Mapping[str, Form]) -> Place:
    return await found(carla, forms["note"])


@dataclass(frozen=True, slots=True)
class Post:
    """A duty post: an account that has no computer of its own."""

    folder: Path
    url: str

    def arguments(self, command: str, *options: str) -> list[str]:
        password = self.folder / "password"
        password.write_text(PASSWORD + "\n", encoding="utf-8")
        settings = ["--password-file", str(password), "--language", "en", command, "--shared"]
        return [*settings, "--relay", self.url, "--name", "night duty", *options]

    async def sit_down(self, command: str, *lines: str, options: tuple[str, ...] = ()) -> str:
        """A session to its end, in this process."""
        typed = "".join(line + "\n" for line in lines)
        arguments = self.arguments(command, *options)
        result = await asyncio.to_thread(CliRunner().invoke, assemble(), arguments, input=typed)
        assert result.exit_code == 0, result.output
        return result.output

    @contextlib.asynccontextmanager
    async def process(self, *lines: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """A session that somebody sits at who typed the lines, and may be killed."""
        one = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cencomm", *self.arguments("sign-in"),
            env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(self.folder)},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert one.stdin is not None
        one.stdin.write("".join(line + "\n" for line in lines).encode())
        try:
            yield one
        finally:
            with contextlib.suppress(ProcessLookupError):
                one.kill()
            await one.wait()


@dataclass(slots=True)
class PowerCut:
    """Hits the computer when its message number `hits` has left it, and the relay has not got it."""

    process: asyncio.subprocess.Process
    hits: int
    messages: list[bytes] = field(default_factory=list)

    async def meddle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not publishes(request):
            return await handler(request)
        publish = decode_document(await body_of(request), Publish)
        if publish.kind == LogKind.APPLICATION:
            self.messages.append(publish.message)
        if len(self.messages) < self.hits:
            return await handler(request)
        self.process.kill()
        await self.process.wait()
        return web.Response(status=503)


@pytest.fixture
async def post(carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path) -> Post:
    one = Post(tmp_path / "post", server.url)
    one.folder.mkdir()
    letter = tmp_path / "letter"
    made = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(carla, "FR"))
    letter.write_text(made.text(), encoding="utf-8")
    await one.sit_down("sign-up", f"operation join '{letter}' --yes", "sign-out")
    await admission.admit_waiting(carla.mailbox, place.operation)
    return one


async def logged(carla: Person, place: Place) -> list[LogEntry]:
    return list((await carla.mailbox.relay.log(place.operation, place.channel, 1, after=0)).entries)


async def test_a_session_killed_between_save_and_send_loses_nothing_and_uses_no_key_twice(
    carla: Person, place: Place, post: Post, server: LoopbackRelay
) -> None:
    async def die_at_the_last_of(*texts: str) -> tuple[bytes, list[LogEntry]]:
        async with post.process("inbox", *(f"send note --set 'text={text}' --yes" for text in texts)) as process:
            cut = PowerCut(process, hits=len(texts))
            server.meddle = cut.meddle
            async with asyncio.timeout(60):
                await process.wait()
            server.meddle = None
        return cut.messages[-1], await logged(carla, place)

    async def what_the_next_computer_does(before: list[LogEntry], *lines: str) -> tuple[LogEntry, LogEntry]:
        await post.sit_down("sign-in", *lines, "sign-out", options=("--take-over",))
        commit, message = (await logged(carla, place))[len(before) :]
        assert (commit.kind, message.kind) == (LogKind.COMMIT, LogKind.APPLICATION)
        assert commit.epoch == before[-1].epoch + (before[-1].kind == LogKind.COMMIT)
        assert message.epoch == commit.epoch + 1  # whatever the dead one wrote, it wrote in an epoch that is over
        return commit, message

    saved, before = await die_at_the_last_of("1")
    _, again = await what_the_next_computer_does(before, "inbox")
    assert again.message != saved

    _, before = await die_at_the_last_of("2", "3")  # nobody said of the third that it was sent, and it was not
    await what_the_next_computer_does(before, "inbox", "send note --set text=4 --yes")

    await catch_up(carla.mailbox)
    texts = [one.envelope.body.values["text"] for one in await carla.delivered(place.operation)]
    assert texts == ["1", "2", "4"]
