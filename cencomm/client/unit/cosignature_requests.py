"""Requests for second signatures, and the answers to them, as each coordinator's mailbox keeps them (rule L5)."""

from dataclasses import dataclass, replace

from cencomm import codec
from cencomm.client.events import ControlDelivered
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.unit import NotTheUnits, is_coordinator, judge_unit
from cencomm.client.unit.cosignature_wire import (
    CosignatureAnswer,
    CosignatureRequest,
    decode_answer,
    decode_request,
)
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.errors import MalformedError
from cencomm.ids import ACCOUNT_ID_BYTES, AccountId, OperationId
from cencomm.ledger.entry import Cosignature, verify_cosignature
from cencomm.ledger.refusal import LedgerRefused

REQUEST_PREFIX, ANSWER_PREFIX = "cosignature-request/", "cosignature/"
MAX_REQUESTS = 100  # of one coordinator that wait; beyond, what a program floods with is set aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as this mailbox holds it, and who of the unit refused it."""

    proposer: AccountId
    asked_at: int
    request: CosignatureRequest
    refused_by: tuple[AccountId, ...] = ()


async def waiting_requests(store: StateStore, operation: Operation) -> tuple[Request, ...]:
    """Requests that nobody has cosigned yet and that could still be, the oldest first, whoever proposed them."""
    found = []
    for _, value in await store.scan(_prefix(REQUEST_PREFIX, operation.id)):
        one = codec.decode(value, _read_kept)
        if one.request.nonce in operation.ledger.spent or not is_coordinator(operation, one.proposer):
            continue
        answers = await answers_to(store, operation.id, one.request.nonce)
        if not any(answer.signature is not None for _, answer in answers):
            found.append(replace(one, refused_by=tuple(account for account, _ in answers)))
    return tuple(sorted(found, key=lambda one: (one.asked_at, one.request.nonce)))


async def take_cosignature_request(store: StateStore, operation: Operation, event: ControlDelivered) -> Writes:
    """Keep a request of a coordinator.

    Raises:
        NotTheUnits: not said by a coordinator in the unit's channel.
        MalformedError: not a request.
        LedgerRefused: its nonce counts for something else already (L5).
    """
    judge_unit(operation, event)
    request = decode_request(event.control.body)
    if request.nonce in operation.ledger.spent or await kept_request(store, operation.id, request.nonce) is not None:
        raise LedgerRefused("L5", "the nonce of this request was used before")
    waiting = [codec.decode(value, _read_kept) for _, value in await store.scan(_prefix(REQUEST_PREFIX, operation.id))]
    if sum(one.proposer == event.account for one in waiting) >= MAX_REQUESTS:
        raise MalformedError(f"more than {MAX_REQUESTS} requests of one coordinator")
    kept = event.account + codec.uint(event.control.written_at, 8) + codec.opaque(event.control.body)
    return {_key(REQUEST_PREFIX, operation.id, request.nonce): kept}


async def take_answer(store: StateStore, operation: Operation, event: ControlDelivered) -> Writes:
    """Keep a coordinator's answer to a request that we hold.

    Raises:
        NotTheUnits: not said by a coordinator in the unit's channel, or by the proposer.
        MalformedError: not an answer.
        BadSignature: a signature for another body, operation or nonce, or of somebody else (L5).
    """
    judge_unit(operation, event)
    answer = decode_answer(event.control.body)
    kept = await kept_request(store, operation.id, answer.nonce)
    if kept is None:
        return {}  # asked before we came to the channel
    if kept.proposer == event.account and answer.signature is None:
        return {_key(REQUEST_PREFIX, operation.id, answer.nonce): None}  # withdrawn
    if kept.proposer == event.account:
        raise NotTheUnits("the second signature comes from another coordinator than the proposer")
    if answer.signature is not None:
        signed = Cosignature(event.identity_key, answer.nonce, answer.signature)
        verify_cosignature(signed, operation.id, kept.request.body)
    return {_key(ANSWER_PREFIX, operation.id, answer.nonce) + f"/{event.account.hex()}": answer.encode()}


async def answers_to(
    store: StateStore, operation: OperationId, nonce: bytes
) -> list[tuple[AccountId, CosignatureAnswer]]:
    """Who answered it, and what; each was verified when it came."""
    start = _key(ANSWER_PREFIX, operation, nonce) + "/"
    return [
        (AccountId(bytes.fromhex(key.removeprefix(start))), decode_answer(value))
        for key, value in await store.scan(start)
    ]


async def kept_request(store: StateStore, operation: OperationId, nonce: bytes) -> Request | None:
    """The request under that nonce, if this mailbox heard of it."""
    value = await store.get(_key(REQUEST_PREFIX, operation, nonce))
    return None if value is None else codec.decode(value, _read_kept)


def _read_kept(reader: codec.Reader) -> Request:
    proposer, asked_at = AccountId(reader.fixed(ACCOUNT_ID_BYTES)), reader.uint(8)
    return Request(proposer=proposer, asked_at=asked_at, request=decode_request(reader.opaque()))


def _prefix(kind: str, operation: OperationId) -> str:
    return f"{kind}{operation.hex()}/"


def _key(kind: str, operation: OperationId, nonce: bytes) -> str:
    return _prefix(kind, operation) + nonce.hex()
