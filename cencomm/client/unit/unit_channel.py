"""The channel in which coordinators' programs speak, opened when it is needed first (ADR 0013)."""

from cencomm.client.channel.enactment import enact
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import coordination
from cencomm.client.operation.directory import encode_labels
from cencomm.client.operation.proposal import Proposal
from cencomm.client.operation.unit import find_unit_channel
from cencomm.client.unit.appending import append
from cencomm.client.words import in_every_language
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.kinds import ChannelKind, Role
from cencomm.secret import Entropy

TITLE = "Coordinators"  # as a sentence of the catalogue


async def unit_channel(mailbox: Mailbox, operation: OperationId) -> ChannelId:
    """The unit's channel with everybody in it who can be; opened if there is none yet."""
    channel = find_unit_channel(mailbox.operation(operation))
    if channel is None:
        await append(mailbox, operation, lambda _: _proposal(mailbox.environment.entropy))
        channel = find_unit_channel(mailbox.operation(operation))
        assert channel is not None  # opened above
    await enact(mailbox, operation, channel)
    return channel


def _proposal(entropy: Entropy) -> Proposal:
    title = encode_labels(in_every_language(TITLE))
    return coordination.declare_channel(kind=ChannelKind.UNIT, title=title, roles=(Role.COORDINATOR,), entropy=entropy)
