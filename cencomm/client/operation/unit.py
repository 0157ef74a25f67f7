"""The coordination unit as the ledger shows it, and the channel in which its programs speak.

A plan's own unit channel may have other readers (an archive): what coordinators' programs say, enrolment codes before
all, is for coordinators alone (D7, ADR 0013).
"""

from cencomm.client.events import ControlDelivered
from cencomm.client.operation.operation import Operation
from cencomm.errors import ProtocolError
from cencomm.ids import AccountId, ChannelId
from cencomm.ledger.kinds import ChannelKind, Role


class NotTheUnits(ProtocolError):  # noqa: N818 (says what it is)
    """Said outside the unit's channel, or by somebody who is no coordinator: it counts for nothing."""


def find_unit_channel(operation: Operation) -> ChannelId | None:
    """The oldest channel of kind unit that coordinators alone are entitled to."""
    for channel in operation.ledger.channels.values():
        if channel.kind is ChannelKind.UNIT and channel.roles == {Role.COORDINATOR} and not channel.accounts:
            return channel.channel
    return None


def judge_unit(operation: Operation, event: ControlDelivered) -> None:
    """A coordinator said it, in the channel that coordinators alone read.

    Raises:
        NotTheUnits: somebody else, or elsewhere.
    """
    if event.place.channel != find_unit_channel(operation):
        raise NotTheUnits("said outside the unit's channel")
    if not is_coordinator(operation, event.account) or event.author_revoked:
        raise NotTheUnits("said by somebody who is no coordinator")


def is_coordinator(operation: Operation, account: AccountId) -> bool:
    """Now, as far as this ledger goes."""
    member = operation.ledger.members.get(account)
    return member is not None and member.revoked_at is None and member.role is Role.COORDINATOR
