"""A member who lost password or device gets a reset letter; `admission.admit_waiting` replaces their keys (D7, L6)."""

from hashlib import sha256

from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.invitation import Invitation
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.unit.invitations import keep_invitation, open_invitations, withdraw_invitation
from cencomm.client.unit.office import asks_for_device_secret, judge_office
from cencomm.errors import UsageError
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.enrolment import EnrolmentCode
from cencomm.ledger.letter import AccessLetter
from cencomm.ledger.reset_letter import ResetLetter, reset_ticket
from cencomm.wire.resets import OfferReset


async def offer_reset(mailbox: Mailbox, operation: OperationId, account: AccountId) -> ResetLetter:
    """The letter with which this member enrols new keys. Earlier ones for the same member serve no more.

    Raises:
        NotAMember, NotInOffice: the account does not belong, or we are no coordinator.
        UsageError: it is our own: another coordinator resets us (L5).
    """
    known = await sync_operation(mailbox, operation)
    judge_office(mailbox, operation)
    member = known.member(account)
    if account == mailbox.identity.account:
        raise UsageError("you cannot reset yourself: ask another coordinator")
    for older in await open_invitations(mailbox, operation):
        if older.resets == account:
            await withdraw_invitation(mailbox, operation, older)
    code = EnrolmentCode.generate(mailbox.environment.entropy)
    invitation = Invitation(code=code, role=member.role, profile=b"", resets=account, since=known.ledger.sequence)
    await keep_invitation(mailbox, operation, invitation)
    offer = OfferReset(account=account, ticket_hash=sha256(reset_ticket(code)).digest())
    await mailbox.relay.offer_reset(operation, offer)
    asks = asks_for_device_secret(known, member.role)
    return ResetLetter(AccessLetter(mailbox.relay.address, operation, code, asks_for_device_secret=asks), account)
