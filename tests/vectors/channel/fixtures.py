"""Builds the fixtures beside it: channels as Vera reads them, and what Python's member makes of each entry.

    python -m tests.vectors.channel.fixtures        writes them anew

The browser has to come to the same events (web/tests/channel/): so two implementations keep to one set of rules.
"""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from cencomm.client.account.device import Identity, OwnDevice
from cencomm.client.channel import joining
from cencomm.client.channel.receiving import receive
from cencomm.client.channel.session import ChannelSession
from cencomm.client.channel.taking import take
from cencomm.client.channel.witness import Witness
from cencomm.client.events import Event
from cencomm.client.mailbox import Environment, Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.vault.journal import VaultJournal
from cencomm.errors import MalformedError, ProtocolError
from cencomm.forms.envelope import Envelope
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.refusal import Refused
from cencomm.ledger.statements import LogHead, sign_statement
from cencomm.wire.log import LogEntry, LogPage
from cencomm.wire.welcomes import WaitingWelcome
from tests.fakes.memory_store import MemoryStore
from tests.unit.ledger.people import START
from tests.vectors.channel.commits import commits
from tests.vectors.channel.story import ILL_FORMED, Cast, begin, gather, restart_around, tell
from tests.vectors.channel.told import Json, entry_told, event_told
from tests.vectors.channel.welcomes import Invitation, invitations

FOLDER = Path(__file__).parent
NOWHERE = "http://127.0.0.1:9/"
"""Nobody is asked: all that Vera needs is here."""


def fixtures() -> Mapping[str, Json]:
    """File name -> content."""
    return {
        "story.json": asyncio.run(_story()),
        "commits.json": _commits(),
        "welcomes.json": _welcomes(),
        "restart.json": _restart(),
    }


async def _story() -> Json:
    cast = begin()
    names = list(tell(cast))
    joined = _join(cast, _way_in(cast))
    async with open_relay(NOWHERE) as relay:
        environment = Environment(clock=lambda: START, entropy=cast.crew.unit.entropy, judge_report=_judge_report)
        vera, device = cast.vera.person, cast.vera.device
        identity = Identity(vera.account, vera.identity, vera.exchange.private_key)
        own = OwnDevice(device.certificate.device, device.key, device.certificate.encoded)
        mailbox = Mailbox(VaultJournal(MemoryStore()), relay, environment, identity, own)
        await mailbox.write({}, operation=Operation(ledger=cast.crew.ledger), session=joined)
        events: list[Event] = []
        mailbox.observe(events.append)
        session = joined
        for entry in cast.crew.log[cast.entered :]:
            session = await take(mailbox, session, entry, None)
    pairs = zip(names, cast.crew.log[cast.entered :], events, strict=True)
    return {
        **_ground(cast),
        "way_in": _invitation_told(_way_in(cast)),
        "head": _head(cast).hex(),
        "entries": [{"name": name, **entry_told(entry), "event": event_told(event)} for name, entry, event in pairs],
    }


def _commits() -> Json:
    cast = begin()
    made = list(commits(cast))
    session = _join(cast, _way_in(cast))
    witness = Witness(cast.crew.ledger, {session.sequence: session.log_hash}.get, CertificateMemo())
    cases = []
    for name, message in made:
        entry = LogEntry(sequence=session.sequence + 1, kind=1, epoch=session.group.epoch, message=message)
        after, event = receive(session, entry, witness)
        told = {"standing": int(after.standing), "sequence": after.sequence, "judged_at": after.judged_at}
        cases.append({"name": name, **entry_told(entry), "event": event_told(event), "session": told})
    return {**_ground(cast), "way_in": _invitation_told(_way_in(cast)), "cases": cases}


def _welcomes() -> Json:
    cast = gather()
    made = list(invitations(cast))
    return {
        **_ground(cast),
        "cases": [{"name": one.name, **_invitation_told(one), **_verdict(cast, one)} for one in made],
    }


def _restart() -> Json:
    """A log that the ledger cuts behind its entry `cut`, with a message on either side (C11)."""
    cast = begin()
    cut = restart_around(cast)
    entries = [entry_told(entry) for entry in cast.crew.log[cast.entered :]]
    told: Mapping[str, Json] = {"cut": cut, "entries": entries, "head": _head(cast).hex()}
    return {**_ground(cast), "way_in": _invitation_told(_way_in(cast)), **told}


def _verdict(cast: Cast, invitation: Invitation) -> Mapping[str, Json]:
    try:
        session = _join(cast, invitation)
    except Refused as refused:
        return {"rule": refused.rule, "sentence": refused.sentence}
    except ProtocolError:
        return {"rule": None}
    return {
        "session": {
            "sequence": session.sequence,
            "log_hash": session.log_hash.hex(),
            "epoch": session.group.epoch,
            "judged_at": session.judged_at,
            "confirmation_tag": session.group.confirmation_tag.hex(),
        }
    }


def _way_in(cast: Cast) -> Invitation:
    welcome = cast.added.welcome
    assert welcome is not None
    return Invitation("", cast.entered, welcome, cast.added.ratchet_tree, (cast.crew.log[cast.entered - 1],))


def _join(cast: Cast, invitation: Invitation) -> ChannelSession:
    crew = cast.crew
    waiting = WaitingWelcome(
        device=cast.vera.device.certificate.device,
        sequence=invitation.sequence,
        welcome=invitation.welcome,
        ratchet_tree=invitation.ratchet_tree,
    )
    joined = joining.join(
        crew.ledger.operation,
        crew.channel,
        crew.ledger,
        generation=1,
        waiting=waiting,
        page=LogPage(previous=crew.hashes[invitation.sequence - 1], entries=invitation.entries, head=b""),
        bundles=[cast.vera.bundle],
        admitted_at=crew.ledger.members[cast.vera.person.account].admitted_at,
        last_epoch=invitation.last_epoch,
        certificates=CertificateMemo(),
    )
    return joined.session


def _ground(cast: Cast) -> Mapping[str, Json]:
    """What Vera has before she comes in: the ledger, her device, her key package with its private halves."""
    crew, vera = cast.crew, cast.vera
    return {
        "channel": crew.channel.hex(),
        "ledger": [signed.encode().hex() for signed in crew.unit.entries],
        "account": vera.person.account.hex(),
        "identity_key": vera.person.identity.public_key.hex(),
        "certificate": vera.device.certificate.encoded.hex(),
        "device_seed": vera.device.key.seed.hex(),
        "key_package": vera.bundle.key_package.encode().hex(),
        "init_private_key": vera.bundle.init_private_key.expose().hex(),
        "leaf_private_key": vera.bundle.leaf_private_key.expose().hex(),
        "previous": [digest.hex() for digest in crew.hashes[:2]],
        "relay_seed": crew.unit.relay.seed.hex(),
        "ill_formed": ILL_FORMED,
    }


def _invitation_told(one: Invitation) -> Mapping[str, Json]:
    return {
        "sequence": one.sequence,
        "welcome": one.welcome.hex(),
        "ratchet_tree": one.ratchet_tree.hex(),
        "log": [entry_told(entry) for entry in one.entries],
        "last_epoch": one.last_epoch,
    }


def _head(cast: Cast) -> bytes:
    crew = cast.crew
    head = LogHead(
        operation=crew.ledger.operation,
        channel=crew.channel,
        generation=1,
        sequence=crew.sequence,
        hash=crew.hashes[-1],
        time=START,
    )
    return sign_statement(crew.unit.relay, head)


def _judge_report(_operation: Operation, envelope: Envelope) -> None:
    """Stands for the form: the browser's test has the same."""
    if ILL_FORMED in envelope.body.values:
        raise MalformedError("the values do not answer the form")


if __name__ == "__main__":
    for name, content in fixtures().items():
        (FOLDER / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
