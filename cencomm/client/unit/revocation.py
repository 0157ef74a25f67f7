"""Ending a membership."""

from cencomm.client.channel.enactment import enact_everywhere
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import coordination
from cencomm.client.unit.act import act
from cencomm.client.unit.cosigning import Asked
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.kinds import RevokeReason


async def revoke(mailbox: Mailbox, operation: OperationId, account: AccountId, reason: RevokeReason) -> Asked | None:
    """End a membership. The entry goes alone and first; the relay stops the account at once (L3, C4).

    Then we carry it out in our channels; in others whoever is in them does.

    Returns:
        None when it is done; for a coordinator among others it waits for a second signature (L5).
    """
    entropy = mailbox.environment.entropy
    asked = await act(
        mailbox, operation, lambda known: coordination.revoke(known, account, reason=reason, entropy=entropy)
    )
    if asked is None:
        await enact_everywhere(mailbox, operation)
    return asked
