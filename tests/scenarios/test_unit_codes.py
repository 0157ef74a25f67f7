"""Whichever coordinator is on duty admits, and a code serves one person at all of them (D7)."""

from dataclasses import replace

import pytest

from cencomm.client.channel.posting import post_control
from cencomm.client.events import ControlDelivered, Quarantined
from cencomm.client.operation import enrolling
from cencomm.client.unit import admission, revocation
from cencomm.client.unit.codes import Codes
from cencomm.client.unit.cosigning import give_cosignature
from cencomm.client.unit.invitations import (
    keep_invitation,
    kept_invitations,
    open_invitations,
    outdated_invitations,
    share_invitations,
    withdraw_invitation,
)
from cencomm.client.watch import catch_up
from cencomm.forms.control import ControlKind
from cencomm.forms.operation import OperationPlan
from cencomm.ids import OperationId
from cencomm.ledger.enrolment import EnrolmentCode
from cencomm.ledger.kinds import RevokeReason, Role
from cencomm.ledger.letter import AccessLetter
from cencomm.secret import system_entropy
from tests.scenarios.people import Person, profile
from tests.scenarios.test_unit_cosignatures import asked, make_coordinator
from tests.scenarios.unit_people import found_together, known


@pytest.fixture
async def operation(carla: Person, ana: Person, plan: OperationPlan) -> OperationId:
    """Founded by Carla and Ana."""
    return await found_together(carla, ana, plan)


async def letter_for(writer: Person, somebody: Person, operation: OperationId) -> AccessLetter:
    return await admission.invite(writer.mailbox, operation, role=Role.OFFICER, profile=profile(somebody, "KE"))


async def test_an_invitation_of_one_coordinator_is_admitted_by_another(
    carla: Person, ana: Person, bob: Person, operation: OperationId
) -> None:
    letter = await letter_for(carla, bob, operation)
    await enrolling.enrol(bob.mailbox, letter)
    await catch_up(ana.mailbox)

    admitted, others = await admission.admit_waiting(ana.mailbox, operation)
    await catch_up(carla.mailbox)

    assert ([one.account for one in admitted], others) == ([bob.account], [])
    assert not await open_invitations(carla.mailbox, operation)
    assert await kept_invitations(carla.mailbox, operation)


async def test_a_code_that_one_coordinator_used_is_used_at_the_other(
    carla: Person, ana: Person, bob: Person, eve: Person, operation: OperationId
) -> None:
    """Eve read Bob's letter, and waits for the other desk."""
    letter = await letter_for(carla, bob, operation)
    await catch_up(ana.mailbox)
    await enrolling.enrol(bob.mailbox, letter)
    await admission.admit_waiting(carla.mailbox, operation)
    await enrolling.enrol(eve.mailbox, letter)

    admitted, others = await admission.admit_waiting(ana.mailbox, operation)

    assert not admitted
    assert [(one.keys.account, one.code_used) for one in others] == [(eve.account, True)]
    assert eve.account not in known(ana, operation).ledger.members


async def test_a_withdrawn_letter_admits_nobody_at_any_desk(
    carla: Person, ana: Person, bob: Person, operation: OperationId
) -> None:
    letter = await letter_for(carla, bob, operation)
    await catch_up(ana.mailbox)
    (invitation,) = await open_invitations(ana.mailbox, operation)
    await enrolling.enrol(bob.mailbox, letter)

    await withdraw_invitation(ana.mailbox, operation, invitation)
    await catch_up(carla.mailbox)

    for desk in (carla, ana):
        admitted, others = await admission.admit_waiting(desk.mailbox, operation)
        assert (admitted, len(others)) == ([], 1)
    await keep_invitation(carla.mailbox, operation, invitation)
    await catch_up(ana.mailbox)
    assert not await kept_invitations(ana.mailbox, operation)


async def test_a_coordinator_who_was_revoked_does_not_come_back_through_an_open_letter(
    carla: Person, ana: Person, bob: Person, eve: Person, operation: OperationId
) -> None:
    """D7. Ana keeps the code of a letter for somebody else on her disk; Eve is a new account of hers."""
    await make_coordinator(carla, ana, bob, operation)
    letter = await letter_for(carla, eve, operation)
    await catch_up(ana.mailbox)
    await revocation.revoke(carla.mailbox, operation, ana.account, RevokeReason.MISUSE)
    (one,) = await asked(bob, operation)
    await give_cosignature(bob.mailbox, operation, one.request)
    await catch_up(carla.mailbox)
    await enrolling.enrol(eve.mailbox, letter)

    for desk in (carla, bob):
        await catch_up(desk.mailbox)
        admitted, others = await admission.admit_waiting(desk.mailbox, operation)
        assert (admitted, [one.keys.account for one in others]) == ([], [eve.account])
        assert len(await outdated_invitations(desk.mailbox, operation)) == 1
    await enrolling.enrol(eve.mailbox, await letter_for(carla, eve, operation))
    admitted, _ = await admission.admit_waiting(carla.mailbox, operation)

    assert [one.account for one in admitted] == [eve.account]
    assert not await outdated_invitations(carla.mailbox, operation)


async def test_a_letter_from_a_later_time_than_its_message_is_set_aside(
    carla: Person, ana: Person, operation: OperationId
) -> None:
    """D7. Ana dates a letter ahead, so that it outlives her revocation."""
    await letter_for(ana, carla, operation)
    (invitation,) = await open_invitations(ana.mailbox, operation)
    ahead = replace(invitation, code=EnrolmentCode.generate(system_entropy), since=1 << 40)

    await share_invitations(ana.mailbox, operation, [ahead])
    await catch_up(carla.mailbox)

    assert "later time" in carla.said(Quarantined)[-1].detail
    assert await kept_invitations(carla.mailbox, operation) == (invitation,)


async def test_codes_are_told_to_coordinators_alone(
    carla: Person, ana: Person, bob: Person, operation: OperationId
) -> None:
    await enrolling.enrol(bob.mailbox, await letter_for(carla, bob, operation))
    await admission.admit_waiting(carla.mailbox, operation)
    await catch_up(bob.mailbox)

    await letter_for(ana, bob, operation)
    await catch_up(carla.mailbox)
    await catch_up(bob.mailbox)

    assert not bob.said(ControlDelivered)
    assert not await kept_invitations(bob.mailbox, operation)
    assert len(await open_invitations(carla.mailbox, operation)) == 1


async def test_an_officer_hands_out_no_places(carla: Person, bob: Person, operation: OperationId) -> None:
    await enrolling.enrol(bob.mailbox, await letter_for(carla, bob, operation))
    await admission.admit_waiting(carla.mailbox, operation)
    await catch_up(bob.mailbox)
    (invitation,) = await kept_invitations(carla.mailbox, operation)
    (main,) = bob.mailbox.entitled_channels(operation)
    said = Codes(withdrawn=(invitation.id,)).encode()

    await post_control(bob.mailbox, operation, main, ControlKind.ENROLMENT_CODES, said)
    await catch_up(carla.mailbox)

    assert carla.said(Quarantined)[-1].detail == "said outside the unit's channel"
    assert await kept_invitations(carla.mailbox, operation) == (invitation,)
