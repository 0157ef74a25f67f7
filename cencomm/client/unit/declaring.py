"""What the unit declares once an operation exists: channels, forms, the phase."""

from collections.abc import Sequence

from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import coordination
from cencomm.client.unit.act import act
from cencomm.client.unit.cosigning import Asked
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.ledger.bodies import ChannelBody
from cencomm.ledger.kinds import ChannelKind, Phase, Role


async def open_channel(
    mailbox: Mailbox,
    operation: OperationId,
    *,
    kind: ChannelKind,
    title: bytes,
    roles: Sequence[Role] = (),
    accounts: Sequence[AccountId] = (),
) -> ChannelId:
    """A channel with its group; if the policy wants two signatures for it, the channel that it will be (L5)."""
    entropy = mailbox.environment.entropy
    proposal = coordination.declare_channel(kind=kind, title=title, roles=roles, accounts=accounts, entropy=entropy)
    assert isinstance(proposal.body, ChannelBody)
    await act(mailbox, operation, lambda _: proposal)
    return proposal.body.channel


async def publish_form(mailbox: Mailbox, operation: OperationId, definition: bytes, *, version: int) -> Asked | None:
    entropy = mailbox.environment.entropy
    return await act(
        mailbox, operation, lambda _: coordination.publish_form(definition, version=version, entropy=entropy)
    )


async def change_phase(mailbox: Mailbox, operation: OperationId, phase: Phase) -> Asked | None:
    return await act(mailbox, operation, lambda _: coordination.change_phase(phase))
