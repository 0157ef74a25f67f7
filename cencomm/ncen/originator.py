"""Whose a report is: the author's nation, as the ledger names it. Nothing that a report says of itself counts."""

from dataclasses import dataclass
from enum import StrEnum

from cencomm.client.channel.errors import RelayWithholds
from cencomm.client.events import MessageDelivered, Quarantined, Reason
from cencomm.client.operation.directory import decode_profile
from cencomm.client.operation.operation import Operation
from cencomm.errors import ProtocolError, UsageError
from cencomm.ledger.membership import Member
from cencomm.ncen.nation import Nation

BORNE_OUT = frozenset({Reason.CONFLICT, Reason.UNKNOWN_FORM, Reason.ILL_FORMED})
"""Reasons to set aside a message whose author is proven all the same: of the others anybody may have written it."""


class PassedBy(StrEnum):
    """Why a message was not kept. The words are stored: add, never rename."""

    OTHER_NATION = "other_nation"
    NO_NATION = "no_nation"  # the ledger names no country for its author


@dataclass(frozen=True, slots=True)
class Originator:
    """The nation and service that a report comes from."""

    nation: Nation
    organisation: str


def originator_of(event: MessageDelivered, operation: Operation) -> Originator | None:
    """Of a message; None when the ledger names no country for its author.

    Raises:
        RelayWithholds: the ledger names one, and the relay does not show us what. The author belongs to the operation
            still, so it has to: waiting loses nothing, passing by would let a relay choose what a nation keeps. Of
            somebody who was revoked meanwhile the name may be gone for good, and nobody is waited for.
    """
    member = operation.ledger.identities.get(event.identity_key)
    if member is None:
        return None
    if member.revoked_at is None and operation.content(member.profile) is None:
        raise RelayWithholds("the relay does not show who the author of a message is")
    return _originator(member, operation)


def is_evidence_of(event: Quarantined, operation: Operation, nation: Nation) -> bool:
    """Whether what was set aside is proven to be `nation`'s own."""
    if event.account is None or event.reason not in BORNE_OUT:
        return False
    member = operation.ledger.members.get(event.account)
    originator = None if member is None else _originator(member, operation)
    return originator is not None and originator.nation == nation


def _originator(member: Member, operation: Operation) -> Originator | None:
    content = operation.content(member.profile)
    if content is None:
        return None
    try:
        profile = decode_profile(content)
        return None if profile.country is None else Originator(Nation(profile.country), profile.organisation)
    except (ProtocolError, UsageError):
        return None
