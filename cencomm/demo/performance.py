"""The traffic, for somebody who watches or for a count."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from cencomm.client import inbox as inboxes
from cencomm.demo.cast import NCEN_POST
from cencomm.demo.member import Member
from cencomm.demo.nodes import NodeServer
from cencomm.demo.playing import Played, Voice, play_at_once, play_in_order
from cencomm.demo.production import Production
from cencomm.demo.releasing import release_some
from cencomm.demo.repertoire import Repertoire
from cencomm.demo.screen import Screen
from cencomm.demo.script import dramatised, plain
from cencomm.demo.tally import Arrivals, Tally, doubtful_rows, refused_rows
from cencomm.forms.mapped_row import MappedFile, MappedRow
from cencomm.ids import ChannelId

LOOK_SECONDS = 0.2
SILENCE_SECONDS = 60.0  # without anything arriving anywhere: what is not there by then counts as missing


@dataclass(frozen=True, slots=True)
class Programme:
    """What is played: the rows of a file, and the language of the words in them."""

    file: MappedFile
    language: str

    def rows(self) -> Sequence[MappedRow]:
        return [outcome for outcome in self.file.outcomes if isinstance(outcome, MappedRow)]


async def count(production: Production, programme: Programme, repertoire: Repertoire) -> Tally:
    """Every row as fast as all officers can send at once; what arrived in each mailbox, and in each node."""
    arrivals, voices = Arrivals(), _voices(production)
    for name, member in production.members.items():
        arrivals.watch(name, member.mailbox)
    began = time.monotonic()
    lines = plain(programme.rows(), production.desk(), language=programme.language)
    played = await play_at_once(lines, voices, production.stage)
    archived = await _arrived(production, arrivals, played)
    originated = await _originated(production)
    kept = await _kept(production)
    released = await release_some(_officers(production), production.stage, production.releases, repertoire)
    recorded = await _recorded(production)
    return Tally(
        rows=programme.file.totals.rows,
        refused=refused_rows(programme.file),
        doubtful=doubtful_rows(programme.file),
        absent_columns=programme.file.missing_columns,
        sent=len(played.sent),
        unsent=tuple(played.unsent),
        deliveries=arrivals.made(set(played.sent)),
        deliveries_expected=len(played.sent) * len(production.members),
        doubled=arrivals.doubled(),
        archived=archived,
        originated=originated,
        kept_by_ncen=kept,
        released=released,
        recorded_by_cen=recorded,
        quarantined=len(arrivals.quarantined)
        + await production.archive.quarantined()
        + await production.ncen.quarantined()
        + await production.cen.quarantined(),
        seconds=time.monotonic() - began,
    )


async def show(
    production: Production, programme: Programme, repertoire: Repertoire, console: Console, *, pace_seconds: float
) -> Played:
    """The rows with alerts and notes between them, one after the other, on the screen as they arrive."""
    Screen(console, production.audience, production.parts, repertoire.reports, repertoire.tongues)
    others = [part for part in production.cast.everybody if part not in production.desk().officers]
    lines = dramatised(programme.rows(), production.desk(), others, repertoire.lists, language=programme.language)
    played = await play_in_order(lines, _voices(production), production.stage, pace_seconds=pace_seconds)
    released = await release_some(_officers(production), production.stage, production.releases, repertoire)
    console.print(f"Owners have released {released} of their seizures to CEN, without anything personal.")
    return played


def _officers(production: Production) -> list[Member]:
    return [production.members[part.name] for part in production.desk().officers]


def _voices(production: Production) -> dict[str, Voice]:
    return {name: Voice(member.mailbox) for name, member in production.members.items()}


async def _arrived(production: Production, arrivals: Arrivals, played: Played) -> int:
    """Records in the archive, once everything is everywhere or nothing has moved for a minute."""
    messages, deliveries = set(played.sent), len(played.sent) * len(production.members)
    best, since = -1, time.monotonic()
    while True:
        position = await production.archive.position(production.stage.channel)
        found = arrivals.made(messages)
        if found + position > best:
            best, since = found + position, time.monotonic()
        everywhere = found >= deliveries and position >= production.last_sequence
        if everywhere or time.monotonic() - since > SILENCE_SECONDS:
            return await production.archive.count()
        await asyncio.sleep(LOOK_SECONDS)


async def _recorded(production: Production) -> int:
    """Releases at CEN, by its own account."""
    await _has_read(production, production.cen, production.releases.channel)
    return await production.cen.count_releases()


async def _kept(production: Production) -> int:
    """Messages in the nCEN, by its own account."""
    await _has_read(production, production.ncen, production.stage.channel)
    return await production.ncen.count_originated()


async def _originated(production: Production) -> int:
    """Messages that the officers of the nCEN's nation said in the main channel, by their own mailboxes."""
    operation, channel = production.stage.operation, production.stage.channel
    total = 0
    for member in _officers(production):
        if member.part.post.country == NCEN_POST.country:
            said = [item.message async for item in inboxes.messages(member.mailbox, operation)]
            total += sum(message.own and message.place.channel == channel for message in said)
    return total


async def _has_read(production: Production, node: NodeServer, channel: ChannelId) -> None:
    """The node has read a channel as far as the audience, or nothing has moved for a minute."""
    best, since = -1, time.monotonic()
    while True:
        position = await node.position(channel)
        if position > best:
            best, since = position, time.monotonic()
        session = production.audience.sessions.get((production.stage.operation, channel))
        everything = session is not None and position >= session.sequence
        if everything or time.monotonic() - since > SILENCE_SECONDS:
            return
        await asyncio.sleep(LOOK_SECONDS)
