"""The author of a record is judged where they stood: when they wrote, and when it was sent (C5, C11, C12)."""

from collections.abc import AsyncIterator

import pytest

from cencomm.client.events import Place
from cencomm.client.operation.operation import Operation
from cencomm.errors import ProtocolError
from cencomm.forms.envelope import Body, Envelope, SignedEnvelope
from cencomm.forms.payload import commitment
from cencomm.ids import BlobId, ChannelId, MessageId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.log import LogKind
from cencomm.node.records.record import Evidence
from cencomm.node.records.verify import Check, Verification, _judge_author, verify_log
from tests.unit.ledger.people import Person, Unit, found

MESSAGE = MessageId(b"m" * 16)
SIGNED = SignedEnvelope(b"content", b"signature")  # judged elsewhere
SALT = b"s" * 32


@pytest.fixture
def unit() -> Unit:
    return found()


@pytest.fixture
def channel(unit: Unit) -> ChannelId:
    return unit.declare()


@pytest.fixture
def officer(unit: Unit, channel: ChannelId) -> Person:
    assert channel
    return unit.admit()


def record(unit: Unit, channel: ChannelId, author: Person, *, generation: int = 1) -> Evidence:
    certificate = author.device().certificate
    place = Place(
        operation=unit.ledger.operation,
        channel=channel,
        generation=generation,
        sequence=7,
        log_hash=b"l" * 32,
        epoch=1,
    )
    return Evidence(
        record=1,
        place=place,
        message=MESSAGE,
        account=author.account,
        identity_key=certificate.identity_key,
        certificate=certificate.encoded,
        salt=SALT,
        signed=SIGNED,
    )


def written(unit: Unit, evidence: Evidence, *, at: int) -> None:
    """Raises what is wrong with an author who wrote at the head `at`."""
    envelope = Envelope(
        message=MESSAGE,
        operation=unit.ledger.operation,
        channel=evidence.place.channel,
        author=bytes(32),
        ledger_sequence=at,
        ledger_hash=unit.ledger.hashes[at],
        form=BlobId(bytes(16)),
        form_hash=bytes(32),
        reply_to=None,
        body=Body(values={}, language="en", written_at=0),
    )
    _judge_author(evidence, envelope, Operation(ledger=unit.ledger))


async def sent(unit: Unit, evidence: Evidence, *, at: int) -> str | None:
    """What is wrong with whoever sent at the head `at`."""

    async def logged() -> AsyncIterator[tuple[int, bytes, Anchor | None]]:
        anchor = Anchor(
            kind=LogKind.APPLICATION,
            operation=unit.ledger.operation,
            channel=evidence.place.channel,
            generation=evidence.place.generation,
            ledger_sequence=at,
            ledger_hash=unit.ledger.hashes[at],
            log_sequence=0,
            log_hash=bytes(32),
            commitment=commitment(SALT, SIGNED),
        )
        yield evidence.place.sequence, evidence.place.log_hash, anchor

    verification = Verification()
    await verify_log(verification, {evidence.place.sequence: evidence}, logged(), Operation(ledger=unit.ledger))
    assert verification.passed[Check.LOG] == 1
    return None if verification.passed[Check.SENDER] else verification.findings[0].detail


async def test_an_ended_device_wrote_nothing_from_its_end_on(unit: Unit, channel: ChannelId, officer: Person) -> None:
    """C5: whose identity goes on with other devices."""
    evidence, before = record(unit, channel, officer), unit.ledger.sequence
    ended = unit.end(officer).sequence

    written(unit, evidence, at=before)
    assert await sent(unit, evidence, at=before) is None
    with pytest.raises(ProtocolError, match="had ended"):
        written(unit, evidence, at=ended)
    assert await sent(unit, evidence, at=ended) == "the author's device had ended"


async def test_a_replaced_identity_wrote_nothing_from_there_on(unit: Unit, channel: ChannelId, officer: Person) -> None:
    old, before = record(unit, channel, officer), unit.ledger.sequence
    new = record(unit, channel, unit.replace(officer))
    at = unit.ledger.sequence

    written(unit, old, at=before)
    written(unit, new, at=at)
    with pytest.raises(ProtocolError, match="not a member"):
        written(unit, old, at=at)
    with pytest.raises(ProtocolError, match="not a member"):
        written(unit, new, at=before)
    assert await sent(unit, old, at=at) is not None


async def test_what_is_sent_again_was_written_in_an_earlier_generation_and_never_in_a_later_one(
    unit: Unit, channel: ChannelId, officer: Person
) -> None:
    """C11."""
    first, before = record(unit, channel, officer), unit.ledger.sequence
    at = unit.restart(channel).sequence
    second = record(unit, channel, officer, generation=2)

    written(unit, second, at=before)
    assert await sent(unit, second, at=at) is None
    with pytest.raises(ProtocolError, match="generation"):
        written(unit, first, at=at)
    for evidence, head in ((first, at), (second, before)):
        detail = await sent(unit, evidence, at=head)
        assert detail is not None
        assert "generation" in detail
