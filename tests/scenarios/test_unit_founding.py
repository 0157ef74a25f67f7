"""Two coordinators found an operation, and whoever stands between them founds nothing (L2, L5, D7; ADR 0010)."""

from dataclasses import replace

import pytest
from aiohttp import web

from cencomm.client.operation.unit import find_unit_channel
from cencomm.client.transport.errors import NoAnswer, Taken
from cencomm.client.unit import as_planned, cofounding
from cencomm.errors import UsageError
from cencomm.forms.operation import OperationPlan
from cencomm.ids import OperationId
from cencomm.ledger.enrolment import WrongCode, request_enrolment
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.ledger.founding import AnotherFounding
from cencomm.ledger.kinds import Role
from cencomm.secret import system_entropy
from cencomm.wire.foundings import FoundingAnswer
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, profile
from tests.scenarios.test_two_officers import break_the_line
from tests.scenarios.unit_people import found_together, known


async def test_two_coordinators_found_an_operation_and_are_in_its_channels(
    carla: Person, ana: Person, plan: OperationPlan
) -> None:
    operation = await found_together(carla, ana, plan)

    ledger = known(ana, operation).ledger
    assert {one.account for one in ledger.coordinators(at=0)} == {carla.account, ana.account}
    assert not ledger.charter.policy.exercise
    assert len(ledger.forms) == len(plan.forms)
    unit = find_unit_channel(known(ana, operation))
    assert (operation, unit) in ana.mailbox.sessions
    assert await cofounding.waiting_founding(carla.mailbox, plan.name) is None


async def test_a_real_operation_is_not_founded_by_one(carla: Person, plan: OperationPlan) -> None:
    with pytest.raises(UsageError, match="two coordinators"):
        await as_planned.found(carla.mailbox, plan, profile=profile(carla, None))
    waiting = await cofounding.begin_founding(carla.mailbox, plan.name, second=b"{}")
    with pytest.raises(cofounding.NotAnswered):
        await as_planned.found_together(carla.mailbox, plan, waiting, profile=profile(carla, None))


async def test_an_answer_without_the_code_founds_nothing(carla: Person, bob: Person, plan: OperationPlan) -> None:
    """D7: the relay puts its own keys into the slot."""
    waiting = await cofounding.begin_founding(carla.mailbox, plan.name, second=b"{}")
    identity, guessed = bob.mailbox.identity, EnrolmentCode.generate(system_entropy)
    exchange = identity.exchange_key.public_key()
    forged = request_enrolment(OperationId(waiting.nonce), identity.account, identity.signing_key, exchange, guessed)
    slot = waiting.letter(carla.mailbox).slot
    await bob.mailbox.relay.leave_founding_answer(slot, FoundingAnswer(answer=forged.encode()))

    with pytest.raises(WrongCode):
        await as_planned.found_together(carla.mailbox, plan, waiting, profile=profile(carla, None))


async def test_an_answer_for_another_founding_is_refused(carla: Person, bob: Person, plan: OperationPlan) -> None:
    waiting = await cofounding.begin_founding(carla.mailbox, plan.name, second=b"{}")
    letter = waiting.letter(carla.mailbox)
    await cofounding.answer_founding(bob.mailbox, replace(letter, nonce=bytes(32)))

    with pytest.raises(AnotherFounding):
        await cofounding.answer_to(carla.mailbox, waiting)


async def test_nobody_is_their_own_second(carla: Person, plan: OperationPlan) -> None:
    """L5: two signatures of one person are one."""
    waiting = await cofounding.begin_founding(carla.mailbox, plan.name, second=b"{}")
    await cofounding.answer_founding(carla.mailbox, waiting.letter(carla.mailbox))

    with pytest.raises(UsageError, match="your own operation"):
        await cofounding.answer_to(carla.mailbox, waiting)


async def test_a_letter_is_answered_by_one(carla: Person, ana: Person, bob: Person, plan: OperationPlan) -> None:
    letter = (await cofounding.begin_founding(carla.mailbox, plan.name, second=b"{}")).letter(carla.mailbox)
    await cofounding.answer_founding(ana.mailbox, letter)
    await cofounding.answer_founding(ana.mailbox, letter)

    with pytest.raises(Taken):
        await cofounding.answer_founding(bob.mailbox, letter)


async def test_a_charter_by_somebody_else_is_not_the_letters(
    carla: Person, ana: Person, bob: Person, plan: OperationPlan
) -> None:
    """Bob read the letter, and founds with Ana before Carla does: Ana's program asks for Carla's signature."""
    waiting = await cofounding.begin_founding(carla.mailbox, plan.name, second=profile(ana, None))
    await cofounding.answer_founding(ana.mailbox, waiting.letter(carla.mailbox))
    await as_planned.found_together(bob.mailbox, plan, waiting, profile=profile(bob, None))

    with pytest.raises(AnotherFounding, match="signed by somebody else"):
        await cofounding.founded(ana.mailbox, waiting.letter(carla.mailbox))
    assert not ana.mailbox.operations


async def test_a_letter_that_says_exercise_leads_to_no_operation_d3(
    carla: Person, ana: Person, plan: OperationPlan
) -> None:
    """Who answered it was not asked for a device secret, and would be a coordinator whose password is guessed at."""
    waiting = await cofounding.begin_founding(carla.mailbox, plan.name, second=profile(ana, None))
    letter = waiting.letter(carla.mailbox, exercise=True)
    await cofounding.answer_founding(ana.mailbox, letter)
    await as_planned.found_together(carla.mailbox, plan, waiting, profile=profile(carla, None))

    with pytest.raises(AnotherFounding, match="exercise"):
        await cofounding.founded(ana.mailbox, letter)
    assert not ana.mailbox.operations


async def test_a_lost_answer_of_the_relay_makes_no_second_operation(
    carla: Person, ana: Person, plan: OperationPlan, server: LoopbackRelay
) -> None:
    waiting = await cofounding.begin_founding(carla.mailbox, plan.name, second=profile(ana, None))
    await cofounding.answer_founding(ana.mailbox, waiting.letter(carla.mailbox))

    async def lose_the_answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        founded = request.method == "POST" and request.path.endswith("/operations")
        return await break_the_line(request) if founded else response

    server.meddle = lose_the_answer
    with pytest.raises(NoAnswer):
        await as_planned.found_together(carla.mailbox, plan, waiting, profile=profile(carla, None))
    server.meddle = None
    operation = await as_planned.found_together(carla.mailbox, plan, waiting, profile=profile(carla, None))

    assert len((await carla.mailbox.relay.operations()).operations) == 1
    assert known(carla, operation).ledger.members[ana.account].role is Role.COORDINATOR
    assert len(known(carla, operation).ledger.forms) == len(plan.forms)


async def test_channels_that_need_two_signatures_cannot_be_planned(carla: Person, plan: OperationPlan) -> None:
    waiting = await cofounding.begin_founding(carla.mailbox, plan.name, second=b"{}")
    planned = replace(plan, policy=replace(plan.policy, two_signatures=("channel",)))

    with pytest.raises(UsageError, match="must not list channel"):
        await as_planned.found_together(carla.mailbox, planned, waiting, profile=profile(carla, None))
