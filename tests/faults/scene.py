"""Everybody on stage: relay, nodes and members as processes with their own disks, lines and clocks; the unit here."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from cencomm.clock import system_clock
from cencomm.demo.folder import DemoFolder, write_private
from cencomm.demo.repertoire import Repertoire, load_repertoire
from cencomm.demo.rows import named_mapping, read_rows
from cencomm.demo.server import free_port
from cencomm.forms.mapped_row import MappedRow
from cencomm.ids import ChannelId
from cencomm.ledger.kinds import Role
from cencomm.ledger.letter import read_letter
from tests.faults.disk import Disk, disk_at
from tests.faults.line import Line, line_to
from tests.faults.node import NODES, NodeKind, answers, ask_health
from tests.faults.part import Part
from tests.faults.player import Casting, Player, playing
from tests.faults.talking import Report, write_rows
from tests.faults.unit import Unit, unit_at
from tests.faults.wire_tap import WireTap
from tests.faults.wrong_clock import environment, find_libfaketime, set_clock

RELAY_NAME = "relay.example"
DUTY_POST = "duty-post"
COUNTRIES = {"officer-1": "FR", DUTY_POST: "FR"}  # the others are of another one
ENTRY_SECONDS = 120.0
LOOK_SECONDS = 0.1


@dataclass
class Scene:
    """`members` are officers and the duty post; `guests` come and go.

    `side` is the channel of some of them, `release` that in which CEN reads, if it plays.
    """

    root: DemoFolder
    repertoire: Repertoire
    tap: WireTap
    stack: AsyncExitStack
    url: str
    port: int
    players: list[Player] = field(default_factory=list)
    guests: list[Player] = field(default_factory=list)
    side_names: tuple[str, ...] = ()
    release: ChannelId | None = None

    unit: Unit = field(init=False)
    side: ChannelId = field(init=False)

    @property
    def channels(self) -> list[ChannelId]:
        found = (self.unit.stage.channel, self.side, self.release)
        return [channel for channel in found if channel is not None]

    @property
    def relay(self) -> Player:
        return self.players[0]

    @property
    def nodes(self) -> Mapping[NodeKind, Player]:
        return {kind: player for kind in NODES for player in self.players if player.casting.kind == kind.name}

    @property
    def members(self) -> list[Player]:
        return [player for player in self.players if player.casting.kind in {"officer", "duty post"}]

    @property
    def everybody(self) -> list[Player]:
        return [*self.players, *self.guests]

    @property
    def go(self) -> Path:
        return self.root.path / "go"

    @property
    def rows(self) -> Path:
        return self.root.path / "rows.json"

    def part(self, player: Player, *, direct: bool) -> Part:
        """A member as its own program knows it, or with no line between it and the relay."""
        name = player.name
        assert player.casting.line is not None
        return Part(
            name=name,
            password=self.root.password_file(name).read_text("utf-8").strip(),
            letter=read_letter(self.root.letter(name).read_text("utf-8")),
            relay=self.url if direct else player.casting.line.url,
            folder=player.casting.disk.data,
            rows=self.rows,
            go=self.go,
            reports=self.repertoire.reports,
        )

    async def add_member(self, name: str, kind: str) -> Player:
        """Invited, started; it asks to be admitted."""
        letter = await self.unit.invite(name, Role.OFFICER, country=COUNTRIES.get(name, "KE"))
        write_private(self.root.letter(name), letter.text())
        write_private(self.root.password_file(name), os.urandom(12).hex() + "\n")
        line = await self.line()
        disk = self._disk(name)
        arguments = (
            *("-m", "tests.faults.member", "--name", name, "--relay", line.url, "--folder", str(disk.data)),
            *("--letter", str(self.root.letter(name)), "--password", str(self.root.password_file(name))),
            *("--rows", str(self.rows), "--go", str(self.go)),
            *(("--roams",) if kind == "duty post" else ()),
        )
        return await self._play(name, kind, arguments, disk, line=line)

    async def add_guest(self, name: str) -> Player:
        """A member who will be revoked: none of those whom the run counts on."""
        guest = await self.add_member(name, "officer")
        self.players.remove(guest)
        self.guests.append(guest)
        return guest

    async def add_node(self, kind: NodeKind) -> Player:
        """Invited, made; it asks to be admitted and runs."""
        letter = await self.unit.invite(kind.name, kind.role, country=kind.nation)
        write_private(self.root.letter(kind.name), letter.text())
        line, disk, port = await self.line(), self._disk(kind.name), free_port()
        data = str(disk.data)
        await kind.command(
            "join", str(self.root.letter(kind.name)), "--data", data, "--relay", line.url, *kind.join_options
        )
        arguments = ("-m", "cencomm", kind.name, "run", "--data", data, "--health-port", str(port))
        health = f"http://127.0.0.1:{port}/healthz"
        return await self._play(kind.name, kind.name, arguments, disk, line=line, health=health)

    async def add_relay(self) -> Player:
        disk = self._disk("relay")
        data, port = str(disk.data), str(self.port)
        arguments = ("-m", "cencomm.relay", "--data", data, "--name", RELAY_NAME, "--port", port)
        return await self._play("relay", "relay", arguments, disk)

    async def _play(
        self,
        name: str,
        kind: str,
        arguments: tuple[str, ...],
        disk: Disk,
        *,
        line: Line | None = None,
        health: str | None = None,
    ) -> Player:
        library, clock = find_libfaketime(), self.root.path / "clocks" / name
        clock.parent.mkdir(exist_ok=True)
        set_clock(clock, 0)
        log = self.root.log(name)
        log.parent.mkdir(mode=0o700, exist_ok=True)
        casting = Casting(
            name=name,
            kind=kind,
            arguments=arguments,
            disk=disk,
            log=log,
            line=line,
            clock=clock if library is not None else None,
            health=health,
            environment={} if library is None else environment(library, clock),
        )
        player = await self.stack.enter_async_context(playing(casting))
        self.players.append(player)
        return player

    async def line(self) -> Line:
        return await self.stack.enter_async_context(line_to(self.port, self.tap.hear))

    def _disk(self, name: str) -> Disk:
        return self.stack.enter_context(disk_at(self.root.path / "disks" / name))


@contextlib.asynccontextmanager
async def scene_in(path: Path, *, officers: int, duty_post: bool, nodes: Sequence[NodeKind]) -> AsyncIterator[Scene]:
    """Everybody is in their channels, and has said something in each."""
    repertoire, tap, port = load_repertoire(), WireTap(), free_port()
    for folder in (path, path / "mailboxes"):
        folder.mkdir(mode=0o700)
    async with AsyncExitStack() as stack:
        url = f"http://127.0.0.1:{port}"
        scene = Scene(DemoFolder(path), repertoire, tap, stack, url, port)
        await scene.add_relay()
        write_rows(scene.rows, _sample(repertoire))  # takes as long as the relay's start
        await _answering(scene.url)
        line = await scene.line()
        scene.unit = await stack.enter_async_context(unit_at(line.url, scene.root, repertoire, tap))
        names = [f"officer-{number}" for number in range(1, officers + 1)]
        roaming = [DUTY_POST] if duty_post else []
        await asyncio.gather(
            *(scene.add_node(kind) for kind in nodes),
            *(scene.add_member(name, "officer") for name in names),
            *(scene.add_member(name, "duty post") for name in roaming),
        )
        scene.side_names = (names[0], *roaming)
        await scene.unit.admit([*(kind.name for kind in nodes), *names, *roaming])
        scene.side = await scene.unit.open_side_channel(scene.side_names)
        if any(kind.released for kind in nodes):
            scene.release = await scene.unit.open_release_channel()
        await _all_in(scene)
        scene.go.touch()
        yield scene


async def _all_in(scene: Scene) -> None:
    """The nodes are in every channel: what is said before that they would never read."""
    async with asyncio.timeout(ENTRY_SECONDS):
        for player in scene.nodes.values():
            assert player.casting.health is not None
            while True:
                health = await ask_health(player.casting.health)
                if health is not None and len(health.positions) == len(scene.unit.channels_of(player.name)):
                    break
                await asyncio.sleep(LOOK_SECONDS)


async def _answering(url: str) -> None:
    async with asyncio.timeout(ENTRY_SECONDS):
        while not await answers(url):  # noqa: ASYNC110 (another process)
            await asyncio.sleep(LOOK_SECONDS)


def _sample(repertoire: Repertoire) -> list[Report]:
    rows = (files("cencomm.demo") / "sample_seizures.csv").read_bytes()
    legs = (files("cencomm.demo") / "sample_legs.csv").read_bytes()
    mapping = named_mapping("routes", repertoire.lists)
    mapped = read_rows(
        rows,
        legs,
        mapping=mapping,
        forms=repertoire.plan.forms,
        lists=repertoire.lists,
        wording=repertoire.wording,
        now=system_clock(),
    )
    return [
        Report(one.form, mapping.languages[0], dict(one.values))
        for one in mapped.outcomes
        if isinstance(one, MappedRow)
    ]
