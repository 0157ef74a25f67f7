"""Which letters have served, and which serve no more.

The ledger keeps each admission's mac, and whoever holds the code recognises it (D7). So each coordinator who shares
a code sees that it is used up, whoever of them admitted; and that somebody knows it who is no coordinator any more.
"""

from cencomm.ledger.enrolment import CodeMark
from cencomm.ledger.kinds import Role
from cencomm.ledger.membership import Member
from cencomm.ledger.replay import Ledger


def used_by(mark: CodeMark, ledger: Ledger, *, since: int = 0) -> Member | None:
    """Who was admitted or replaced with the code at or after entry `since`, whether they still belong or not."""
    for member in ledger.identities.values():
        if member.admitted_at >= since and mark.is_on(
            ledger.operation,
            account=member.account,
            identity_key=member.identity_key,
            exchange_key=member.exchange_key,
            mac=member.mac,
        ):
            return member
    return None


def is_outdated(ledger: Ledger, *, since: int) -> bool:
    """Whether a coordinator was revoked or replaced after entry `since`: they, or a thief of theirs, have its codes."""
    return any(
        member.role is Role.COORDINATOR and member.revoked_at is not None and since < member.revoked_at
        for member in ledger.identities.values()
    )
