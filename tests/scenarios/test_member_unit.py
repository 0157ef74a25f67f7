"""What one coordinator, one newcomer or one lost answer breaks for the others: nothing."""

from collections.abc import Mapping

import pytest
from aiohttp import web
from msgspec.structs import replace as replace_struct

from cencomm.client.channel.posting import send
from cencomm.client.operation import coordination, enrolling
from cencomm.client.operation.decision import decide
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.transport.errors import NoAnswer
from cencomm.client.unit import admission, revocation
from cencomm.client.watch import catch_up
from cencomm.forms.form import Form
from cencomm.ledger.enrolment import request_enrolment
from cencomm.ledger.kinds import RevokeReason, Role
from cencomm.secret import system_entropy
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.enrolments import Enrol
from cencomm.wire.operations import AppendEntry, BlobsAnswer, SealedBlob
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import NOW, Person, Place, draft, found, profile
from tests.scenarios.test_two_officers import SEIZURE, break_the_line


async def publish_garbage(coordinator: Person, place: Place) -> None:
    """A form whose sealed content is nothing that anybody can open."""
    mailbox = coordinator.mailbox
    known = await sync_operation(mailbox, place.operation)
    proposal = coordination.publish_form(b"{}", version=1, entropy=system_entropy)
    decision = decide(known, mailbox.identity, proposal, now=NOW, entropy=system_entropy)
    (blob,) = decision.blobs
    garbage = SealedBlob(blob=blob.blob, number=blob.number, sealed=b"x" * 100)
    request = AppendEntry(entry=decision.entry.encode(), wraps=(), blobs=(garbage,), commit=None)
    await mailbox.relay.append(place.operation, request)


async def test_a_form_that_cannot_be_opened_stops_nobody(ana: Person, bob: Person, carla: Person, place: Place) -> None:
    await publish_garbage(carla, place)

    await catch_up(ana.mailbox)
    await revocation.revoke(carla.mailbox, place.operation, bob.account, RevokeReason.MISUSE)
    await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    (trouble,) = ana.mailbox.operation(place.operation).troubles
    assert trouble.startswith("name or form")
    assert len(ana.mailbox.sessions[(place.operation, place.channel)].leaves()) == 2


async def test_a_form_that_the_relay_withholds_stops_no_revocation(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    async def withhold(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if not request.path.endswith("/blobs"):
            return response
        assert isinstance(response, web.Response)
        assert isinstance(response.body, bytes)
        held = decode_document(response.body, BlobsAnswer).blobs[:0]
        return web.Response(body=encode_document(BlobsAnswer(blobs=held)), content_type="application/json")

    server.meddle = withhold
    await publish_garbage(carla, place)  # as from another computer: this one never held it
    await revocation.revoke(carla.mailbox, place.operation, bob.account, RevokeReason.MISUSE)
    await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    assert len(ana.mailbox.sessions[(place.operation, place.channel)].leaves()) == 2


async def test_a_wrap_that_cannot_be_opened_costs_names_and_nothing_else(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """The coordinator's program seals garbage for Ana."""
    known = await sync_operation(carla.mailbox, place.operation)
    proposal = coordination.revoke(known, bob.account, reason=RevokeReason.MISUSE, entropy=system_entropy)
    decision = decide(known, carla.mailbox.identity, proposal, now=NOW, entropy=system_entropy)
    wraps = tuple(
        replace_struct(wrap, sealed=wrap.sealed[:-1] + bytes([wrap.sealed[-1] ^ 1]))
        if wrap.account == ana.account
        else wrap
        for wrap in decision.wraps
    )
    request = AppendEntry(entry=decision.entry.encode(), wraps=wraps, blobs=decision.blobs, commit=None)
    await carla.mailbox.relay.append(place.operation, request)

    await catch_up(ana.mailbox)
    await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    assert any(trouble.startswith("content key 2") for trouble in ana.mailbox.operation(place.operation).troubles)


async def test_one_bad_request_keeps_nobody_else_out(
    ana: Person, bob: Person, carla: Person, forms: Mapping[str, Form]
) -> None:
    """Nothing can be sealed to Ana's exchange key: admitted, she would block the next content key."""
    place = await found(carla, forms["seizure"])
    letters = {
        somebody.account: await admission.invite(
            carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(somebody, "FR")
        )
        for somebody in (ana, bob)
    }
    identity, code = ana.mailbox.identity, letters[ana.account].code
    bad = request_enrolment(place.operation, identity.account, identity.signing_key, bytes(32), code)
    await ana.mailbox.relay.enrol(place.operation, Enrol(request=bad.encode()))
    await enrolling.enrol(bob.mailbox, letters[bob.account])

    admitted, others = await admission.admit_waiting(carla.mailbox, place.operation)

    assert [one.account for one in admitted] == [bob.account]
    assert [(one.keys.account, one.reason) for one in others] == [(ana.account, "not a usable X25519 public key")]


async def test_a_letters_code_serves_one_person_even_if_the_answer_was_lost(
    ana: Person, bob: Person, carla: Person, forms: Mapping[str, Form], server: LoopbackRelay
) -> None:
    place = await found(carla, forms["seizure"])
    letter = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(ana, "FR"))
    await enrolling.enrol(ana.mailbox, letter)

    async def lose_the_answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        appended = request.method == "POST" and request.path.endswith("/ledger")
        return await break_the_line(request) if appended else response

    server.meddle = lose_the_answer
    with pytest.raises(NoAnswer):
        await admission.admit_waiting(carla.mailbox, place.operation)
    server.meddle = None
    await enrolling.enrol(bob.mailbox, letter)
    admitted, others = await admission.admit_waiting(carla.mailbox, place.operation)

    assert not admitted
    assert [one.keys.account for one in others] == [bob.account]
    assert carla.mailbox.operation(place.operation).ledger.members.keys() == {carla.account, ana.account}
