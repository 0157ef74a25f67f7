"""What a coordinator does: found an operation, invite, admit, revoke, open channels, publish forms, change the phase.

Each act is one signed entry (coordination.py), sent by compare-and-swap: if another coordinator was first, the ledger
is read again and the act is decided anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cencomm.client import coordination
from cencomm.client.channel import ChannelSession
from cencomm.client.coordination import Decision, Invitation, decode_invitation
from cencomm.client.enactment import enact_everywhere, found_channel, staged_commit
from cencomm.client.ledger_feed import follow_ledger
from cencomm.client.log_feed import follow_log
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import Operation, content_key_writes
from cencomm.client.operation import prefix as operation_prefix
from cencomm.client.pins import first_pin
from cencomm.client.relay_errors import LedgerMoved, Refusal
from cencomm.errors import MalformedError, ProtocolError, Unavailable
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.ledger.bodies import Policy
from cencomm.ledger.enrolment import (
    EnrolmentCode,
    EnrolmentRequest,
    Keys,
    WrongCode,
    decode_request,
    request_enrolment,
    verify_request,
)
from cencomm.ledger.kinds import ChannelKind, Phase, RevokeReason, Role
from cencomm.ledger.letter import AccessLetter
from cencomm.primitives.signatures import BadSignature
from cencomm.wire.enrolments import Enrol
from cencomm.wire.operations import AppendEntry, CreateOperation

MAX_TRIES = 8  # of an act that other coordinators overtake

Decide = Callable[[Operation], Decision]


@dataclass(frozen=True, slots=True)
class Admission:
    """An enrolment that became a membership, and the place that it fills."""

    account: AccountId
    role: Role
    profile: bytes
    post: str


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """An enrolment that was not signed, and why. Nothing in it is verified."""

    request: EnrolmentRequest
    reason: str

    @property
    def keys(self) -> Keys:
        return self.request.keys


async def found_operation(mailbox: Mailbox, *, plan: bytes, profile: bytes, policy: Policy) -> OperationId:
    """A new operation with ourselves as its first coordinator."""
    about = await mailbox.relay.about()
    decision = coordination.found_operation(
        mailbox.identity,
        plan=plan,
        profile=profile,
        relay_key=about.receipt_key,
        relay_name=about.name,
        policy=policy,
        now=mailbox.environment.clock(),
        entropy=mailbox.environment.entropy,
    )
    async with mailbox.lock:
        request = CreateOperation(entry=decision.entry.encode(), wraps=decision.wraps, blobs=decision.blobs)
        await mailbox.relay.create_operation(request)
        operation = decision.operation
        at = operation_prefix(operation.id)
        await mailbox.write(
            {f"{at}entry/{0:08d}": decision.entry.encode(), **_secret_writes(operation)}, operation=operation
        )
        await follow_ledger(mailbox, operation.id)
        return operation.id


async def open_channel(
    mailbox: Mailbox,
    operation: OperationId,
    *,
    kind: ChannelKind,
    title: bytes,
    roles: Sequence[Role] = (),
    accounts: Sequence[AccountId] = (),
) -> ChannelId:
    """A channel with its group: the entry travels with the first Commit, so that it is never there without one (L8)."""
    async with mailbox.lock:
        for _ in range(MAX_TRIES):
            known = await follow_ledger(mailbox, operation)
            decision = coordination.declare_channel(
                known,
                mailbox.identity,
                kind=kind,
                title=title,
                roles=roles,
                accounts=accounts,
                now=mailbox.environment.clock(),
                entropy=mailbox.environment.entropy,
            )
            ledger = decision.operation.ledger
            (channel,) = ledger.channels.keys() - known.ledger.channels.keys()
            session = found_channel(mailbox, operation, channel, ledger)
            await mailbox.write({}, session=session)
            try:
                await mailbox.relay.append(operation, _append(decision, session))
            except LedgerMoved:
                await mailbox.forget_session(session)
                continue
            except Refusal:
                await mailbox.forget_session(session)
                raise
            await follow_ledger(mailbox, operation)
            await follow_log(mailbox, operation, channel)
            return channel
    raise _overtaken()


async def invite(
    mailbox: Mailbox, operation: OperationId, *, role: Role, profile: bytes, post: str = ""
) -> AccessLetter:
    """A place in the operation and the letter for whoever is to fill it. The code stays in this mailbox."""
    entropy = mailbox.environment.entropy
    invitation = Invitation(code=EnrolmentCode.generate(entropy), role=role, profile=profile, post=post)
    async with mailbox.lock:
        await mailbox.write({_invitation_prefix(operation) + entropy(8).hex(): invitation.encode()})
    return AccessLetter(mailbox.relay.address, operation, invitation.code)


async def enrol(mailbox: Mailbox, letter: AccessLetter) -> None:
    """Ask to be admitted, as the letter's addressee. From now on `catch_up` looks whether the unit has admitted us."""
    identity = mailbox.identity
    async with mailbox.lock:
        if letter.operation not in mailbox.pins:
            await mailbox.write({}, pin=first_pin(letter.operation))
    request = request_enrolment(
        letter.operation,
        identity.account,
        identity.signing_key,
        identity.exchange_key.public_key(),
        letter.code,
    )
    await mailbox.relay.enrol(letter.operation, Enrol(request=request.encode()))


async def admit_waiting(mailbox: Mailbox, operation: OperationId) -> tuple[list[Admission], list[NotAdmitted]]:
    """Admit everybody whose request was made with the code of one of our letters (D7), and add them to our channels.

    The entries go first and alone, then one Commit in each channel adds all of them: a relay gives out key packages
    only of those whom the ledger admits.

    Returns:
        Who was admitted, and who was not, each with the reason: a mistyped code, another coordinator's letter, keys
        that were swapped on the way or that no ledger takes. Those are not signed, and keep nobody else out.
    """
    admitted, others = [], []
    answer = await mailbox.relay.enrolments(operation)
    for data in answer.requests:
        try:
            request = decode_request(data)
        except MalformedError:
            continue  # nobody is named in it
        try:
            admitted.append(await _admit_one(mailbox, operation, request))
        except ProtocolError as refused:
            others.append(NotAdmitted(request, str(refused)))
    await enact_everywhere(mailbox, operation)
    return admitted, others


async def _admit_one(mailbox: Mailbox, operation: OperationId, request: EnrolmentRequest) -> Admission:
    """Raises ProtocolError: not a request that we may sign."""
    if request.operation != operation:
        raise WrongCode
    key, invitation = await _invitation_for(mailbox, operation, request)
    async with mailbox.lock:
        # Before the entry leaves: should its answer be lost, the same person may try again, and nobody else.
        await mailbox.write({_spent_key(key): request.keys.identity_key})
        member = (await follow_ledger(mailbox, operation)).ledger.identities.get(request.keys.identity_key)
    if member is None:
        await _admit(mailbox, operation, request, invitation)
    async with mailbox.lock:
        await mailbox.write({key: None, _spent_key(key): None})  # a code serves once
    return Admission(request.keys.account, invitation.role, invitation.profile, invitation.post)


async def _invitation_for(
    mailbox: Mailbox, operation: OperationId, request: EnrolmentRequest
) -> tuple[str, Invitation]:
    """Our letter with whose code the request was made, unless it was used to admit somebody else.

    Raises:
        WrongCode: there is none.
        BadPublicKey: there is, and nothing can be sealed to the exchange key of whoever asks.
    """
    for key, value in await mailbox.store.scan(_invitation_prefix(operation)):
        invitation = decode_invitation(value)
        try:
            verify_request(request, invitation.code)
        except (WrongCode, BadSignature):
            continue
        if await mailbox.store.get(_spent_key(key)) in {None, request.keys.identity_key}:
            return key, invitation
    raise WrongCode


async def _admit(mailbox: Mailbox, operation: OperationId, request: EnrolmentRequest, invitation: Invitation) -> None:
    environment = mailbox.environment

    def decide(known: Operation) -> Decision:
        return coordination.admit(
            known, mailbox.identity, request, invitation, now=environment.clock(), entropy=environment.entropy
        )

    await _act(mailbox, operation, decide)


async def revoke(mailbox: Mailbox, operation: OperationId, account: AccountId, reason: RevokeReason) -> None:
    """End a membership. The entry goes alone and first; the relay stops the account at once (L3, C4).

    Then we carry it out in our channels; in others whoever is in them does.
    """
    environment = mailbox.environment

    def decide(known: Operation) -> Decision:
        return coordination.revoke(
            known, mailbox.identity, account, reason=reason, now=environment.clock(), entropy=environment.entropy
        )

    await _act(mailbox, operation, decide)
    await enact_everywhere(mailbox, operation)


async def publish_form(mailbox: Mailbox, operation: OperationId, definition: bytes, *, version: int) -> None:
    environment = mailbox.environment

    def decide(known: Operation) -> Decision:
        return coordination.publish_form(
            known,
            mailbox.identity,
            definition,
            version=version,
            now=environment.clock(),
            entropy=environment.entropy,
        )

    await _act(mailbox, operation, decide)


async def change_phase(mailbox: Mailbox, operation: OperationId, phase: Phase) -> None:
    await _act(
        mailbox,
        operation,
        lambda known: coordination.change_phase(known, mailbox.identity, phase, now=mailbox.environment.clock()),
    )


async def _act(mailbox: Mailbox, operation: OperationId, decide: Decide) -> None:
    async with mailbox.lock:
        for _ in range(MAX_TRIES):
            decision = decide(await follow_ledger(mailbox, operation))
            try:
                await mailbox.relay.append(operation, _append(decision, None))
            except LedgerMoved:
                continue
            await follow_ledger(mailbox, operation)
            return
    raise _overtaken()


def _append(decision: Decision, session: ChannelSession | None) -> AppendEntry:
    return AppendEntry(
        entry=decision.entry.encode(),
        wraps=decision.wraps,
        blobs=decision.blobs,
        commit=None if session is None else staged_commit(session),
    )


def _secret_writes(operation: Operation) -> dict[str, bytes | None]:
    """The content key that we made; names come back from the relay like everybody's."""
    writes: dict[str, bytes | None] = {}
    for key in operation.content_keys.values():
        writes |= content_key_writes(operation.id, key)
    return writes


def _invitation_prefix(operation: OperationId) -> str:
    return f"invitation/{operation.hex()}/"


def _spent_key(invitation: str) -> str:
    """Where the store says for whose identity key a code was used, from before the entry left."""
    return "spent-" + invitation


def _overtaken() -> Unavailable:
    return Unavailable(f"other coordinators were faster {MAX_TRIES} times in a row: try again")
