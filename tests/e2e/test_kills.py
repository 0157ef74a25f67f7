"""Relay, archive and an officer's program are killed again and again under traffic: nothing acknowledged is lost."""

import asyncio
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from cencomm.client.account.account import sign_in
from cencomm.client.operation.enrolling import enrol
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.vault.journal import decode_message, message_prefix
from cencomm.client.watch import catch_up
from cencomm.demo.cast import Part, cast_of
from cencomm.demo.folder import DemoFolder, write_private
from cencomm.demo.founding import admit_all, invite
from cencomm.demo.member import Member, new_member, open_member
from cencomm.demo.nodes import ARCHIVE, NodeServer, archive_part, command, node_plan
from cencomm.demo.production import relay_plan
from cencomm.demo.repertoire import Repertoire
from cencomm.demo.server import Server, ServerPlan, free_port, start
from tests.e2e.crew import LOOK_SECONDS, TRIES, Crew, archived, crew_at
from tests.fakes.counting_entropy import CountingEntropy

KILLS = 20
LONGEST_WAIT_SECONDS = 1.0  # after traffic flows again, or, now and then, after the start
IN_THE_START = 48  # of 256 kills come while something still starts
PAGE = 500


@dataclass(slots=True)
class Patient:
    """A process that is killed and comes back."""

    plan: ServerPlan
    server: Server | None = None

    async def live(self) -> None:
        if self.server is None or self.server.ended:
            self.server = await start(self.plan)

    async def die(self) -> None:
        assert self.server is not None
        await self.server.kill()

    async def rest(self) -> None:
        if self.server is not None:
            await self.server.stop()


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_no_acknowledged_message_is_lost_and_none_is_archived_twice_whoever_is_killed(
    folder: DemoFolder, repertoire: Repertoire
) -> None:
    seed = os.environ.get("CENCOMM_SEED") or os.urandom(4).hex()
    print(f"CENCOMM_SEED={seed}")  # noqa: T201 (what repeats a failure)
    port, chance = free_port(), CountingEntropy(seed)
    url, promises = f"http://127.0.0.1:{port}", folder.path / "promises"
    relay, archive = Patient(relay_plan(folder, port)), Patient(node_plan(folder, free_port()))
    await relay.live()
    assert relay.server is not None
    await relay.server.wait_until_ready()
    talker = cast_of(repertoire.plan).others[2]
    officer = Patient(officer_plan(folder, talker, url, promises))
    patients = (relay, archive, officer)
    try:
        async with crew_at(url, folder, repertoire, officers=1) as crew:
            await _admit(crew, folder, repertoire, talker, url)
            position = 0
            for _ in range(KILLS):
                for patient in patients:
                    await patient.live()
                if chance(1)[0] >= IN_THE_START:
                    position = await _flowing(folder, archive, crew, beyond=position)
                await asyncio.sleep(LONGEST_WAIT_SECONDS * chance(1)[0] / 255)
                await patients[chance(1)[0] % len(patients)].die()
            await _after_the_storm(patients)
            async with open_relay(url) as client:
                password = folder.password_file(talker.name).read_text("utf-8").strip()
                access = await sign_in(client, name=talker.name, password=password)
                async with open_member(talker, access, folder, repertoire.reports) as member:
                    await catch_up(member.mailbox)
                    await crew.catch_up()
                    assert archive.server is not None
                    await archived(NodeServer(ARCHIVE, folder, archive.plan.health, archive.server), crew)

                    promised = promises.read_text("utf-8").split()
                    await _everybody_tells_the_same_story([*crew.members, member], crew, folder, promised)
    finally:
        for patient in reversed(patients):
            await patient.rest()


async def _admit(crew: Crew, folder: DemoFolder, repertoire: Repertoire, talker: Part, url: str) -> None:
    founder = crew.members[0]
    part = archive_part(repertoire.plan)
    write_private(folder.letter(part.name), (await invite(founder, crew.stage, part)).text())
    await command(folder, ARCHIVE, "join", str(folder.letter(part.name)))
    async with open_relay(url) as relay, new_member(talker, relay, folder, repertoire.reports) as member:
        await enrol(member.mailbox, await invite(founder, crew.stage, talker))
        assert await admit_all(founder.mailbox, crew.stage) == 2
        await catch_up(member.mailbox)


async def _flowing(folder: DemoFolder, archive: Patient, crew: Crew, *, beyond: int) -> int:
    """How far the archive has read, once that is further than before: officer, relay and archive all work again."""
    assert archive.server is not None
    asked = NodeServer(ARCHIVE, folder, archive.plan.health, archive.server)
    for _ in range(TRIES):
        position = await asked.position(crew.stage.channel)
        if position > beyond:
            return position
        await asyncio.sleep(LOOK_SECONDS)
    pytest.fail("after a kill nothing moves again")


async def _after_the_storm(patients: tuple[Patient, ...]) -> None:
    """Relay and archive are back and ready; the officer's program is killed once more and stays so."""
    relay, archive, officer = patients
    await officer.live()
    await officer.die()
    for patient in (relay, archive):
        await patient.rest()
        await patient.live()
        assert patient.server is not None
        await patient.server.wait_until_ready()


async def _everybody_tells_the_same_story(
    members: list[Member], crew: Crew, folder: DemoFolder, promised: list[str]
) -> None:
    assert len(promised) == len(set(promised)) > KILLS
    place = (crew.stage.operation, crew.stage.channel)
    (story,) = {(m.mailbox.sessions[place].sequence, m.mailbox.sessions[place].log_hash) for m in members}
    assert story[0] >= len(promised)
    read: Counter[str] = Counter()
    for member in members:
        kept = await member.mailbox.store.scan(message_prefix(crew.stage.operation))
        read = Counter(decode_message(value).envelope.message.hex() for _, value in kept)
        assert not set(promised) - read.keys(), f"{member.part.name} lost what was acknowledged"
        assert set(read.values()) == {1}
    recorded = await _records(folder)
    assert recorded == read, "the archive lost or doubled a message"
    verified = json.loads(await command(folder, ARCHIVE, "verify", "--with-log", "--json"))
    assert verified["sound"], verified
    assert verified["checks"]["log"]["passed"] == len(recorded)


async def _records(folder: DemoFolder) -> Counter[str]:
    found: Counter[str] = Counter()
    after: list[str] = []
    while True:
        page = json.loads(await command(folder, ARCHIVE, "search", "--json", "--limit", str(PAGE), *after))
        found.update(record["message"] for record in page["records"])
        if page["after"] is None:
            return found
        after = ["--after", page["after"]]


def officer_plan(folder: DemoFolder, part: Part, url: str, promises: Path) -> ServerPlan:
    return ServerPlan(
        name=part.name,
        arguments=(
            *("-m", "tests.fakes.officer_process", "--folder", str(folder.path), "--name", part.name),
            *("--relay", url, "--promises", str(promises)),
        ),
        log=folder.log(part.name),
        health="",
    )
