"""The letters that wait, kept by every coordinator: whoever is on duty admits (rule D7).

invite    kept here --codes, in the unit's channel--> kept by the other coordinators
withdraw  the same way; a code that was withdrawn never comes back
admitted  nothing is said: the ledger holds the mac, and all recognise it (`ledger.used_codes`)
outdated  nor here: whoever was a coordinator has the codes of that time, so they end with the office in the ledger
"""

from collections.abc import Iterable

from cencomm.client.channel.posting import post_control
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.invitation import Invitation, decode_invitation
from cencomm.client.unit.codes import Codes, invitation_key, invitation_prefix, withdrawn_key
from cencomm.client.unit.unit_channel import unit_channel
from cencomm.forms.control import ControlKind
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.enrolment import mark_of
from cencomm.ledger.kinds import Role
from cencomm.ledger.used_codes import is_outdated, used_by

BATCH_BYTES = 100 << 10  # of one control message, whose body may have 128 KiB


async def keep_invitation(mailbox: Mailbox, operation: OperationId, invitation: Invitation) -> None:
    """The invitation waits here, and at the other coordinators if there are any."""
    async with mailbox.lock:
        await mailbox.write({invitation_key(operation, invitation.id): invitation.encode()})
    await share_invitations(mailbox, operation, [invitation])


async def kept_invitations(mailbox: Mailbox, operation: OperationId) -> tuple[Invitation, ...]:
    """All that this mailbox ever heard of and that were not withdrawn, used ones too."""
    found = await mailbox.store.scan(invitation_prefix(operation))
    return tuple(decode_invitation(value) for _, value in found)


async def open_invitations(mailbox: Mailbox, operation: OperationId) -> tuple[Invitation, ...]:
    """Those that nobody has used yet and that still admit, as far as our ledger goes."""
    ledger = mailbox.operation(operation).ledger
    unused = await _unused_invitations(mailbox, operation)
    return tuple(one for one in unused if not is_outdated(ledger, since=one.since))


async def outdated_invitations(mailbox: Mailbox, operation: OperationId) -> tuple[Invitation, ...]:
    """Letters that nobody used before a coordinator left, and that were neither withdrawn nor written anew since."""
    ledger = mailbox.operation(operation).ledger
    kept = await kept_invitations(mailbox, operation)
    anew = {_place(one) for one in kept if not is_outdated(ledger, since=one.since)}
    unused = await _unused_invitations(mailbox, operation)
    return tuple(one for one in unused if is_outdated(ledger, since=one.since) and _place(one) not in anew)


async def withdraw_invitation(mailbox: Mailbox, operation: OperationId, invitation: Invitation) -> None:
    """Its letter admits nobody any more, whichever coordinator has heard of it."""
    gone = {invitation_key(operation, invitation.id): None, withdrawn_key(operation, invitation.id): b""}
    async with mailbox.lock:
        await mailbox.write(gone)
    await _say(mailbox, operation, Codes(withdrawn=(invitation.id,)))


async def share_invitations(mailbox: Mailbox, operation: OperationId, invitations: Iterable[Invitation]) -> None:
    """Tell the other coordinators, in the channel that they alone read. A lone coordinator tells nobody."""
    batch: list[Invitation] = []
    size = 0
    for one in invitations:
        length = len(one.encode())
        if batch and size + length > BATCH_BYTES:
            await _say(mailbox, operation, Codes(invitations=tuple(batch)))
            batch, size = [], 0
        batch.append(one)
        size += length
    if batch:
        await _say(mailbox, operation, Codes(invitations=tuple(batch)))


async def _unused_invitations(mailbox: Mailbox, operation: OperationId) -> tuple[Invitation, ...]:
    ledger = mailbox.operation(operation).ledger
    kept = await kept_invitations(mailbox, operation)
    return tuple(one for one in kept if used_by(mark_of(one.code), ledger, since=one.since) is None)


def _place(invitation: Invitation) -> tuple[Role, bytes, str, AccountId | None]:
    """What two letters for one person have in common."""
    return invitation.role, invitation.profile, invitation.post, invitation.resets


async def _say(mailbox: Mailbox, operation: OperationId, codes: Codes) -> None:
    ledger = mailbox.operation(operation).ledger
    if ledger.coordinators(at=ledger.sequence)[1:]:
        channel = await unit_channel(mailbox, operation)
        await post_control(mailbox, operation, channel, ControlKind.ENROLMENT_CODES, codes.encode())
