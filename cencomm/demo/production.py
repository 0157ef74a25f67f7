"""Everything that stands before the first message: servers, members, the operation with everybody in it.

    servers ready -> accounts and mailboxes -> charter -> letters -> enrolments -> admissions -> channels

The demonstration is one process that holds the mailboxes; relay, archive, nCEN and CEN are others, and it speaks to the
relay by HTTP and WebSocket only, as every client does.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console

from cencomm.client.channel.log_feed import sync_channel
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.transport.relay_client import open_relay
from cencomm.demo.cast import AT_BROWSERS, CEN_POST, NCEN_POST, NEWCOMER, YOU, Cast, Desk, Part, cast_of
from cencomm.demo.folder import DemoFolder, write_private
from cencomm.demo.founding import Stage, admit_all, found, invite, open_side_channels, unit_on_duty
from cencomm.demo.member import Member, new_member
from cencomm.demo.nodes import ARCHIVE, CEN, NCEN, NodeServer, archive_part, node_serving
from cencomm.demo.playing import watching
from cencomm.demo.releasing import ReleaseStage, open_release_channel
from cencomm.demo.repertoire import Repertoire
from cencomm.demo.server import Server, ServerPlan, free_port, serving
from cencomm.errors import Unavailable
from cencomm.ids import AccountId
from cencomm.ledger.kinds import Role
from cencomm.ledger.letter import AccessLetter

PREFERRED_PORT = 8440  # the relay's own default
LOOK_SECONDS = 0.1
ENTRY_SECONDS = 60.0  # by then everybody whom the ledger admits has entered, or something is broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Production:
    """`audience` is the mailbox through which somebody watches: what it decrypts is all that there is to see."""

    relay: Server
    stage: Stage
    members: Mapping[str, Member]
    cast: Cast
    archive: NodeServer
    ncen: NodeServer
    cen: NodeServer
    releases: ReleaseStage

    @property
    def servers(self) -> tuple[Server, ...]:
        return (self.relay, self.archive.server, self.ncen.server, self.cen.server)

    @property
    def audience(self) -> Mailbox:
        return self.members[self.cast.founder.name].mailbox

    @property
    def last_sequence(self) -> int:
        """The newest entry of the main channel's log that the audience has read."""
        return self.audience.sessions[(self.stage.operation, self.stage.channel)].sequence

    @property
    def parts(self) -> Mapping[AccountId, Part]:
        return {member.mailbox.identity.account: member.part for member in self.members.values()}

    def desk(self) -> Desk:
        return Desk([part for part in self.cast.everybody if part.role is Role.OFFICER])


@contextlib.asynccontextmanager
async def produced(
    folder: DemoFolder, repertoire: Repertoire, console: Console, *, for_people: bool
) -> AsyncIterator[Production]:
    """The operation with everybody in it, for the block; then all processes end.

    Args:
        for_people: there are accounts that nobody uses, for the command line and for browsers, and a letter to enrol
            with; the unit admits newcomers as they come; the relay has its usual port if that is free.
    """
    async with contextlib.AsyncExitStack() as stack:
        port = free_port(PREFERRED_PORT if for_people else None)
        url = f"http://127.0.0.1:{port}"
        console.print("Starting the relay …")
        server = await stack.enter_async_context(serving(relay_plan(folder, port)))
        console.print(f"relay    {url}, its data in {folder.relay}", highlight=False, soft_wrap=True)
        relay = await stack.enter_async_context(open_relay(url))
        cast = cast_of(repertoire.plan)
        console.print(f"{len(cast.everybody)} people make accounts, keys and mailboxes …")
        members = {}
        for part in cast.everybody:
            members[part.name] = await stack.enter_async_context(new_member(part, relay, folder, repertoire.reports))
            console.print(f"         {part.name}", highlight=False)
        console.print("The coordination unit founds the operation and writes access letters …")
        founder = members[cast.founder.name]
        stage = await found(founder, repertoire.plan, repertoire.reports)
        for part in cast.others:
            await members[part.name].join(await _letter(founder, stage, part, folder))
        if for_people:
            for post in (YOU, *AT_BROWSERS):
                async with new_member(
                    Part(post), relay, folder, repertoire.reports, has_device=post not in AT_BROWSERS
                ) as left:  # an officer who has enrolled and whose mailbox we close again, for whoever signs in
                    await left.join(await _letter(founder, stage, left.part, folder))
            await _letter(founder, stage, Part(NEWCOMER), folder)
        archive, ncen, cen = [
            await stack.enter_async_context(_node(founder, stage, part, kind, folder, console))
            for kind, part in (
                (ARCHIVE, archive_part(repertoire.plan)),
                (NCEN, Part(NCEN_POST)),
                (CEN, Part(CEN_POST)),
            )
        ]
        console.print("The coordination unit admits them; their devices enter the channels …")
        await admit_all(founder.mailbox, stage)
        await stack.enter_async_context(watching(members.values()))
        await open_side_channels(founder, tuple(members.values()), stage, repertoire.plan)
        await _everybody_in(members.values(), stage)
        releases = await open_release_channel(founder, stage, repertoire)
        if for_people:
            await stack.enter_async_context(unit_on_duty(founder.mailbox, stage))
        yield Production(
            relay=server,
            stage=stage,
            members=members,
            cast=cast,
            archive=archive,
            ncen=ncen,
            cen=cen,
            releases=releases,
        )


def relay_plan(folder: DemoFolder, port: int) -> ServerPlan:
    """Loaded without anything of the client: a relay must not even have the code that could read."""
    return ServerPlan(
        name="relay",
        arguments=("-m", "cencomm.relay", "--data", str(folder.relay), "--name", "demo", "--port", str(port)),
        log=folder.log("relay"),
        health=f"http://127.0.0.1:{port}/healthz",
    )


@contextlib.asynccontextmanager
async def _node(
    founder: Member, stage: Stage, part: Part, kind: str, folder: DemoFolder, console: Console
) -> AsyncIterator[NodeServer]:
    """A node with a letter, which runs for the block."""
    await _letter(founder, stage, part, folder)
    console.print(f"Starting the {kind} …")
    async with node_serving(folder, part, kind) as node:
        console.print(f"{kind:<8} {node.health_url}, its data in {folder.node(kind)}", highlight=False, soft_wrap=True)
        yield node


async def _letter(founder: Member, stage: Stage, part: Part, folder: DemoFolder) -> AccessLetter:
    letter = await invite(founder, stage, part)
    write_private(folder.letter(part.name), letter.text())
    return letter


async def _everybody_in(members: Iterable[Member], stage: Stage) -> None:
    """Each device is in the main channel, with everybody's help: whoever is there first adds the others.

    Raises:
        Unavailable: one is not, after a minute.
    """
    for member in members:
        try:
            async with asyncio.timeout(ENTRY_SECONDS):
                while (stage.operation, stage.channel) not in member.mailbox.sessions:
                    await sync_operation(member.mailbox, stage.operation)
                    await sync_channel(member.mailbox, stage.operation, stage.channel)
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise Unavailable(f"{member.part.name} is not in the channel after {ENTRY_SECONDS:.0f} s") from None
