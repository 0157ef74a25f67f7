"""A small operation at a relay that runs as a process: a coordinator and officers, each with a mailbox on disk."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.posting import Draft, send
from cencomm.client.operation.enrolling import enrol
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.demo.cast import Cast, cast_of
from cencomm.demo.folder import DemoFolder, write_private
from cencomm.demo.founding import Stage, admit_all, found, invite
from cencomm.demo.member import Member, new_member
from cencomm.demo.nodes import NodeServer, archive_part, node_serving
from cencomm.demo.repertoire import Repertoire
from cencomm.demo.server import ServerPlan
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Body

LOOK_SECONDS, TRIES = 0.2, 450  # a minute and a half, on a computer that does something else as well


@dataclass(frozen=True, slots=True)
class Crew:
    """`members[0]` founded the operation."""

    stage: Stage
    members: Sequence[Member]

    async def say(self, member: Member, text: str) -> Sent:
        return await self.send(member, "note", {"text": text})

    async def send(self, member: Member, form: str, values: Mapping[str, JsonValue]) -> Sent:
        return await self.send_body(member, form, Body(values=values, language="en", written_at=system_clock()))

    async def send_body(self, member: Member, form: str, body: Body) -> Sent:
        draft = Draft(form=self.stage.forms[form], body=body)
        return await send(member.mailbox, self.stage.operation, self.stage.channel, draft)

    async def catch_up(self) -> None:
        for member in self.members:
            await catch_up(member.mailbox)


@contextlib.asynccontextmanager
async def crew_at(url: str, folder: DemoFolder, repertoire: Repertoire, *, officers: int) -> AsyncIterator[Crew]:
    """Everybody is in the main channel and has read it to its end."""
    async with contextlib.AsyncExitStack() as stack:
        relay = await stack.enter_async_context(open_relay(url))
        cast: Cast = cast_of(repertoire.plan)
        parts = [cast.founder, *[part for part in cast.others if part.post.country][:officers]]
        members = [
            await stack.enter_async_context(new_member(part, relay, folder, repertoire.reports)) for part in parts
        ]
        founder, *others = members
        stage = await found(founder, repertoire.plan, repertoire.reports)
        for member in others:
            await enrol(member.mailbox, await invite(founder, stage, member.part))
        await admit_all(founder.mailbox, stage)
        crew = Crew(stage, members)
        await crew.catch_up()
        yield crew


@contextlib.asynccontextmanager
async def archive_for(crew: Crew, folder: DemoFolder, repertoire: Repertoire) -> AsyncIterator[NodeServer]:
    """The operation's archive, admitted."""
    founder, part = crew.members[0], archive_part(repertoire.plan)
    letter = await invite(founder, crew.stage, part)
    write_private(folder.letter(part.name), letter.text())
    async with node_serving(folder, part) as archive:
        await admit_all(founder.mailbox, crew.stage)
        yield archive


async def archived(archive: NodeServer, crew: Crew) -> None:
    """The archive has read the main channel as far as its founder."""
    place = (crew.stage.operation, crew.stage.channel)
    await catch_up(crew.members[0].mailbox)
    for _ in range(TRIES):
        if await archive.position(crew.stage.channel) >= crew.members[0].mailbox.sessions[place].sequence:
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("the archive does not catch up")


def relay_for_tests(data: Path, port: int, *settings: str, log: Path, under: Sequence[str] = ()) -> ServerPlan:
    """The real relay with settings that only tests may have (tests/fakes/relay_process.py)."""
    return ServerPlan(
        name="relay",
        arguments=("-m", "tests.fakes.relay_process", "--data", str(data), "--port", str(port), *settings),
        log=log,
        health=f"http://127.0.0.1:{port}/healthz",
        under=under,
    )
