"""Who may have what of a channel that was said before they came (rule H1), and who may give it to them (rule H2).

A log is divided into epochs, each begun by a Commit that names the ledger head which it enacts. These heads never go
back within a channel, so "since the first Commit whose anchor includes the admission" and "in an epoch whose Commit is
anchored at the admission or later" are the same entries. The second needs no search: it is asked of one entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cencomm.ids import AccountId, ChannelId, DeviceId
from cencomm.ledger.kinds import History, Role
from cencomm.ledger.membership import Member
from cencomm.ledger.refusal import Refused
from cencomm.ledger.replay import Ledger, NotEntitled

SERVERS = frozenset({Role.ARCHIVE, Role.COORDINATOR})
"""Roles that may answer a request: the archive, which is always there, and the coordinators in its stead."""


class HistoryRefused(Refused):
    """Not theirs to have, or not theirs to give."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A Commit of a channel's log: its place, and the ledger head that it is anchored at."""

    generation: int
    sequence: int
    anchored_at: int


def history_opens_at(ledger: Ledger, account: AccountId, channel: ChannelId) -> int:
    """The ledger entry from which on `account` may read what was said in `channel`; 0: all of it.

    Judged at the newest head held, for each answer anew. What the channel was open to them *then* needs no look: an
    entry changes neither a channel's roles and accounts nor a member's role, so whom it is open to now it was open to
    at each head since their admission (or its own declaration, before which it has no log). Somebody who was revoked
    and comes back is a member anew: what passed in between is not theirs, nor what was before.

    Raises:
        HistoryRefused: not entitled to the channel now (H1), or the charter gives no history.
    """
    member = require_reader(ledger, account, channel)
    match ledger.charter.policy.history:
        case History.NONE:
            raise HistoryRefused("H1", "the charter of this operation gives no history to those who come later")
        case History.SINCE_ADMISSION:
            return member.first_admitted_at
        case History.ALL:
            return 0


def judge_epoch(opens_at: int, anchored_at: int) -> None:
    """What was said in an epoch whose Commit is anchored at ledger entry `anchored_at` is open to them.

    Raises:
        HistoryRefused: it was said before the members had let them in.
    """
    if anchored_at < opens_at:
        raise HistoryRefused("H1", f"ledger entry {anchored_at} is before the admission at {opens_at}")


def history_begins(opens_at: int, log: Iterable[Beginning]) -> Beginning | None:
    """The first Commit whose anchor includes `opens_at`: what follows it may be asked for. None: there is none yet.

    `log` are the Commits of a channel in their order, through all its generations.
    """
    return next((commit for commit in log if commit.anchored_at >= opens_at), None)


def require_reader(ledger: Ledger, account: AccountId, channel: ChannelId) -> Member:
    """`account` belongs to the channel at the newest head.

    Raises:
        HistoryRefused: it does not (any more).
    """
    member = ledger.members.get(account)
    if member is None:
        raise HistoryRefused("H1", "this account never was a member of the operation")
    try:
        return ledger.entitled(channel, member.identity_key, at=ledger.sequence)
    except NotEntitled as refused:
        raise HistoryRefused("H1", str(refused)) from None


def require_addressee(
    ledger: Ledger, account: AccountId, device: DeviceId, identity_key: bytes, channel: ChannelId
) -> Member:
    """The device that asked may still have an answer: its identity is the account's own and it has not ended.

    Without this, whoever took a device before its keys were replaced would be served what the reset was to keep safe.

    Raises:
        HistoryRefused: the account is out, or goes on under other keys, or ended this device.
    """
    member = require_reader(ledger, account, channel)
    if member.identity_key != identity_key or ledger.has_ended(account, device, at=ledger.sequence):
        raise HistoryRefused("H1", "who asked goes on under other keys or without this device")
    return member


def require_server(ledger: Ledger, account: AccountId, channel: ChannelId) -> Member:
    """`account` may answer requests in the channel: it reads it itself, as archive or coordinator.

    Raises:
        HistoryRefused: it may not (H2).
    """
    member = require_reader(ledger, account, channel)
    if member.role not in SERVERS:
        raise HistoryRefused("H2", "history comes from the archive or a coordinator")
    return member
