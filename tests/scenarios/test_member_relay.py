"""What a member does with a relay that lies, and what lies in a member's store afterwards."""

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from aiohttp import web
from msgspec.structs import replace as replace_struct

from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.errors import (
    FrozenOperation,
    LogContradicted,
    LogGap,
    OperationFrozen,
    RelayWithholds,
    RolledBack,
)
from cencomm.client.channel.posting import resume, send
from cencomm.client.events import EpochBegan, MessageDelivered
from cencomm.client.unit import declaring
from cencomm.client.watch import catch_up
from cencomm.ids import OperationId, SendId
from cencomm.ledger.content_key import seal_blob
from cencomm.ledger.kinds import Phase
from cencomm.ledger.refusal import LedgerRefused
from cencomm.ledger.replay import Pin
from cencomm.ledger.statements import LedgerHead, LogHead, Receipt, sign_statement, verify_receipt
from cencomm.mls.group import Group
from cencomm.primitives.signatures import BadSignature, SigningKey
from cencomm.relay.own_keys import receipt_key
from cencomm.secret import Secret, system_entropy
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.log import LogPage, Published
from cencomm.wire.operations import BlobsAnswer, LedgerPage
from tests.fakes.loopback_relay import Handler, LoopbackRelay, Meddle
from tests.scenarios.people import NOW, Person, Place, draft, update
from tests.scenarios.test_two_officers import SEIZURE, publishes, references, seizure


def change_pages(change: Callable[[LogPage], LogPage]) -> Meddle:
    """A relay that shows another log page than the one it has."""

    async def meddle(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.method != "GET" or not request.path.endswith("/log") or response.status != 200:
            return response
        return document(change(decode_document(body(response), LogPage)))

    return meddle


def body(response: web.StreamResponse) -> bytes:
    assert isinstance(response, web.Response)
    assert isinstance(response.body, bytes)
    return response.body


def document(answer: LogPage | LedgerPage | BlobsAnswer | Published) -> web.Response:
    return web.Response(body=encode_document(answer), content_type="application/json")


def log_head(server: LoopbackRelay, place: Place, sequence: int, hash_: bytes) -> bytes:
    """What the relay signs when it lies: it has its key."""
    head = LogHead(
        operation=place.operation, channel=place.channel, generation=1, sequence=sequence, hash=hash_, time=NOW
    )
    return sign_statement(receipt_key(server.data, system_entropy), head)


async def reads_nothing(victim: Person, place: Place, error: type[Exception]) -> None:
    before = victim.mailbox.sessions[(place.operation, place.channel)]

    with pytest.raises(error):
        await catch_up(victim.mailbox)

    assert victim.mailbox.sessions[(place.operation, place.channel)] is before
    assert not victim.said(MessageDelivered)


@pytest.fixture
async def news(ana: Person, bob: Person, place: Place) -> int:
    """Bob is in step; then Ana says something, at this place in the log."""
    await catch_up(bob.mailbox)
    return (await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))).sequence


async def test_a_head_beside_the_log_that_is_shown_brings_nothing_in(
    bob: Person, place: Place, news: int, server: LoopbackRelay
) -> None:
    lie = log_head(server, place, news, b"x" * 32)
    server.meddle = change_pages(lambda page: replace_struct(page, head=lie))

    await reads_nothing(bob, place, LogContradicted)


async def test_a_page_that_does_not_follow_our_position_brings_nothing_in(
    bob: Person, place: Place, server: LoopbackRelay, news: int
) -> None:
    assert news
    server.meddle = change_pages(lambda page: replace_struct(page, previous=b"x" * 32))

    await reads_nothing(bob, place, LogContradicted)


async def test_a_page_with_a_gap_brings_nothing_in(
    ana: Person, bob: Person, place: Place, server: LoopbackRelay, news: int
) -> None:
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(2)))
    assert news
    server.meddle = change_pages(lambda page: replace_struct(page, entries=page.entries[1:]))

    await reads_nothing(bob, place, LogGap)


async def test_a_log_that_is_signed_longer_than_shown_is_waited_for(
    bob: Person, place: Place, server: LoopbackRelay, news: int
) -> None:
    assert news
    server.meddle = change_pages(lambda page: replace_struct(page, entries=()))

    await reads_nothing(bob, place, RelayWithholds)


async def test_a_head_that_the_relay_of_the_charter_did_not_sign_brings_nothing_in(
    bob: Person, place: Place, news: int, server: LoopbackRelay
) -> None:
    def forge(page: LogPage) -> LogPage:
        head = LogHead(
            operation=place.operation, channel=place.channel, generation=1, sequence=news, hash=b"x" * 32, time=NOW
        )
        return replace_struct(page, head=sign_statement(SigningKey.generate(system_entropy), head))  # type: ignore[arg-type]  # not the relay's key

    server.meddle = change_pages(forge)

    await reads_nothing(bob, place, BadSignature)


async def test_two_heads_of_one_length_with_two_hashes_convict_the_relay(
    bob: Person, place: Place, server: LoopbackRelay
) -> None:
    await catch_up(bob.mailbox)
    session = bob.mailbox.sessions[(place.operation, place.channel)]
    lie = log_head(server, place, session.sequence, b"x" * 32)
    server.meddle = change_pages(lambda page: replace_struct(page, head=lie))

    await reads_nothing(bob, place, LogContradicted)


async def test_two_ledgers_freeze_the_operation_and_both_statements_are_kept(
    bob: Person, place: Place, server: LoopbackRelay
) -> None:
    """L4."""
    await catch_up(bob.mailbox)
    sequence = bob.mailbox.operation(place.operation).ledger.sequence
    head = LedgerHead(operation=place.operation, sequence=sequence, hash=b"x" * 32, time=NOW)
    lie = sign_statement(receipt_key(server.data, system_entropy), head)

    async def two_faced(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if not request.path.endswith("/ledger"):
            return response
        return document(replace_struct(decode_document(body(response), LedgerPage), head=lie))

    server.meddle = two_faced
    with pytest.raises(OperationFrozen):
        await catch_up(bob.mailbox)
    server.meddle = None
    await bob.restart()

    with pytest.raises(FrozenOperation):
        await send(bob.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    evidence = [value for _, value in await bob.vault.scan(f"operation/{place.operation.hex()}/evidence/")]
    assert lie in evidence
    assert len(evidence) == 2


async def test_a_ledger_shorter_than_ones_other_computer_saw_is_refused(
    bob: Person, carla: Person, place: Place
) -> None:
    """L2."""
    await declaring.change_phase(carla.mailbox, place.operation, Phase.TEST)
    ledger = carla.mailbox.operation(place.operation).ledger
    async with bob.mailbox.lock:
        await bob.mailbox.write({}, pin=Pin(place.operation, ledger.sequence + 1, b"x" * 32))

    with pytest.raises(LedgerRefused) as refused:
        await catch_up(bob.mailbox)

    assert refused.value.rule == "L2"


async def test_a_form_that_the_relay_exchanged_is_refused(
    bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """L7: even with the help of a member who has the content key."""
    await declaring.publish_form(carla.mailbox, place.operation, b"{}", version=2)
    helper = carla.mailbox.operation(place.operation)
    key = helper.content_keys[helper.ledger.content_key.number]
    newest = max(helper.ledger.forms.values(), key=lambda form: form.sequence).definition.blob

    async def exchange(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if not request.path.endswith("/blobs"):
            return response
        blobs = decode_document(body(response), BlobsAnswer).blobs
        false = seal_blob(key, place.operation, replace(helper.blobs[newest], content=b"[]"), system_entropy)
        changed = tuple(replace_struct(one, sealed=false) if one.blob == newest else one for one in blobs)
        return document(BlobsAnswer(blobs=changed))

    server.meddle = exchange
    await catch_up(bob.mailbox)
    assert newest not in bob.mailbox.operation(place.operation).blobs
    (trouble,) = bob.mailbox.operation(place.operation).troubles
    assert "not the one that the ledger names" in trouble

    server.meddle = None
    await catch_up(bob.mailbox)
    assert newest in bob.mailbox.operation(place.operation).blobs
    assert not bob.mailbox.operation(place.operation).troubles


async def test_a_receipt_for_a_message_that_the_log_does_not_show_is_no_success(
    ana: Person, place: Place, server: LoopbackRelay
) -> None:
    await catch_up(ana.mailbox)
    key = ana.mailbox.operation(place.operation).ledger.charter.relay_key

    async def pretend(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not publishes(request):
            return await handler(request)
        session = ana.mailbox.sessions[(place.operation, place.channel)]
        (row,) = session.outbox.values()
        receipt = Receipt(
            operation=place.operation,
            channel=place.channel,
            generation=1,
            epoch=row.epoch,
            sequence=session.sequence + 1,
            hash=b"x" * 32,
            send_id=SendId(row.send_id),
            message_hash=row.message_hash,
        )
        signed = sign_statement(receipt_key(server.data, system_entropy), receipt)
        verify_receipt(signed, key)  # it is the relay's own word
        return document(Published(receipt=signed))

    server.meddle = pretend
    with pytest.raises(LogContradicted):
        await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))


async def test_a_relay_that_names_one_old_entry_after_another_burns_no_generation_for_each(
    ana: Person, place: Place, server: LoopbackRelay
) -> None:
    """S5, ADR 0031: else what it logs at last is further ahead than receivers follow, and opens for nobody."""
    await catch_up(ana.mailbox)
    for _ in range(3):
        await update(ana, place)
    where, named = (place.operation, place.channel), list[int]()

    async def pretend(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not publishes(request):
            return await handler(request)
        *_, row = ana.mailbox.sessions[where].outbox.values()
        named.append(len(named) + 1)
        receipt = Receipt(
            operation=place.operation,
            channel=place.channel,
            generation=1,
            epoch=1,
            sequence=named[-1],
            hash=ana.mailbox.log_hashes[where].get(named[-1], b"x" * 32),
            send_id=row.send_id,
            message_hash=row.message_hash,
        )
        return document(Published(receipt=sign_statement(receipt_key(server.data, system_entropy), receipt)))

    server.meddle = pretend
    with pytest.raises(LogContradicted, match="one old entry after another"):
        await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    assert named == [1, 2, 3]
    assert len(ana.mailbox.sessions[where].outbox) == 3
    server.meddle = None
    assert [type(one) for one in await resume(ana.mailbox)] == [Sent]


async def test_a_trouble_in_one_operation_keeps_nobody_from_the_others(
    ana: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    await catch_up(bob.mailbox)
    ghost = Pin(OperationId(b"g" * 32), 0, b"g" * 32)
    async with bob.mailbox.lock:
        await bob.mailbox.write({}, pin=ghost)
    await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    async def invent(request: web.Request, handler: Handler) -> web.StreamResponse:
        if f"/operations/{ghost.operation.hex()}/ledger" in request.path:
            return document(LedgerPage(entries=(), head=b""))
        return await handler(request)

    server.meddle = invent
    with pytest.raises(RolledBack):
        await catch_up(bob.mailbox)

    assert references(await bob.delivered(place.operation)) == ["FR-2026-0117"]


def epoch_secrets(group: Group) -> list[bytes]:
    """Everything that could open a message of this epoch, or derive what could."""
    secrets = group.state.secrets
    named = [getattr(secrets, one.name) for one in fields(secrets)]
    tree = group.state.secret_tree
    kept = [*named, *tree.nodes.values(), *(ratchet.secret for ratchet in tree.ratchets.values())]
    assert tree.ratchets  # somebody sent in this epoch
    return [one.expose() for one in kept if isinstance(one, Secret) and one.expose()]


@pytest.mark.parametrize("committer", ["carla", "ana"])
async def test_secrets_of_past_epochs_are_not_in_the_store(
    ana: Person, bob: Person, carla: Person, place: Place, committer: str
) -> None:
    """S6: after another's Commit, and after one's own, whatever was pending."""
    await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    await catch_up(carla.mailbox)
    old = epoch_secrets(ana.mailbox.sessions[(place.operation, place.channel)].group)
    stored = b"".join(value for _, value in await ana.vault.scan(""))
    assert all(secret in stored for secret in old)  # they are there while the epoch lasts

    await update({"carla": carla, "ana": ana}[committer], place)
    await catch_up(ana.mailbox)

    assert ana.events[-1] == ana.said(EpochBegan)[-1]
    stored = b"".join(value for _, value in await ana.vault.scan(""))
    assert not [secret for secret in old if secret in stored]
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    await catch_up(carla.mailbox)
    old = epoch_secrets(ana.mailbox.sessions[(place.operation, place.channel)].group)
    await update(carla, place)  # what a Commit of ours staged dies as well
    await catch_up(ana.mailbox)
    stored = b"".join(value for _, value in await ana.vault.scan(""))
    assert not [secret for secret in old if secret in stored]
    await send(bob.mailbox, place.operation, place.channel, draft(place, seizure(2)))
    await catch_up(ana.mailbox)
    assert references(await ana.delivered(place.operation))[-1] == "FR-2026-0002"
