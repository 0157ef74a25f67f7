"""Sending the script: in order and at a pace for people, or as fast as everybody can at once."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.posting import Draft, resume, send
from cencomm.client.events import Event, MessageDelivered
from cencomm.client.mailbox import Mailbox
from cencomm.client.watch import watch
from cencomm.clock import system_clock
from cencomm.demo.founding import Stage
from cencomm.demo.member import Member
from cencomm.demo.script import Line
from cencomm.errors import CencommError, Unavailable
from cencomm.forms import canonical_json
from cencomm.forms.envelope import Addressee, Body
from cencomm.ids import MessageId

RETRY_SECONDS = 1.0
MAX_TRIES = 30  # a relay that is restarted, a disk that is full for a moment


@dataclass(slots=True)
class Voice:
    """A member who speaks, and what the log has shown of it: an answer of the relay may be lost, the log is not."""

    mailbox: Mailbox
    _heard: dict[bytes, Sent] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mailbox.observe(self._hear)

    def heard(self, draft: Draft) -> Sent | None:
        return self._heard.get(_fingerprint(draft.body))

    def _hear(self, event: Event) -> None:
        if isinstance(event, MessageDelivered) and event.own:
            sent = Sent(message=event.envelope.message, sequence=event.place.sequence)
            self._heard[_fingerprint(event.envelope.body)] = sent


def _fingerprint(body: Body) -> bytes:
    return canonical_json.encode({"values": body.values, "written_at": body.written_at})


@dataclass(slots=True)
class Played:
    """What became of the lines: messages that the relay acknowledged, and sentences about those that it did not."""

    sent: list[MessageId] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)


@asynccontextmanager
async def watching(members: Iterable[Member]) -> AsyncIterator[None]:
    """Everybody listens for the block, and answers the ledger as any client does."""
    async with asyncio.TaskGroup() as tasks:
        listeners = [tasks.create_task(watch(member.mailbox)) for member in members]
        try:
            yield
        finally:
            for listener in listeners:
                listener.cancel()


async def play_at_once(lines: Iterable[Line], voices: Mapping[str, Voice], stage: Stage) -> Played:
    """Every author sends its own lines in their order, all authors at the same time."""
    scripts: dict[str, list[Line]] = {}
    for line in lines:
        scripts.setdefault(line.author.name, []).append(line)
    played = Played()

    async def perform(name: str, script: list[Line]) -> None:
        for line in script:
            await _say(voices[name], stage, line, played)

    async with asyncio.TaskGroup() as tasks:
        for name, script in scripts.items():
            tasks.create_task(perform(name, script))
    return played


async def play_in_order(
    lines: Iterable[Line], voices: Mapping[str, Voice], stage: Stage, *, pace_seconds: float
) -> Played:
    """One line after the other, with time to read each."""
    played = Played()
    before: Sent | None = None
    for line in lines:
        before = await _say(voices[line.author.name], stage, line, played, before if line.answers_alert else None)
        await asyncio.sleep(pace_seconds)
    return played


async def _say(voice: Voice, stage: Stage, line: Line, played: Played, alert: Sent | None = None) -> Sent | None:
    """The line is in the log, or `played.unsent` says why not."""
    try:
        sent = await _insist(voice, stage, _draft(stage, line, alert))
    except CencommError as error:
        played.unsent.append(f"{line.author.name}: {line.values.get('case_ref', line.form)}: {error}")
        return None
    played.sent.append(sent.message)
    return sent


async def _insist(voice: Voice, stage: Stage, draft: Draft) -> Sent:
    """Sent once, however often the relay is away: what was signed goes on under its send id, and the log decides."""
    for _ in range(MAX_TRIES):
        try:
            await resume(voice.mailbox)
            return voice.heard(draft) or await send(voice.mailbox, stage.operation, stage.channel, draft)
        except Unavailable:
            await asyncio.sleep(RETRY_SECONDS)
    await resume(voice.mailbox)
    return voice.heard(draft) or await send(voice.mailbox, stage.operation, stage.channel, draft)


def _draft(stage: Stage, line: Line, alert: Sent | None) -> Draft:
    values = dict(line.values)
    if alert is not None:
        values["alert_ref"] = alert.message.hex()
    return Draft(
        form=stage.forms[line.form],
        body=Body(
            values=values, language=line.language, written_at=system_clock(), to=(Addressee(role="coordinator"),)
        ),
        reply_to=None if alert is None else alert.message,
    )
