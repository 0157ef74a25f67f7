"""Whether an account may do what it asks, by the ledger and the relay's clock.

The clock counts here and not in a member's judgement of a Commit: `until` stops an account at the relay (C3).
"""

from collections.abc import Iterable

from cencomm.errors import AccessDenied
from cencomm.ids import AccountId, ChannelId
from cencomm.ledger.kinds import Role
from cencomm.ledger.membership import Member
from cencomm.ledger.replay import Ledger, NotEntitled
from cencomm.relay.errors import NotFound


def require_acquaintance(ledger: Ledger, account: AccountId) -> Member:
    """Is or was a member, so the operation is no secret to them.

    Raises:
        NotFound: never was.
    """
    member = ledger.members.get(account)
    if member is None:
        raise NotFound
    return member


def require_member(ledger: Ledger, account: AccountId, *, now: int) -> Member:
    """Is a member now.

    Raises:
        NotFound: never was.
        AccessDenied: not any more.
    """
    member = require_acquaintance(ledger, account)
    if not member.belongs(at=ledger.sequence) or has_ended(member, now=now):
        raise AccessDenied("this account is not a member of the operation any more")
    return member


def require_coordinator(ledger: Ledger, account: AccountId, *, now: int) -> Member:
    """Is a coordinator now; raises as `require_member`."""
    member = require_member(ledger, account, now=now)
    if member.role is not Role.COORDINATOR:
        raise AccessDenied("only coordinators may do this")
    return member


def require_entitled(ledger: Ledger, account: AccountId, channel: ChannelId, *, now: int) -> Member:
    """Belongs to the channel now; raises as `require_member`."""
    member = require_member(ledger, account, now=now)
    try:
        return ledger.entitled(channel, member.identity_key, at=ledger.sequence)
    except NotEntitled as exc:
        raise AccessDenied(str(exc)) from None


def is_member_somewhere(ledgers: Iterable[Ledger], account: AccountId, *, now: int) -> bool:
    """Whether the account belongs to any of these operations now."""
    for ledger in ledgers:
        member = ledger.members.get(account)
        if member is not None and member.belongs(at=ledger.sequence) and not has_ended(member, now=now):
            return True
    return False


def has_ended(member: Member, *, now: int) -> bool:
    """Past the last second of an admission that has one."""
    return 0 < member.until < now


def members_now(ledger: Ledger, *, now: int) -> list[AccountId]:
    """Everybody who belongs to the operation."""
    members = ledger.members.values()
    return [one.account for one in members if one.belongs(at=ledger.sequence) and not has_ended(one, now=now)]
