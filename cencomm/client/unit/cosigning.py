"""Second signatures (rule L5): asked for in the unit's channel, given by a person, added by the proposer's program.

    proposer: Proposal kept here --request--> another coordinator sees in words what it does, and signs or not
    proposer: <--answer-- judged against the body that was proposed; entry signed on the ledger as it is then

An answer is worth what it verifies to. Whether the act still fits is the ledger's question when the entry is made:
what has become stale in between is dropped, and said.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.client.channel.enactment import enact_everywhere
from cencomm.client.channel.posting import post_control
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.operation.proposal import Proposal, read_proposal
from cencomm.client.operation.unit import is_coordinator
from cencomm.client.unit.appending import Propose, append
from cencomm.client.unit.cosignature_requests import (
    MAX_REQUESTS,
    answers_to,
    counts,
    kept_request,
    waiting_requests,
)
from cencomm.client.unit.cosignature_wire import CosignatureAnswer, CosignatureRequest, new_request
from cencomm.client.unit.unit_channel import unit_channel
from cencomm.errors import UsageError
from cencomm.forms.control import ControlKind
from cencomm.ids import OperationId
from cencomm.ledger.entry import COSIGNATURE_NONCE_BYTES, Cosignature, cosign, verify_cosignature
from cencomm.ledger.refusal import LedgerRefused
from cencomm.primitives.signatures import BadSignature

PREFIX = "proposal/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An act that waits for a second signature."""

    nonce: bytes
    proposal: Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A proposal of ours that needs nothing more. `refusal`: the ledger did not take it any more, and why."""

    proposal: Proposal
    refusal: str | None


async def ask_for_cosignature(mailbox: Mailbox, operation: OperationId, proposal: Proposal) -> Asked:
    """The proposal is kept here, and every coordinator's program has the request.

    Raises:
        UsageError: as many of ours as others keep wait already: they would set this one aside, and it would never be
            signed.
    """
    known = mailbox.operation(operation)
    waiting = [one for one in await waiting_requests(mailbox.store, known) if counts(known, one)]
    if sum(one.proposer == mailbox.identity.account for one in waiting) >= MAX_REQUESTS:
        raise UsageError(
            f"{MAX_REQUESTS} of your proposals wait for a second signature: withdraw some first (cencomm operation "
            "pending, cosign --refuse)"
        )
    channel = await unit_channel(mailbox, operation)
    nonce = mailbox.environment.entropy(COSIGNATURE_NONCE_BYTES)
    async with mailbox.lock:
        await mailbox.write({_prefix(operation) + nonce.hex(): proposal.encode()})
    request = new_request(nonce, proposal.body, proposal.blobs)
    await post_control(mailbox, operation, channel, ControlKind.COSIGNATURE_REQUEST, request.encode())
    return Asked(nonce=nonce, proposal=proposal)


async def proposed(mailbox: Mailbox, operation: OperationId) -> tuple[Asked, ...]:
    """Our own proposals that are not in the ledger yet."""
    start = _prefix(operation)
    return tuple(
        Asked(nonce=bytes.fromhex(key.removeprefix(start)), proposal=codec.decode(value, read_proposal))
        for key, value in await mailbox.store.scan(start)
    )


async def give_cosignature(mailbox: Mailbox, operation: OperationId, request: CosignatureRequest) -> None:
    """Sign what was shown. The proposer's program puts it into the ledger.

    Raises:
        UsageError: our own proposal: the second signature is somebody else's.
        LedgerRefused: the ledger would not take the act as it stands now: there is nothing to sign.
    """
    known = await sync_operation(mailbox, operation)
    kept = await kept_request(mailbox.store, operation, request.nonce)
    if kept is None or kept.request != request:
        raise UsageError("this request is not here any more: look at the list again")
    if kept.proposer == mailbox.identity.account:
        raise UsageError("you proposed this yourself: the second signature comes from another coordinator")
    if request.nonce in known.ledger.spent:
        raise LedgerRefused("L5", "this request has been dealt with already")
    signed = cosign(mailbox.identity.signing_key, operation, request.body, request.nonce)
    await _answer(mailbox, operation, CosignatureAnswer(nonce=request.nonce, signature=signed.signature))


async def refuse_cosignature(mailbox: Mailbox, operation: OperationId, request: CosignatureRequest) -> None:
    """Tell the unit that we will not sign. Another coordinator still may."""
    await _answer(mailbox, operation, CosignatureAnswer(nonce=request.nonce, signature=None))


async def complete_cosigned(mailbox: Mailbox, operation: OperationId) -> tuple[Completed, ...]:
    """Put into the ledger whatever of ours has its second signature, and carry it out.

    Raises:
        Unavailable: not now; everything is kept.
    """
    done = []
    for one in await proposed(mailbox, operation):
        ledger = (await sync_operation(mailbox, operation)).ledger
        signed = await _cosignature(mailbox, operation, one)
        refusal = None
        if one.nonce not in ledger.spent:  # else an earlier answer of the relay was lost
            if signed is None:
                continue
            try:
                await append(mailbox, operation, _as_it_is(one.proposal), cosignatures=(signed,))
            except LedgerRefused as refused:
                refusal = str(refused)
        await withdraw_proposal(mailbox, operation, one.nonce)
        done.append(Completed(proposal=one.proposal, refusal=refusal))
    if any(one.refusal is None for one in done):
        await enact_everywhere(mailbox, operation)
    return tuple(done)


def _as_it_is(proposal: Proposal) -> Propose:
    """What was cosigned is not made anew: another body would need another signature."""
    return lambda _: proposal


async def withdraw_proposal(mailbox: Mailbox, operation: OperationId, nonce: bytes) -> None:
    """Our proposal is forgotten here; a second signature that still comes serves nobody."""
    async with mailbox.lock:
        await mailbox.write({_prefix(operation) + nonce.hex(): None})


async def _answer(mailbox: Mailbox, operation: OperationId, answer: CosignatureAnswer) -> None:
    channel = await unit_channel(mailbox, operation)
    await post_control(mailbox, operation, channel, ControlKind.COSIGNATURE, answer.encode())


async def _cosignature(mailbox: Mailbox, operation: OperationId, asked: Asked) -> Cosignature | None:
    """A second signature for exactly this proposal, by somebody who is a coordinator now."""
    known = mailbox.operation(operation)
    for account, answer in await answers_to(mailbox.store, operation, asked.nonce):
        if answer.signature is None or not is_coordinator(known, account):
            continue
        signed = Cosignature(known.member(account).identity_key, asked.nonce, answer.signature)
        try:
            verify_cosignature(signed, operation, asked.proposal.body)
        except BadSignature:
            continue  # given under keys that were replaced since
        return signed
    return None


def _prefix(operation: OperationId) -> str:
    return f"{PREFIX}{operation.hex()}/"
