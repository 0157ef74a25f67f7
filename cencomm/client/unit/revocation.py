"""Ending a membership."""

from cencomm.client.channel.enactment import enact_everywhere
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import coordination
from cencomm.client.unit.act import act
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.kinds import RevokeReason


async def revoke(mailbox: Mailbox, operation: OperationId, account: AccountId, reason: RevokeReason) -> None:
    """End a membership. The entry goes alone and first; the relay stops the account at once (L3, C4).

    Then we carry it out in our channels; in others whoever is in them does.
    """
    entropy = mailbox.environment.entropy
    await act(mailbox, operation, lambda known: coordination.revoke(known, account, reason=reason, entropy=entropy))
    await enact_everywhere(mailbox, operation)
