"""Inviting by letter, and admitting whoever comes with its code (rule D7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cencomm.client.channel.enactment import enact_everywhere
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import coordination
from cencomm.client.operation.invitation import Invitation
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.unit.act import act
from cencomm.client.unit.cosigning import proposed
from cencomm.client.unit.invitations import keep_invitation, open_invitations, share_invitations
from cencomm.client.unit.letters import CodeUsed, Letter, letter_of, read_letters
from cencomm.client.unit.office import asks_for_device_secret
from cencomm.errors import MalformedError, ProtocolError
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.bodies import Admit, Replace
from cencomm.ledger.enrolment import (
    EnrolmentCode,
    EnrolmentRequest,
    Keys,
    WrongCode,
    decode_request,
)
from cencomm.ledger.kinds import Role
from cencomm.ledger.letter import AccessLetter
from cencomm.ledger.refusal import LedgerRefused

Agrees = Callable[[Operation, Proposal], bool]
"""Asks the person at the desk whether they want this, with its role, name and keys."""


@dataclass(frozen=True, slots=True)
class Admission:
    """An enrolment that became a membership, and the place that it fills."""

    account: AccountId
    role: Role
    profile: bytes
    post: str
    reset: bool = False  # a member who goes on under new keys


class AwaitsCosignature(ProtocolError):  # noqa: N818 (says what it waits for)
    """The request is good, and one coordinator alone may not grant it (L5)."""

    def __init__(self) -> None:
        super().__init__("this waits for the signature of a second coordinator")


class AwaitsConsent(ProtocolError):  # noqa: N818 (says what it waits for)
    """The request is good and takes two people (L5). The first of them is at this desk, and has not agreed."""

    def __init__(self) -> None:
        super().__init__("this takes two coordinators, and you have not agreed to it")


def nobody_asked(_known: Operation, _proposal: Proposal) -> bool:
    """Where nobody sits at the desk, nobody agrees."""
    return False


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """An enrolment that was not signed, and why. Nothing in it is verified.

    `code_used`: but that it was made with the code of a letter of ours, with which another account was admitted
    before. Two people have read that letter, or one of them twice: which of them it was for, only they can say.
    """

    request: EnrolmentRequest
    reason: str
    code_used: bool = False
    waits: bool = False  # the request is good: a coordinator's consent or signature is missing

    @property
    def keys(self) -> Keys:
        return self.request.keys


async def invite(
    mailbox: Mailbox, operation: OperationId, *, role: Role, profile: bytes, post: str = ""
) -> AccessLetter:
    """A place in the operation and the letter for whoever is to fill it. The coordinators alone share its code."""
    known = await sync_operation(mailbox, operation)
    invitation = Invitation(
        code=EnrolmentCode.generate(mailbox.environment.entropy),
        role=role,
        profile=profile,
        post=post,
        since=known.ledger.sequence,  # who left by then never knows the code
    )
    await keep_invitation(mailbox, operation, invitation)
    asks = asks_for_device_secret(known, role)
    return AccessLetter(mailbox.relay.address, operation, invitation.code, asks_for_device_secret=asks)


async def admit_waiting(
    mailbox: Mailbox, operation: OperationId, *, agrees: Agrees = nobody_asked
) -> tuple[list[Admission], list[NotAdmitted]]:
    """Admit everybody whose request was made with the code of one of the unit's letters (D7), and add them.

    The entries go first and alone, then one Commit in each channel adds all of them: a relay gives out key packages
    only of those whom the ledger admits.

    A letter may be another coordinator's, and hold a role that one alone may not give. If our program proposed that by
    itself and its writer gave the "second" signature, one person would have done what takes two (L5). So what needs
    two signatures is proposed only when `agrees` says so, whoever wrote the letter.

    Returns:
        Who was admitted, and who was not, each with the reason: a mistyped code, a consent or second signature that
        is waited for, keys that were swapped on the way or that no ledger takes. Those are not signed, and keep nobody
        else out.
    """
    admitted, others = [], []
    answer = await mailbox.relay.enrolments(operation)
    await sync_operation(mailbox, operation)
    letters = await read_letters(mailbox, operation)
    for data in answer.requests:
        try:
            request = decode_request(data)
        except MalformedError:
            continue  # nobody is named in it
        try:
            admitted.append(await _admit_one(mailbox, operation, request, letters, agrees))
        except ProtocolError as refused:
            used, waits = isinstance(refused, CodeUsed), isinstance(refused, AwaitsConsent | AwaitsCosignature)
            others.append(NotAdmitted(request, str(refused), code_used=used, waits=waits))
    await enact_everywhere(mailbox, operation)
    if any(one.role is Role.COORDINATOR for one in admitted):
        await share_invitations(mailbox, operation, await open_invitations(mailbox, operation))
    return admitted, others


async def _admit_one(
    mailbox: Mailbox, operation: OperationId, request: EnrolmentRequest, letters: Sequence[Letter], agrees: Agrees
) -> Admission:
    """Raises ProtocolError: not a request that we may sign, or not alone."""
    if request.operation != operation:
        raise WrongCode
    entropy, keys = mailbox.environment.entropy, request.keys
    known = mailbox.operation(operation)
    letter = await letter_of(mailbox, operation, letters, request)
    invitation = letter.invitation
    if any(_asks_for(one.proposal, keys) for one in await proposed(mailbox, operation)):
        raise AwaitsCosignature

    def propose(known: Operation) -> Proposal:
        letter.judge(known.ledger, request)
        if invitation.resets is None:
            proposal = coordination.admit(known, request, invitation, entropy=entropy)
        else:
            proposal = coordination.replace_keys(known, request, invitation.code, entropy=entropy)
        if known.ledger.needs_cosignature(proposal.body) and not agrees(known, proposal):
            raise AwaitsConsent
        return proposal

    if not _is_member(known, keys):
        try:
            asked = await act(mailbox, operation, propose)
        except LedgerRefused:
            if not _is_member(await sync_operation(mailbox, operation), keys):  # else another coordinator was faster
                raise
        else:
            if asked is not None:
                raise AwaitsCosignature
    reset = invitation.resets is not None
    return Admission(keys.account, invitation.role, invitation.profile, invitation.post, reset=reset)


def _is_member(known: Operation, keys: Keys) -> bool:
    member = known.ledger.members.get(keys.account)
    return member is not None and member.revoked_at is None and member.identity_key == keys.identity_key


def _asks_for(proposal: Proposal, keys: Keys) -> bool:
    body = proposal.body
    return isinstance(body, Admit | Replace) and body.keys.identity_key == keys.identity_key
