"""Two coordinators sign what one alone may not, and no other second signature counts (L5)."""

from dataclasses import replace

import pytest
from aiohttp import web

from cencomm.client.channel.log_feed import sync_channel
from cencomm.client.channel.posting import post_control, resume
from cencomm.client.events import Quarantined
from cencomm.client.operation import coordination, enrolling
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.operation.unit import find_unit_channel
from cencomm.client.transport.errors import NoAnswer
from cencomm.client.unit import admission, declaring, revocation
from cencomm.client.unit.appending import append
from cencomm.client.unit.cosignature_requests import Request, waiting_requests
from cencomm.client.unit.cosignature_wire import CosignatureAnswer, new_request
from cencomm.client.unit.cosigning import complete_cosigned, give_cosignature, proposed, refuse_cosignature
from cencomm.client.unit.resetting import offer_reset
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.control import ControlKind
from cencomm.forms.operation import OperationPlan
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.bodies import Admit, PhaseBody
from cencomm.ledger.entry import cosign
from cencomm.ledger.kinds import Phase, RevokeReason, Role
from cencomm.ledger.refusal import LedgerRefused
from cencomm.secret import system_entropy
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.people import Person, profile
from tests.scenarios.test_two_officers import break_the_line
from tests.scenarios.test_unit_reset import ask
from tests.scenarios.unit_people import found_together, known


@pytest.fixture
async def operation(carla: Person, ana: Person, plan: OperationPlan) -> OperationId:
    """Founded by Carla and Ana."""
    return await found_together(carla, ana, plan)


async def asked(somebody: Person, operation: OperationId) -> tuple[Request, ...]:
    await catch_up(somebody.mailbox)
    return await waiting_requests(somebody.mailbox.store, known(somebody, operation))


def everything(_known: Operation, _proposal: Proposal) -> bool:
    """Whoever sits at the desk wants it."""
    return True


async def make_coordinator(first: Person, second: Person, third: Person, operation: OperationId) -> bytes:
    """`third` becomes a coordinator as the first two want it; the nonce that it was signed under."""
    letter = await admission.invite(first.mailbox, operation, role=Role.COORDINATOR, profile=profile(third, None))
    await enrolling.enrol(third.mailbox, letter)
    await admission.admit_waiting(first.mailbox, operation, agrees=everything)
    (one,) = await asked(second, operation)
    await give_cosignature(second.mailbox, operation, one.request)
    await catch_up(first.mailbox)
    await catch_up(third.mailbox)
    return one.request.nonce


async def test_a_coordinators_letter_is_not_proposed_by_another_desk_that_was_not_asked(
    carla: Person, ana: Person, eve: Person, operation: OperationId
) -> None:
    """L5. Eve is Ana's own second account; Carla does nothing but her daily `operation admit`."""
    letter = await admission.invite(ana.mailbox, operation, role=Role.COORDINATOR, profile=profile(eve, None))
    await enrolling.enrol(eve.mailbox, letter)
    await catch_up(carla.mailbox)
    shown = []

    def refuses(_known: Operation, proposal: Proposal) -> bool:
        shown.append(proposal.body)
        return False

    _, unasked = await admission.admit_waiting(carla.mailbox, operation)
    _, refused = await admission.admit_waiting(carla.mailbox, operation, agrees=refuses)

    (body,) = shown
    assert isinstance(body, Admit)
    assert (body.role, body.keys.account) == (Role.COORDINATOR, eve.account)
    assert [one.waits for one in (*unasked, *refused)] == [True, True]
    assert not await asked(ana, operation)
    assert not await proposed(carla.mailbox, operation)


async def test_a_coordinators_reset_is_not_proposed_by_another_desk_that_was_not_asked(
    carla: Person, ana: Person, bob: Person, operation: OperationId, server: LoopbackRelay
) -> None:
    """L5. Ana writes the reset letter for Bob, and answers it with keys of her own."""
    await make_coordinator(carla, ana, bob, operation)
    letter = await offer_reset(ana.mailbox, operation, bob.account)
    await ask(server, letter, name="Bob")
    await catch_up(carla.mailbox)

    _, others = await admission.admit_waiting(carla.mailbox, operation)

    assert [(one.keys.account, one.waits) for one in others] == [(bob.account, True)]
    assert not await asked(ana, operation)


async def test_a_coordinator_is_admitted_by_two(
    carla: Person, ana: Person, bob: Person, operation: OperationId
) -> None:
    letter = await admission.invite(carla.mailbox, operation, role=Role.COORDINATOR, profile=profile(bob, None))
    await enrolling.enrol(bob.mailbox, letter)

    admitted, others = await admission.admit_waiting(carla.mailbox, operation, agrees=everything)
    again, _ = await admission.admit_waiting(carla.mailbox, operation, agrees=everything)
    (one,) = await asked(ana, operation)
    await give_cosignature(ana.mailbox, operation, one.request)
    await catch_up(carla.mailbox)
    await catch_up(bob.mailbox)

    assert not admitted
    assert not again
    assert [other.reason for other in others] == ["this waits for the signature of a second coordinator"]
    assert isinstance(one.request.body, Admit)
    assert one.request.content(one.request.body.profile) == profile(bob, None)
    assert known(carla, operation).ledger.members[bob.account].role is Role.COORDINATOR
    unit = find_unit_channel(known(carla, operation))
    assert (operation, unit) in bob.mailbox.sessions
    assert not await asked(ana, operation)
    assert not await proposed(carla.mailbox, operation)


async def test_a_second_coordinator_is_revoked_by_two(
    carla: Person, ana: Person, bob: Person, operation: OperationId
) -> None:
    await make_coordinator(carla, ana, bob, operation)

    asking = await revocation.revoke(carla.mailbox, operation, ana.account, RevokeReason.MISUSE)
    (one,) = await asked(bob, operation)
    await give_cosignature(bob.mailbox, operation, one.request)
    await catch_up(carla.mailbox)

    assert asking is not None
    assert known(carla, operation).ledger.members[ana.account].revoked_at is not None
    with pytest.raises(LedgerRefused):
        await append(carla.mailbox, operation, lambda _: asking.proposal)


async def test_one_refuses_and_another_signs(carla: Person, ana: Person, bob: Person, operation: OperationId) -> None:
    await make_coordinator(carla, ana, bob, operation)
    await revocation.revoke(carla.mailbox, operation, ana.account, RevokeReason.LEFT_THE_POST)
    (one,) = await asked(ana, operation)

    await refuse_cosignature(ana.mailbox, operation, one.request)
    await catch_up(carla.mailbox)
    (seen,) = await asked(bob, operation)
    still = known(carla, operation).ledger.members[ana.account].revoked_at
    await give_cosignature(bob.mailbox, operation, seen.request)
    await catch_up(carla.mailbox)

    assert seen.refused_by == (ana.account,)
    assert still is None
    assert known(carla, operation).ledger.members[ana.account].revoked_at is not None


async def test_nobody_cosigns_what_they_proposed(carla: Person, operation: OperationId) -> None:
    await revocation.revoke(carla.mailbox, operation, carla.account, RevokeReason.LEFT_THE_POST)
    (one,) = await asked(carla, operation)

    with pytest.raises(UsageError, match="another coordinator"):
        await give_cosignature(carla.mailbox, operation, one.request)


async def answer_with(somebody: Person, operation: OperationId, nonce: bytes, signature: bytes) -> None:
    """What a hostile program of `somebody` says."""
    channel = find_unit_channel(known(somebody, operation))
    assert channel is not None
    answer = CosignatureAnswer(nonce=nonce, signature=signature)
    await say(somebody, operation, channel, ControlKind.COSIGNATURE, answer.encode())


async def say(somebody: Person, operation: OperationId, channel: ChannelId, kind: ControlKind, body: bytes) -> None:
    """What a hostile program says. That it arrived ends its posting, though our own program sets it aside too."""
    await post_control(somebody.mailbox, operation, channel, kind, body)
    assert not await resume(somebody.mailbox)


def last_aside(somebody: Person) -> str:
    return somebody.said(Quarantined)[-1].detail


async def test_a_cosignature_for_another_body_is_set_aside_by_name(
    carla: Person, ana: Person, operation: OperationId
) -> None:
    await revocation.revoke(carla.mailbox, operation, ana.account, RevokeReason.MISUSE)
    (one,) = await asked(ana, operation)
    other = cosign(ana.mailbox.identity.signing_key, operation, PhaseBody(phase=Phase.TEST), one.request.nonce)

    await answer_with(ana, operation, one.request.nonce, other.signature)
    await catch_up(carla.mailbox)

    assert "signature" in last_aside(carla)
    assert known(carla, operation).ledger.members[ana.account].revoked_at is None
    assert len(await proposed(carla.mailbox, operation)) == 1


async def test_the_proposers_own_second_signature_is_set_aside(
    carla: Person, ana: Person, operation: OperationId
) -> None:
    await revocation.revoke(carla.mailbox, operation, ana.account, RevokeReason.MISUSE)
    (one,) = await asked(carla, operation)
    own = cosign(carla.mailbox.identity.signing_key, operation, one.request.body, one.request.nonce)

    await answer_with(carla, operation, one.request.nonce, own.signature)
    await catch_up(ana.mailbox)

    assert "another coordinator than the proposer" in last_aside(ana)
    with pytest.raises(LedgerRefused, match="another coordinator"):
        await append(carla.mailbox, operation, lambda _: Proposal(body=one.request.body), cosignatures=(own,))


async def test_a_nonce_counts_once(carla: Person, ana: Person, bob: Person, operation: OperationId) -> None:
    """The request for another body comes under the nonce of an act that was carried out."""
    nonce = await make_coordinator(carla, ana, bob, operation)
    body = coordination.revoke(
        known(carla, operation), bob.account, reason=RevokeReason.MISUSE, entropy=system_entropy
    ).body
    channel = find_unit_channel(known(carla, operation))
    assert channel is not None
    again = new_request(nonce, body, ())

    await say(carla, operation, channel, ControlKind.COSIGNATURE_REQUEST, again.encode())
    await catch_up(ana.mailbox)

    assert "nonce" in last_aside(ana)
    assert not await asked(ana, operation)


async def test_the_signature_of_a_coordinator_who_was_revoked_meanwhile_serves_nobody(
    carla: Person, ana: Person, bob: Person, operation: OperationId
) -> None:
    await make_coordinator(carla, ana, bob, operation)
    await revocation.revoke(carla.mailbox, operation, bob.account, RevokeReason.MISUSE)
    (about_bob,) = await asked(ana, operation)
    await give_cosignature(ana.mailbox, operation, about_bob.request)
    await revocation.revoke(bob.mailbox, operation, ana.account, RevokeReason.MISUSE)
    (about_ana,) = [one for one in await asked(bob, operation) if one.proposer == bob.account]
    await append_cosigned(bob, carla, operation, about_ana)

    await sync_channel(carla.mailbox, operation, unit_of(carla, operation))
    done = await complete_cosigned(carla.mailbox, operation)

    assert not done
    assert known(carla, operation).ledger.members[ana.account].revoked_at is not None
    assert known(carla, operation).ledger.members[bob.account].revoked_at is None


async def append_cosigned(proposer: Person, second: Person, operation: OperationId, one: Request) -> None:
    """`second` signs on paper, as it were, and the proposer's program puts it into the ledger."""
    (asking,) = await proposed(proposer.mailbox, operation)
    signed = cosign(second.mailbox.identity.signing_key, operation, one.request.body, one.request.nonce)
    await append(proposer.mailbox, operation, lambda _: asking.proposal, cosignatures=(signed,))


async def test_what_has_become_stale_is_dropped_and_said(
    carla: Person, ana: Person, bob: Person, operation: OperationId
) -> None:
    """Both revocations begin content key 2: the second one is to be proposed anew."""
    await make_coordinator(carla, ana, bob, operation)
    await revocation.revoke(carla.mailbox, operation, bob.account, RevokeReason.MISUSE)
    await revocation.revoke(carla.mailbox, operation, bob.account, RevokeReason.LEFT_THE_POST)
    for one in await asked(ana, operation):
        await give_cosignature(ana.mailbox, operation, one.request)

    await sync_channel(carla.mailbox, operation, unit_of(carla, operation))
    done = await complete_cosigned(carla.mailbox, operation)

    assert sorted(one.refusal is None for one in done) == [False, True]
    assert not await proposed(carla.mailbox, operation)


def unit_of(somebody: Person, operation: OperationId) -> ChannelId:
    channel = find_unit_channel(known(somebody, operation))
    assert channel is not None
    return channel


async def test_an_officer_asks_for_no_signature(
    carla: Person, ana: Person, bob: Person, operation: OperationId
) -> None:
    """A request in a channel that others read counts for nothing, whoever says it."""
    letter = await admission.invite(carla.mailbox, operation, role=Role.OFFICER, profile=profile(bob, "KE"))
    await enrolling.enrol(bob.mailbox, letter)
    await admission.admit_waiting(carla.mailbox, operation)
    await catch_up(bob.mailbox)
    (main,) = bob.mailbox.entitled_channels(operation)
    request = new_request(bytes(16), PhaseBody(phase=Phase.CLOSED), ())

    await say(bob, operation, main, ControlKind.COSIGNATURE_REQUEST, request.encode())
    await catch_up(ana.mailbox)

    assert last_aside(ana) == "said outside the unit's channel"
    assert not await asked(ana, operation)


async def test_what_the_policy_lists_takes_two_and_one_answer_of_the_relay_may_be_lost(
    carla: Person, ana: Person, plan: OperationPlan, server: LoopbackRelay
) -> None:
    listed = replace(plan, policy=replace(plan.policy, two_signatures=("phase",)), phases=plan.phases[:1])
    operation = await found_together(carla, ana, listed)
    assert await declaring.change_phase(carla.mailbox, operation, Phase.TEST) is not None
    (one,) = await asked(ana, operation)
    await give_cosignature(ana.mailbox, operation, one.request)

    async def lose_the_answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        appended = request.method == "POST" and request.path.endswith("/ledger")
        return await break_the_line(request) if appended else response

    server.meddle = lose_the_answer
    with pytest.raises(NoAnswer):
        await catch_up(carla.mailbox)
    server.meddle = None
    await catch_up(carla.mailbox)

    assert known(carla, operation).ledger.phase is Phase.TEST
    assert not await proposed(carla.mailbox, operation)
