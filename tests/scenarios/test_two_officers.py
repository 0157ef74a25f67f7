"""A coordinator founds an operation, two officers join it, and one tells the other of a seizure, whatever fails."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from cencomm import codec
from cencomm.client.channel.claiming import claim
from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.enacting import stage
from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.errors import LogContradicted, NotAMember, RolledBack
from cencomm.client.channel.posting import resume, send
from cencomm.client.channel.session import Standing
from cencomm.client.events import MessageDelivered, Quarantined, RemovedFromChannel, Repeated
from cencomm.client.reports import Reports
from cencomm.client.transport.errors import NoAnswer
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.unit import declaring, revocation
from cencomm.client.watch import catch_up
from cencomm.errors import AccessDenied
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.reading import read
from cencomm.forms.tongue import Tongue
from cencomm.forms.wording import load_wording
from cencomm.ledger.kinds import Phase, RevokeReason
from cencomm.ledger.log import LogKind
from cencomm.mls.key_package import KeyPackage
from cencomm.secret import system_entropy
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.log import Publish
from cencomm.wire.operations import OperationHead
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of
from tests.scenarios.people import Person, Place, draft, update

SEIZURE: dict[str, JsonValue] = {
    "case_ref": "FR-2026-0117",
    "seizure_date": "2026-11-20",
    "reporting_country": "FR",
    "location_type": "airport",
    "place": {"code": "CDG", "city": "Paris", "country": "FR"},
    "items": [{"category": "CIT", "quantity": {"amount": "12.50", "unit": "KGM", "basis": "net"}}],
}


def seizure(number: int) -> dict[str, JsonValue]:
    return {**SEIZURE, "case_ref": f"FR-2026-{number:04}"}


def references(messages: list[MessageDelivered]) -> list[JsonValue]:
    return [message.envelope.body.values["case_ref"] for message in messages]


def publishes(request: web.Request) -> bool:
    return request.method == "POST" and request.path.endswith("/log")


async def break_the_line(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    await asyncio.sleep(0)
    return web.Response()


async def test_what_one_officer_reports_the_other_reads(ana: Person, bob: Person, carla: Person, place: Place) -> None:
    sent = await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    await catch_up(bob.mailbox)
    await catch_up(carla.mailbox)

    for reader in (bob, carla):
        (message,) = reader.said(MessageDelivered)
        assert message.account == ana.account
        assert message.envelope.body.values == SEIZURE
        assert message.place.sequence == sent.sequence
        assert not message.own


async def test_a_report_in_french_is_read_in_english(ana: Person, bob: Person, place: Place, reports: Reports) -> None:
    await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE, language="fr"))
    await catch_up(bob.mailbox)
    (message,) = bob.said(MessageDelivered)
    envelope = message.envelope

    report = reports.report(bob.mailbox.operation(place.operation), envelope.form, envelope.body)
    reading = read(report, Tongue("en", reports.lists, load_wording()), written_in=envelope.body.language)

    lines = {line.path: line.text for passage in reading.passages for line in passage.lines}
    assert reading.title == "Seizure"
    assert lines["reporting_country"] == "France"
    assert lines["seizure_date"] == "November 20, 2026"


async def test_everybody_reads_in_one_order(ana: Person, bob: Person, carla: Person, place: Place) -> None:
    people = [ana, bob, carla]
    for number in range(6):
        await send(people[number % 3].mailbox, place.operation, place.channel, draft(place, seizure(number)))

    for somebody in people:
        await catch_up(somebody.mailbox)

    journals = [await somebody.delivered(place.operation) for somebody in people]
    assert references(journals[0]) == [f"FR-2026-{number:04}" for number in range(6)]
    assert references(journals[0]) == references(journals[1]) == references(journals[2])
    assert [message.place.log_hash for message in journals[0]] == [message.place.log_hash for message in journals[1]]


async def test_a_mailbox_goes_on_from_disk_where_it_was(ana: Person, bob: Person, place: Place) -> None:
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    await catch_up(bob.mailbox)
    await ana.restart()
    await bob.restart()

    await send(bob.mailbox, place.operation, place.channel, draft(place, seizure(2)))
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(3)))
    await catch_up(bob.mailbox)

    for somebody in (ana, bob):
        assert references(await somebody.delivered(place.operation)) == [f"FR-2026-000{number}" for number in (1, 2, 3)]


async def test_the_revoked_one_neither_sends_nor_reads_what_comes_next(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    await revocation.revoke(carla.mailbox, place.operation, bob.account, RevokeReason.LOST_KEYS)

    with pytest.raises(AccessDenied):
        await send(bob.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(2)))
    await catch_up(bob.mailbox)

    assert not bob.said(MessageDelivered)
    with pytest.raises(NotAMember):
        bob.mailbox.membership(place.operation)


async def test_the_revoked_one_has_no_keys_for_the_next_epoch(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """Even if the relay hands them everything."""
    before = bob.mailbox.sessions[(place.operation, place.channel)]
    await revocation.revoke(carla.mailbox, place.operation, bob.account, RevokeReason.LOST_KEYS)
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(2)))
    async with open_relay(server.url, token=ana.mailbox.relay.token) as generous:
        page = await generous.log(place.operation, place.channel, 1, after=before.sequence)
        bob.mailbox.relay = generous

        await catch_up(bob.mailbox)
        await bob.mailbox.relay.log(place.operation, place.channel, 1, after=0)

    assert len(page.entries) == 2  # the Commit that removes Bob, and Ana's message
    assert not bob.said(MessageDelivered)


async def test_a_sender_overtaken_by_a_commit_sends_again_under_the_same_send_id(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """S3."""
    send_ids: list[bytes] = []

    async def overtake(request: web.Request, handler: Handler) -> web.StreamResponse:
        if publishes(request):
            asked = decode_document(await body_of(request), Publish)
            if asked.kind == LogKind.APPLICATION:
                send_ids.append(asked.send_id)
                if len(send_ids) == 1:
                    await update(carla, place)
        return await handler(request)

    server.meddle = overtake
    sent = await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    server.meddle = None
    await catch_up(bob.mailbox)

    assert len(send_ids) == 2
    assert send_ids[0] == send_ids[1]
    (message,) = bob.said(MessageDelivered)
    assert message.envelope.message == sent.message


async def test_a_retry_after_a_lost_receipt_is_delivered_once(
    ana: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    """S2."""

    async def lose_the_receipt(request: web.Request, handler: Handler) -> web.StreamResponse:
        await handler(request)
        return await break_the_line(request) if publishes(request) else await handler(request)

    server.meddle = lose_the_receipt
    with pytest.raises(NoAnswer):
        await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    server.meddle = None
    (done,) = await resume(ana.mailbox)
    await catch_up(bob.mailbox)

    (message,) = bob.said(MessageDelivered)
    assert done == Sent(message=message.envelope.message, sequence=message.place.sequence)
    assert not bob.said(Repeated)
    assert not bob.said(Quarantined)


async def test_a_program_killed_between_write_and_publish_sends_the_same_bytes_later(
    ana: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    """S5."""
    seen: list[bytes] = []

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if publishes(request):
            seen.append(decode_document(await body_of(request), Publish).message)
            return await (break_the_line(request) if len(seen) == 1 else handler(request))
        return await handler(request)

    server.meddle = refuse
    with pytest.raises(NoAnswer):
        await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    await ana.restart()
    await resume(ana.mailbox)
    await catch_up(bob.mailbox)

    assert seen[0] == seen[1]
    assert references(await bob.delivered(place.operation)) == ["FR-2026-0001"]
    assert await resume(ana.mailbox) == []


async def test_a_relay_put_back_to_yesterday_is_noticed_and_nothing_of_it_accepted(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    await server.copy_to(tmp_path / "yesterday")
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(2)))
    await catch_up(bob.mailbox)
    await server.put_back(tmp_path / "yesterday")
    await send(carla.mailbox, place.operation, place.channel, draft(place, seizure(9)))  # she saw nothing of today

    for somebody in (ana, bob):
        with pytest.raises((RolledBack, LogContradicted)):
            await catch_up(somebody.mailbox)
        await somebody.restart()
        with pytest.raises((RolledBack, LogContradicted)):
            await catch_up(somebody.mailbox)
        assert references(await somebody.delivered(place.operation)) == ["FR-2026-0001", "FR-2026-0002"]


async def test_a_log_that_got_shorter_is_noticed(
    ana: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    await server.copy_to(tmp_path / "yesterday")
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    await server.put_back(tmp_path / "yesterday")

    with pytest.raises(RolledBack):
        await catch_up(ana.mailbox)
    await ana.restart()
    with pytest.raises(RolledBack):
        await catch_up(ana.mailbox)


async def test_a_relay_with_an_older_ledger_is_noticed(
    ana: Person, carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """L2: nothing older is believed. What it lacks is given back (H4); one that does not take it is refused."""
    await server.copy_to(tmp_path / "yesterday")
    await declaring.change_phase(carla.mailbox, place.operation, Phase.OPERATIONAL)
    await catch_up(ana.mailbox)
    await server.put_back(tmp_path / "yesterday")

    async def take_nothing(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("/ledger/lost"):
            head = OperationHead(operation=place.operation, head=b"")
            return web.Response(body=encode_document(head), content_type="application/json")
        return await handler(request)

    server.meddle = take_nothing
    with pytest.raises(RolledBack):
        await catch_up(ana.mailbox)
    assert ana.mailbox.operation(place.operation).ledger.phase is Phase.OPERATIONAL


async def test_whoever_is_removed_and_added_again_enters_anew(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """As after a rejected Welcome (C9): Remove and Add of the same device in one Commit."""
    mailbox = carla.mailbox
    key = (place.operation, place.channel)
    session = mailbox.sessions[key]
    (leaf,) = [leaf for leaf in session.leaves() if mailbox.certificates.verify(leaf.credential).account == bob.account]
    packages = [codec.decode(data, KeyPackage.read) for data in await claim(mailbox, session, (bob.account,))]
    async with mailbox.lock:
        staged = stage(
            session,
            mailbox.operation(place.operation).ledger,
            adds=packages,
            removes=(leaf.index,),
            certificates=mailbox.certificates,
            entropy=system_entropy,
        )
        await mailbox.write({}, session=staged)
        assert await follow_and_enact(mailbox, place.operation, place.channel)

    await catch_up(bob.mailbox)
    await send(bob.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    await catch_up(ana.mailbox)

    assert bob.said(RemovedFromChannel)
    assert bob.mailbox.sessions[key].standing is Standing.LIVE
    assert references(await ana.delivered(place.operation)) == ["FR-2026-0001"]
