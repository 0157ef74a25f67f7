"""Inviting by letter, and admitting whoever comes with its code (rule D7)."""

from dataclasses import dataclass

from cencomm import codec
from cencomm.client.channel.enactment import enact_everywhere
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import coordination
from cencomm.client.operation.invitation import Invitation, decode_invitation
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.unit.act import act
from cencomm.errors import MalformedError, ProtocolError
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.enrolment import (
    EnrolmentCode,
    EnrolmentRequest,
    Keys,
    WrongCode,
    decode_request,
    verify_request,
)
from cencomm.ledger.kinds import Role
from cencomm.ledger.letter import AccessLetter
from cencomm.primitives.signatures import PUBLIC_KEY_BYTES, BadSignature


@dataclass(frozen=True, slots=True)
class Admission:
    """An enrolment that became a membership, and the place that it fills."""

    account: AccountId
    role: Role
    profile: bytes
    post: str


class CodeUsed(ProtocolError):  # noqa: N818 (names what was found)
    """A request under a code with which somebody else was admitted: the letter was read by two."""

    def __init__(self) -> None:
        super().__init__("the code of its letter was used by another account")


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """An enrolment that was not signed, and why. Nothing in it is verified.

    `code_used`: but that it was made with the code of a letter of ours, with which another account was admitted
    before. Two people have read that letter, or one of them twice: which of them it was for, only they can say.
    """

    request: EnrolmentRequest
    reason: str
    code_used: bool = False

    @property
    def keys(self) -> Keys:
        return self.request.keys


async def invite(
    mailbox: Mailbox, operation: OperationId, *, role: Role, profile: bytes, post: str = ""
) -> AccessLetter:
    """A place in the operation and the letter for whoever is to fill it. The code stays in this mailbox."""
    entropy = mailbox.environment.entropy
    invitation = Invitation(code=EnrolmentCode.generate(entropy), role=role, profile=profile, post=post)
    async with mailbox.lock:
        await mailbox.write({_invitation_prefix(operation) + entropy(8).hex(): invitation.encode()})
    return AccessLetter(mailbox.relay.address, operation, invitation.code)


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
            others.append(NotAdmitted(request, str(refused), code_used=isinstance(refused, CodeUsed)))
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
        # A code serves once; it is kept to recognise whoever comes with it again.
        used = codec.fixed(request.keys.identity_key, PUBLIC_KEY_BYTES) + invitation.code.expose()
        await mailbox.write({key: None, _spent_key(key): None, _used_key(operation, key): used})
    return Admission(request.keys.account, invitation.role, invitation.profile, invitation.post)


async def _invitation_for(
    mailbox: Mailbox, operation: OperationId, request: EnrolmentRequest
) -> tuple[str, Invitation]:
    """Our letter with whose code the request was made, unless it was used to admit somebody else.

    Raises:
        CodeUsed: another account used its code.
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
        raise CodeUsed
    await _judge_used(mailbox, operation, request)
    raise WrongCode


async def _judge_used(mailbox: Mailbox, operation: OperationId, request: EnrolmentRequest) -> None:
    """Raises CodeUsed when another account was admitted with the code of this request."""
    for _, value in await mailbox.store.scan(_used_prefix(operation)):
        identity_key, code = value[:PUBLIC_KEY_BYTES], EnrolmentCode(value[PUBLIC_KEY_BYTES:])
        try:
            verify_request(request, code)
        except (WrongCode, BadSignature):
            continue
        if identity_key != request.keys.identity_key:
            raise CodeUsed


async def _admit(mailbox: Mailbox, operation: OperationId, request: EnrolmentRequest, invitation: Invitation) -> None:
    entropy = mailbox.environment.entropy
    await act(mailbox, operation, lambda known: coordination.admit(known, request, invitation, entropy=entropy))


def _invitation_prefix(operation: OperationId) -> str:
    return f"invitation/{operation.hex()}/"


def _used_prefix(operation: OperationId) -> str:
    return f"used-invitation/{operation.hex()}/"


def _used_key(operation: OperationId, invitation: str) -> str:
    return _used_prefix(operation) + invitation.removeprefix(_invitation_prefix(operation))


def _spent_key(invitation: str) -> str:
    """Where the store says for whose identity key a code was used, from before the entry left."""
    return "spent-" + invitation
