"""Whether what one sees of a channel may be out of date (rule H3).

A relay that withholds everything looks like one in whose operation nothing happens. So archive and coordinators speak
at least at the charter's interval (heartbeat.py), and whoever has not heard one of them for a while says so.

Whatever they say is a sign of life: a report as well as a heartbeat. What counts is when they say that they wrote it,
at most when it came: a relay that hands out yesterday's log in small pieces today makes nothing fresh.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.client.events import ControlDelivered, Event, MessageDelivered
from cencomm.client.history.attendance import load_attendance
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.errors import AccessDenied, MalformedError
from cencomm.forms.control import HEARTBEAT_BODY
from cencomm.forms.envelope import Body, Tlp
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.ledger.history import SERVERS
from cencomm.ledger.replay import Ledger

MISSED_INTERVALS = 3  # two heartbeats may be lost to an outage before anybody is alarmed

_PREFIX = "heard/"


class MayBeOutOfDate(AccessDenied):
    """TLP:RED is for named persons: who they are now, and who reads, is known only to who is up to date."""

    def __init__(self) -> None:
        super().__init__(
            "nothing was heard from the archive or a coordinator for too long: what you see may be out of date, and "
            "TLP:RED is not sent until they are heard again"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """`heard_at` seconds, the newest sign of life of archive or coordinators; None: none since this device came in."""

    heard_at: int | None
    is_fresh: bool


def judge_freshness(*, interval: int, heard_at: int | None, entered_at: int, now: int) -> Freshness:
    """All in seconds. Who has just come in waits one `interval` for the first sign; with an interval of 0, nobody does.

    A clock that was set back makes nothing stale: `now` before `heard_at` is as good as the same second.
    """
    if interval == 0:
        return Freshness(heard_at=heard_at, is_fresh=True)
    if heard_at is None:
        return Freshness(heard_at=None, is_fresh=now - entered_at <= interval)
    return Freshness(heard_at=heard_at, is_fresh=now - heard_at <= MISSED_INTERVALS * interval)


async def freshness(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> Freshness:
    """Of a channel that this device is in, now. Where nobody else could be heard, nothing is out of date."""
    known, session = mailbox.operation(operation).ledger, mailbox.sessions.get((operation, channel))
    others = heartbeat_senders(known, channel) - {mailbox.identity.account}
    if session is None or not others:
        return Freshness(heard_at=None, is_fresh=True)
    attendance = await load_attendance(mailbox.store, operation, channel, session.generation)
    heard = [await last_heard(mailbox, operation, channel, account) for account in others]
    return judge_freshness(
        interval=known.charter.policy.heartbeat_seconds,
        heard_at=max((at for at in heard if at is not None), default=None),
        entered_at=max((epoch.followed_at for epoch in attendance.epochs if epoch.entered), default=0),
        now=mailbox.environment.clock(),
    )


async def judge_up_to_date(mailbox: Mailbox, operation: OperationId, channel: ChannelId, body: Body) -> None:
    """The message may be sent by somebody who sees what we see.

    Raises:
        MayBeOutOfDate: TLP:RED, and nobody was heard who would know better (H3).
    """
    if body.tlp is Tlp.RED and not (await freshness(mailbox, operation, channel)).is_fresh:
        raise MayBeOutOfDate


def heartbeat_senders(ledger: Ledger, channel: ChannelId) -> frozenset[AccountId]:
    """Archive and coordinators who belong to the channel now."""
    return frozenset(
        account
        for account in ledger.entitled_accounts(channel, at=ledger.sequence)
        if ledger.members[account].role in SERVERS
    )


async def take_heartbeat(_store: StateStore, _operation: Operation, event: ControlDelivered) -> Writes:
    """A `Taker`. What a heartbeat changes is what every message does: its author was heard (`heard_writes`).

    Raises:
        MalformedError: the body is no heartbeat's.
    """
    if event.control.body != HEARTBEAT_BODY:
        raise MalformedError("not a heartbeat of version 1")
    return {}


async def heard_writes(store: StateStore, event: Event, *, now: int) -> Writes:
    """When its author was heard, for the store, with the state that took the event in.

    What a restart has authors send again (C11) was written before what we heard of them already: it makes nobody
    older. Nor does a time that we noted while our own clock ran ahead stay ahead of it.
    """
    match event:
        case MessageDelivered():
            written_at = event.envelope.body.written_at
        case ControlDelivered():
            written_at = event.control.written_at
        case _:
            return {}
    key = _key(event.place.operation, event.place.channel, event.account)
    before = int.from_bytes(await store.get(key) or b"", "big")
    return {key: codec.uint(min(max(before, written_at), now), 8)}


async def last_heard(mailbox: Mailbox, operation: OperationId, channel: ChannelId, account: AccountId) -> int | None:
    """When `account` last said something in the channel, in seconds, by its own clock."""
    value = await mailbox.store.get(_key(operation, channel, account))
    return None if value is None else int.from_bytes(value, "big")


def _key(operation: OperationId, channel: ChannelId, account: AccountId) -> str:
    return f"{_PREFIX}{operation.hex()}/{channel.hex()}/{account.hex()}"
