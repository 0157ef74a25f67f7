"""The channel in which coordinators' programs speak: kind unit, read by coordinators and by nobody else.

A plan's own unit channel may have other readers (an archive): what is said here, enrolment codes before all, is for
coordinators alone (D7, ADR 0011).
"""

from cencomm.client.channel.enactment import enact
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.directory import encode_labels
from cencomm.client.operation.operation import Operation
from cencomm.client.unit.declaring import open_channel
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.kinds import ChannelKind, Role

TITLE = {"en": "Coordinators", "fr": "Coordinateurs"}


def find_unit_channel(operation: Operation) -> ChannelId | None:
    """The oldest channel of kind unit that coordinators alone are entitled to."""
    for channel in operation.ledger.channels.values():
        if channel.kind is ChannelKind.UNIT and channel.roles == {Role.COORDINATOR} and not channel.accounts:
            return channel.channel
    return None


async def unit_channel(mailbox: Mailbox, operation: OperationId) -> ChannelId:
    """The unit's channel with everybody in it who can be; opened if there is none yet."""
    channel = find_unit_channel(mailbox.operation(operation))
    if channel is None:
        channel = await open_channel(
            mailbox,
            operation,
            kind=ChannelKind.UNIT,
            title=encode_labels(TITLE),
            roles=(Role.COORDINATOR,),
        )
    await enact(mailbox, operation, channel)
    return channel
