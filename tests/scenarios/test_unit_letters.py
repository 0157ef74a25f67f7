"""Letters that were opened once for many requests, and what changes while they are gone through (D7)."""

import pytest
from aiohttp import web

from cencomm.client.operation import coordination, enrolling
from cencomm.client.unit import admission
from cencomm.client.unit.act import act
from cencomm.client.unit.invitations import withdraw_invitation
from cencomm.client.unit.letters import CodeUsed, letter_of, read_letters
from cencomm.ids import ACCOUNT_ID_BYTES, AccountId, OperationId
from cencomm.ledger.enrolment import EnrolmentRequest, WrongCode, decode_request, request_enrolment
from cencomm.ledger.kinds import Role
from cencomm.ledger.letter import AccessLetter
from cencomm.primitives import x25519
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import system_entropy
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, Place, profile


async def invited(carla: Person, place: Place) -> AccessLetter:
    return await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(carla, "FR"))


async def asked_by(somebody: Person, carla: Person, operation: OperationId) -> EnrolmentRequest:
    waiting = map(decode_request, (await carla.mailbox.relay.enrolments(operation)).requests)
    (request,) = (one for one in waiting if one.keys.account == somebody.account)
    return request


async def test_a_letter_that_was_withdrawn_after_it_was_opened_admits_nobody_d7(
    carla: Person, eve: Person, place: Place
) -> None:
    await enrolling.enrol(eve.mailbox, await invited(carla, place))
    request = await asked_by(eve, carla, place.operation)
    letters = await read_letters(carla.mailbox, place.operation)
    letter = await letter_of(carla.mailbox, place.operation, letters, request)

    await withdraw_invitation(carla.mailbox, place.operation, letter.invitation)

    with pytest.raises(WrongCode):
        await letter_of(carla.mailbox, place.operation, letters, request)


async def test_a_code_that_is_used_after_its_letter_was_searched_for_is_found_d7(
    carla: Person, eve: Person, place: Place
) -> None:
    """Eve and a stranger read one letter; both requests are looked at before either is admitted."""
    read_by_two = await invited(carla, place)
    await enrolling.enrol(eve.mailbox, read_by_two)
    request = await asked_by(eve, carla, place.operation)
    stranger = SigningKey.generate(system_entropy)
    exchange = x25519.generate_key_pair(system_entropy).public_key
    account = AccountId(system_entropy(ACCOUNT_ID_BYTES))
    other = request_enrolment(place.operation, account, stranger, exchange, read_by_two.code)
    letters = await read_letters(carla.mailbox, place.operation)
    assert await letter_of(carla.mailbox, place.operation, letters, request) is await letter_of(
        carla.mailbox, place.operation, letters, other
    )

    await admission.admit_waiting(carla.mailbox, place.operation)

    with pytest.raises(CodeUsed):
        await letter_of(carla.mailbox, place.operation, letters, other)
    assert (await letter_of(carla.mailbox, place.operation, letters, request)).invitation.code == read_by_two.code


async def test_an_admission_asks_the_relay_once_for_the_ledger_and_never_for_its_own_names(
    carla: Person, eve: Person, place: Place, server: LoopbackRelay
) -> None:
    """Asked for all names at each of 800 admissions, a relay sends 320,000 of them."""
    await enrolling.enrol(eve.mailbox, await invited(carla, place))
    request = await asked_by(eve, carla, place.operation)
    letters = await read_letters(carla.mailbox, place.operation)
    letter = await letter_of(carla.mailbox, place.operation, letters, request)
    asked: list[str] = []

    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked.append(f"{request.method} {request.path.rsplit('/', 1)[-1]}")
        return await handler(request)

    server.meddle = listen
    await act(
        carla.mailbox,
        place.operation,
        lambda known: coordination.admit(known, request, letter.invitation, entropy=system_entropy),
    )

    assert asked == ["GET ledger", "POST ledger"]
    held = carla.mailbox.operation(place.operation)
    assert held.content(held.member(eve.account).profile) == letter.invitation.profile
