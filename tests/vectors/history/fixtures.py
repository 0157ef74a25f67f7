"""Builds the fixture beside it: history as Vera is given it, and what Python's reader makes of each answer (H1, H2).

    python -m tests.vectors.history.fixtures        writes it anew

The browser has to come to the same (web/tests/history/).
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cencomm.client.account.device import Identity, OwnDevice
from cencomm.client.events import Event
from cencomm.client.history.errors import AnswerRefused
from cencomm.client.history.fetching import require_next, take_chunk
from cencomm.client.history.keeping import load_missing
from cencomm.client.history.outline import LoggedEntry, encode_outline, read_backwards
from cencomm.client.history.request import Asked, begin_writes
from cencomm.client.history.verifying import Outline
from cencomm.client.mailbox import Environment, Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.vault.journal import Fetched, VaultJournal
from cencomm.client.vault.state_store import Writes
from cencomm.errors import MalformedError, ProtocolError
from cencomm.forms.envelope import Envelope
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.history import HistoryRefused
from cencomm.ledger.history_chunk import verify_chunk
from cencomm.ledger.refusal import Refused
from cencomm.wire.log import LogPage
from tests.fakes.memory_store import MemoryStore
from tests.unit.ledger.people import START
from tests.vectors.channel.crew import Crew
from tests.vectors.channel.told import Json, entry_told, event_told
from tests.vectors.history.story import (
    ILL_FORMED,
    Servers,
    World,
    asked_by,
    gather,
    honest_answers,
    hostile_answers,
    relays_lies,
)

FOLDER = Path(__file__).parent
NOWHERE = "http://127.0.0.1:9/"
"""Nobody is asked: all that Vera needs is here."""
WORDED_APART = frozenset({"H2 bytes that nobody signed", "H2 a certificate that is none"})
"""The sentence comes from a decoder, where two implementations may say it in other words."""


class RememberingJournal(VaultJournal):
    """Also says which history was taken in."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.fetched: list[Fetched] = []

    async def record_history(self, writes: Writes, fetched: Sequence[Fetched], *, expected_version: int) -> int:
        version = await super().record_history(writes, fetched, expected_version=expected_version)
        self.fetched += fetched
        return version


class LogOf:
    """A crew's log, as a relay shows it."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    async def log(
        self,
        operation: OperationId,
        channel: ChannelId,
        generation: int,
        *,
        after: int,
        hash_: bytes | None = None,
        limit: int | None = None,
    ) -> LogPage:
        assert (operation, channel, generation, hash_) == (self._crew.ledger.operation, self._crew.channel, 1, None)
        end = None if limit is None else after + limit
        return LogPage(previous=self._crew.hashes[after], entries=tuple(self._crew.log[after:end]), head=b"")


def fixtures() -> Mapping[str, Json]:
    """File name -> content."""
    return {"answers.json": asyncio.run(_answers())}


async def _answers() -> Json:
    world = gather()
    asked = asked_by(world)
    servers, outline = Servers(world, asked), await _outline(world)
    cases = [*honest_answers(servers), *hostile_answers(servers), *relays_lies(servers)]
    return {
        **_ground(world, asked),
        "outline": encode_outline(outline.entries).hex(),
        "cases": [
            {
                "name": name,
                "chunks": [chunk.hex() for chunk in chunks],
                "verdict": await _verdict(world, asked, outline, name, chunks),
            }
            for name, chunks in cases
        ],
    }


async def _outline(world: World) -> Outline:
    crew, entries = world.crew, list[LoggedEntry]()
    place = crew.ledger.operation, crew.channel, 1
    last_hash = crew.hashes[world.entered]
    async for segment in read_backwards(LogOf(crew), *place, last=world.entered, last_hash=last_hash):
        entries[:0] = segment
    return Outline(*place, tuple(entry for entry in entries if entry.sequence < world.entered))


async def _verdict(world: World, asked: Asked, outline: Outline, name: str, chunks: Iterable[bytes]) -> Json:
    """What comes of the chunks, one behind the other, in a mailbox that holds the request."""
    journal = RememberingJournal()
    async with open_relay(NOWHERE) as relay:
        environment = Environment(clock=lambda: START, entropy=world.entropy, judge_report=_judge_report)
        vera, device = world.vera.person, world.vera.device
        identity = Identity(vera.account, vera.identity, vera.exchange.private_key)
        own = OwnDevice(device.certificate.device, device.key, device.certificate.encoded)
        mailbox = Mailbox(journal, relay, environment, identity, own)
        await mailbox.write(begin_writes(asked, outline.entries), operation=Operation(ledger=world.crew.ledger))
        now = asked
        for encoded in chunks:
            try:
                chunk = verify_chunk(encoded)
            except ProtocolError:
                return {"refused": None}
            try:
                require_next(chunk, now, world.crew.ledger, vera.account)
                now = await take_chunk(mailbox, now, outline, chunk)
            except AnswerRefused as refused:
                return {"refused": str(refused)}
            except HistoryRefused as wrong:
                why = None if name in WORDED_APART or _is_decoders(wrong) else str(wrong)
                return {"passed_over": chunk.certificate.account.hex(), "why": why}
        missing = await load_missing(journal.store, asked.operation)
    return {
        "following": now.following,
        "messages": now.messages,
        "wrong": now.wrong,
        "events": [_told(event) for event in journal.fetched],
        "missing": [{"sequence": one.sequence, "why": int(one.why), "reason": one.reason} for one in missing],
    }


def _told(event: Event) -> Json:
    return {"sequence": event.place.sequence, **event_told(event)}


def _is_decoders(wrong: HistoryRefused) -> bool:
    return isinstance(wrong.__cause__, ProtocolError) and not isinstance(wrong.__cause__, Refused)


def _ground(world: World, asked: Asked) -> Mapping[str, Json]:
    """What Vera has: the ledger, her device, the log as the relay shows it, her request with its one-time key."""
    crew, vera = world.crew, world.vera
    return {
        "channel": crew.channel.hex(),
        "ledger": [signed.encode().hex() for signed in crew.unit.entries],
        "certificate": vera.device.certificate.encoded.hex(),
        "device_seed": vera.device.key.seed.hex(),
        "relay_seed": crew.unit.relay.seed.hex(),
        "ill_formed": ILL_FORMED,
        "entered": world.entered,
        "log": [entry_told(entry) for entry in crew.log],
        "hashes": [digest.hex() for digest in crew.hashes],
        "places": {name: item.sequence for name, item in world.opened.items()},
        "request": asked.request.hex(),
        "private_key": asked.private_key.expose().hex(),
        "first": asked.span.first,
        "last": asked.span.last,
        "body": asked.body.encode().hex(),
    }


def _judge_report(_operation: Operation, envelope: Envelope) -> None:
    """Stands for the form: the browser's test has the same."""
    if ILL_FORMED in envelope.body.values:
        raise MalformedError("the values do not answer the form")


if __name__ == "__main__":
    for name, content in fixtures().items():
        (FOLDER / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
