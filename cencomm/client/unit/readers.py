"""Who may be a reader of which kind of channel: asked before a coordinator signs, since an entry is for ever.

    unit       coordinators and nodes
    bilateral  exactly the people and nodes that are named, at least two people, and no role
    regional   whoever is named, or holds a named role
    release    the same, and the only kind that a CEN may read

That a CEN reads nothing else is the ledger's own rule, whatever an entry lists; the other lines are ours.
"""

from collections.abc import Collection, Sequence

from cencomm.client.channel.readership import NODES, Reader, readers_of_a_new
from cencomm.client.operation.operation import Operation
from cencomm.errors import UsageError
from cencomm.ids import AccountId
from cencomm.ledger.kinds import ChannelKind, Role

PARTNERS = 2  # people of a bilateral channel, at least


def judge_new_readers(
    operation: Operation,
    kind: ChannelKind,
    *,
    roles: Collection[Role],
    accounts: Sequence[AccountId],
    opener: AccountId,
) -> tuple[Reader, ...]:
    """Everybody who will read the channel from the moment it is open.

    Raises:
        UsageError: such a channel is not for them, or, unless it is bilateral, not for whoever opens it: the first
            group of that is made by its readers' programs (L8).
    """
    found = readers_of_a_new(operation, kind, roles=roles, accounts=accounts)
    members = operation.ledger.members
    cens = [account for account in accounts if members[account].role is Role.CEN]
    if kind is not ChannelKind.RELEASE and (Role.CEN in roles or cens):
        raise UsageError("a cen reads release channels only: open one with --kind release")
    match kind:
        case ChannelKind.UNIT:
            others = [one.profile.name for one in found if one.member.role not in {Role.COORDINATOR, *NODES}]
            if others or not {*roles} <= {Role.COORDINATOR, *NODES}:
                raise UsageError("a unit channel is for coordinators and nodes: use --kind regional for officers")
        case ChannelKind.BILATERAL:
            if roles:
                raise UsageError("a bilateral channel is for those whom --member names, and for no role")
            if sum(not one.is_node for one in found) < PARTNERS:
                raise UsageError("a bilateral channel has at least two people: name each with --member")
        case _:
            pass
    if kind is not ChannelKind.BILATERAL and not any(one.member.account == opener for one in found):
        raise UsageError("whoever opens a channel is in it: name yourself too, or ask a coordinator who takes part")
    return found
