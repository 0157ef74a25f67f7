"""`cencomm history fetch` dies in the middle, a process of its own, and is typed again: each message is there once."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.history.holdings import StoredHoldings
from cencomm.client.history.serving import HistoryServer, serve
from cencomm.client.reports import Reports
from cencomm.client.unit import admission
from cencomm.client.watch import watch
from cencomm.clock import system_clock
from cencomm.forms.form import Form
from cencomm.ledger.kinds import History, Role
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.history import HistoryChunks
from tests.fakes.loopback_relay import Handler, LoopbackRelay, loopback_relay
from tests.scenarios.people import EXERCISE, Person, Place, found, person, profile
from tests.scenarios.test_history import say

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery staple"
MESSAGES = 24
CHUNKS_A_PAGE = 3
DIES_AT_PAGE = 4

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
    """Before anybody else came, Carla reported."""
    meeting = await found(carla, forms["seizure"], replace(EXERCISE, history=History.ALL))
    await say(carla, meeting, *range(MESSAGES))
    return meeting


@dataclass(frozen=True, slots=True)
class Computer:
    """An officer's, with the command line."""

    folder: Path

    @contextlib.asynccontextmanager
    async def process(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        password = self.folder / "password"
        password.write_text(PASSWORD + "\n", encoding="utf-8")
        settings = ("--data", str(self.folder / "mailbox"), "--password-file", str(password), "--json")
        one = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cencomm", *settings, *arguments,
            env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(self.folder)},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            yield one
        finally:
            with contextlib.suppress(ProcessLookupError):
                one.kill()
            await one.wait()

    async def does(self, *arguments: str) -> bytes:
        async with self.process(*arguments) as process:
            said, complained = await process.communicate()
        assert process.returncode == 0, complained
        return said


@dataclass(slots=True)
class PowerCut:
    """Hits the computer when it asks for the next page; every page is short, as a relay may make them."""

    process: asyncio.subprocess.Process | None = None
    pages: list[int] = field(default_factory=list)  # the first entry that each was asked for
    asked: list[int] = field(default_factory=list)  # the same, whenever it was asked

    async def meddle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.endswith("/chunks"):
            return await handler(request)
        self.asked.append(int(request.query["first"]))
        if (first := int(request.query["first"])) not in self.pages:  # else it had to wait for the server
            self.pages.append(first)
        if len(self.pages) == DIES_AT_PAGE and (process := self.process) is not None:
            self.process = None
            process.kill()
            await process.wait()
        response = await handler(request)
        assert isinstance(response, web.Response)
        assert isinstance(response.body, bytes)
        answer = decode_document(response.body, HistoryChunks)
        response.body = encode_document(HistoryChunks(chunks=answer.chunks[:CHUNKS_A_PAGE]))
        return response


async def test_a_reader_killed_in_the_middle_goes_on_and_has_each_message_once(
    carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    officer = Computer(tmp_path / "officer")
    officer.folder.mkdir()
    letter = tmp_path / "letter"
    made = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(carla, "FR"))
    letter.write_text(made.text(), encoding="utf-8")
    await officer.does("sign-up", "--relay", server.url, "--name", "officer")
    await officer.does("operation", "join", str(letter), "--yes")
    await admission.admit_waiting(carla.mailbox, place.operation)
    slow = HistoryServer(carla.mailbox, StoredHoldings(carla.mailbox.store), patient=False, room=1)
    cut = PowerCut()
    server.meddle = cut.meddle
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(240):
        serving = [tasks.create_task(serve(slow)), tasks.create_task(watch(carla.mailbox))]
        async with officer.process("history", "fetch") as process:
            cut.process = process
            said, complained = await process.communicate()
        assert process.returncode == -9, (said, complained)
        taken = cut.pages[-1]

        said = json.loads(await officer.does("history", "fetch"))
        asked_again = cut.asked[cut.asked.index(taken) + 1 :]

        for task in serving:
            task.cancel()
    assert taken > cut.pages[0], "it died in the middle"
    assert min(asked_again) == taken, "and went on from there"
    assert (said["complete"], said["messages"], said["missing"]) == (True, MESSAGES, 0)
    inbox = json.loads(await officer.does("inbox", "--all"))
    assert len(inbox) == len({one["message"] for one in inbox}) == MESSAGES
