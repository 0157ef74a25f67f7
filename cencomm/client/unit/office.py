"""Who may sign for an operation: its coordinators. Asked before anything is decided, so that others hear whom to ask.

The rule itself is the ledger's (L1): an entry that somebody else signed is refused by everybody who replays it.
"""

from cencomm.client.channel.readership import members
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.errors import AccessDenied
from cencomm.ids import OperationId
from cencomm.ledger.kinds import Role


class NotInOffice(AccessDenied):
    """Whoever asks for a coordinator's act is none. `names` are the coordinators'."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"ask one of the coordination unit: {', '.join(names)}")
        self.names = names


def asks_for_device_secret(known: Operation, role: Role) -> bool:
    """Whether who comes into this role seals the account with a device secret first (D3): not in an exercise."""
    return role is Role.COORDINATOR and not known.ledger.charter.policy.exercise


def judge_office(mailbox: Mailbox, operation: OperationId) -> None:
    """We are a coordinator, as far as our ledger goes.

    Raises:
        NotAMember: we do not belong to the operation.
        NotInOffice: we do, and others are its coordinators.
    """
    if mailbox.membership(operation).role is Role.COORDINATOR:
        return
    unit = (one for one in members(mailbox.operation(operation)) if one.member.role is Role.COORDINATOR)
    raise NotInOffice(tuple(one.profile.name for one in unit))
