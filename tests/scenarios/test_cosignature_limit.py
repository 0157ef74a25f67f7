"""A coordinator asks for second signatures as often as the work needs, and floods nobody with them (L5)."""

from dataclasses import replace

import pytest

from cencomm.client.channel.posting import post_control, resume
from cencomm.client.events import ControlDelivered, Quarantined
from cencomm.client.operation.unit import find_unit_channel
from cencomm.client.unit import revocation
from cencomm.client.unit.cosignature_requests import (
    MAX_REQUESTS,
    take_answer,
    take_cosignature_request,
    waiting_requests,
)
from cencomm.client.unit.cosignature_wire import CosignatureAnswer, new_request
from cencomm.client.unit.cosigning import proposed
from cencomm.client.vault.state_store import Writes
from cencomm.errors import MalformedError, UsageError
from cencomm.forms.control import ControlKind
from cencomm.forms.operation import OperationPlan
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.bodies import PhaseBody
from cencomm.ledger.kinds import Phase, RevokeReason
from cencomm.ledger.refusal import LedgerRefused
from cencomm.ledger.spent import spend
from tests.fakes.memory_store import MemoryStore
from tests.scenarios.people import Person
from tests.scenarios.test_unit_cosignatures import asked
from tests.scenarios.unit_people import found_together, known

BODY = PhaseBody(phase=Phase.TEST)


@pytest.fixture
async def operation(carla: Person, ana: Person, plan: OperationPlan) -> OperationId:
    return await found_together(carla, ana, plan)


@pytest.fixture
async def heard(carla: Person, ana: Person, operation: OperationId) -> ControlDelivered:
    """A request of Carla's, as Ana's program heard it."""
    await revocation.revoke(carla.mailbox, operation, ana.account, RevokeReason.NOT_SAID)
    await asked(ana, operation)
    said = [one for one in ana.said(ControlDelivered) if one.control.kind == ControlKind.COSIGNATURE_REQUEST]
    return said[-1]


def nonce(number: int) -> bytes:
    return number.to_bytes(4, "big") * 4


class Listener:
    """A coordinator's mailbox that hears what is said in the unit's channel, and nothing else of a mailbox."""

    def __init__(self, somebody: Person, operation: OperationId, heard: ControlDelivered) -> None:
        self.operation, self.heard, self.store = known(somebody, operation), heard, MemoryStore()

    async def request(self, number: int) -> None:
        body = new_request(nonce(number), BODY, ()).encode()
        event = replace(self.heard, control=replace(self.heard.control, body=body))
        await self._keep(await take_cosignature_request(self.store, self.operation, event))

    async def refusal(self, number: int, by: AccountId) -> None:
        body = CosignatureAnswer(nonce=nonce(number), signature=None).encode()
        event = replace(self.heard, account=by, control=replace(self.heard.control, body=body))
        await self._keep(await take_answer(self.store, self.operation, event))

    async def _keep(self, writes: Writes) -> None:
        await self.store.apply(writes, expected_version=await self.store.version())

    async def waiting(self) -> int:
        return len(await waiting_requests(self.store, self.operation))


async def test_only_requests_that_somebody_has_still_to_decide_about_count_against_the_limit(
    carla: Person, ana: Person, operation: OperationId, heard: ControlDelivered
) -> None:
    listener = Listener(ana, operation, heard)
    for number in range(MAX_REQUESTS):
        await listener.request(number)

    with pytest.raises(MalformedError, match="wait"):
        await listener.request(MAX_REQUESTS)
    await listener.refusal(0, by=carla.account)  # by the proposer: withdrawn
    await listener.request(MAX_REQUESTS)
    with pytest.raises(MalformedError, match="wait"):
        await listener.request(MAX_REQUESTS + 1)
    await listener.refusal(1, by=ana.account)
    await listener.request(MAX_REQUESTS + 1)

    assert await listener.waiting() == MAX_REQUESTS + 1  # the refused one is shown until it is withdrawn


async def test_what_the_ledger_has_carried_out_is_forgotten_with_its_answers(
    ana: Person, operation: OperationId, heard: ControlDelivered
) -> None:
    listener = Listener(ana, operation, heard)
    await listener.request(0)
    await listener.refusal(0, by=ana.account)
    ledger = listener.operation.ledger
    spent = replace(ledger, spent=spend(ledger.spent, "L5", [nonce(0)]))
    listener.operation = replace(listener.operation, ledger=spent)

    await listener.request(1)

    held = [key for key in listener.store.values if nonce(0).hex() in key]
    assert not held


async def test_the_digits_of_a_request_that_was_withdrawn_never_name_another_one(
    carla: Person, ana: Person, operation: OperationId, heard: ControlDelivered
) -> None:
    """Else its proposer could change what is signed between `pending` and `cosign`."""
    listener = Listener(ana, operation, heard)
    await listener.request(7)
    await listener.refusal(7, by=carla.account)

    with pytest.raises(LedgerRefused, match="used before"):
        await listener.request(7)

    assert not await listener.waiting()


async def test_a_request_of_ours_that_our_own_program_sets_aside_is_said_once(
    carla: Person, operation: OperationId, heard: ControlDelivered
) -> None:
    channel = find_unit_channel(known(carla, operation))
    assert channel is not None

    await post_control(carla.mailbox, operation, channel, ControlKind.COSIGNATURE_REQUEST, heard.control.body)

    assert "used before" in carla.said(Quarantined)[-1].detail
    assert not await resume(carla.mailbox)


async def test_who_asks_too_much_is_told_what_to_withdraw_before_anything_is_said(
    carla: Person, ana: Person, operation: OperationId, heard: ControlDelivered
) -> None:
    listener = Listener(carla, operation, heard)
    for number in range(MAX_REQUESTS - 1):  # `heard` is one, too
        await listener.request(number)
    await carla.mailbox.write(listener.store.values)
    before = await proposed(carla.mailbox, operation)

    with pytest.raises(UsageError, match="withdraw some first"):
        await revocation.revoke(carla.mailbox, operation, ana.account, RevokeReason.NOT_SAID)

    assert await proposed(carla.mailbox, operation) == before
