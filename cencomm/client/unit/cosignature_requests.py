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
from cencomm.ids import ACCOUNT_ID_BYTES, AccountId, OperationId, short
from cencomm.ledger.entry import Cosignature, verify_cosignature
from cencomm.ledger.refusal import LedgerRefused

REQUEST_PREFIX, ANSWER_PREFIX = "cosignature-request/", "cosignature/"
NAMED_PREFIX = "cosignature-named/"
MAX_REQUESTS = 100  # of one coordinator that wait; beyond, what a program floods with is set aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as this mailbox holds it, and who of the unit refused it."""

    proposer: AccountId
    asked_at: int
    request: CosignatureRequest
    refused_by: tuple[AccountId, ...] = ()

    @property
    def digits(self) -> str:
        """What people call it by. In one mailbox it never becomes the name of another request."""
        return _digits(self.request.nonce)


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


def counts(operation: Operation, one: Request) -> bool:
    """Whether a waiting request takes one of its proposer's MAX_REQUESTS: somebody has still to decide about it."""
    others = {member.account for member in operation.ledger.members.values()} - {one.proposer}
    return any(is_coordinator(operation, account) for account in others.difference(one.refused_by))


async def take_cosignature_request(store: StateStore, operation: Operation, event: ControlDelivered) -> Writes:
    """Keep a request of a coordinator, and forget those that the ledger has carried out.

    Raises:
        NotTheUnits: not said by a coordinator in the unit's channel.
        MalformedError: not a request, or one too many of this coordinator that wait.
        LedgerRefused: its nonce counts for something else already (L5), or begins like one that was heard before, so
            that who means the one that was shown would sign the other.
    """
    judge_unit(operation, event)
    request = decode_request(event.control.body)
    named = _prefix(NAMED_PREFIX, operation.id) + _digits(request.nonce)
    if request.nonce in operation.ledger.spent or await store.get(named) is not None:
        raise LedgerRefused("L5", "the nonce of this request was used before")
    waiting = [one for one in await waiting_requests(store, operation) if one.proposer == event.account]
    if sum(counts(operation, one) for one in waiting) >= MAX_REQUESTS:
        raise MalformedError(f"more than {MAX_REQUESTS} requests of one coordinator wait")
    kept = event.account + codec.uint(event.control.written_at, 8) + codec.opaque(event.control.body)
    done = await _forget_spent(store, operation)
    return {**done, _key(REQUEST_PREFIX, operation.id, request.nonce): kept, named: request.nonce}


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
        return await _forget(store, operation.id, answer.nonce)  # withdrawn
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


async def _forget_spent(store: StateStore, operation: Operation) -> dict[str, bytes | None]:
    start = _prefix(REQUEST_PREFIX, operation.id)
    nonces = [bytes.fromhex(key.removeprefix(start)) for key, _ in await store.scan(start)]
    gone = dict[str, bytes | None]()
    for nonce in nonces:
        if nonce in operation.ledger.spent:
            gone |= await _forget(store, operation.id, nonce)
    return gone


async def _forget(store: StateStore, operation: OperationId, nonce: bytes) -> dict[str, bytes | None]:
    """The request and what was answered to it go; that its digits were heard stays."""
    answers = await store.scan(_key(ANSWER_PREFIX, operation, nonce) + "/")
    return {_key(REQUEST_PREFIX, operation, nonce): None, **{key: None for key, _ in answers}}


def _read_kept(reader: codec.Reader) -> Request:
    proposer, asked_at = AccountId(reader.fixed(ACCOUNT_ID_BYTES)), reader.uint(8)
    return Request(proposer=proposer, asked_at=asked_at, request=decode_request(reader.opaque()))


def _prefix(kind: str, operation: OperationId) -> str:
    return f"{kind}{operation.hex()}/"


def _digits(nonce: bytes) -> str:
    return short(nonce)


def _key(kind: str, operation: OperationId, nonce: bytes) -> str:
    return _prefix(kind, operation) + nonce.hex()
