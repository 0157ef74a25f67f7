"""Heartbeats: archive and coordinators say at the charter's interval that they are there and what they see (rule H3).

A heartbeat has nothing to say beside what every message carries: its frame names the sender's head of the ledger, its
anchor that and the head of this channel's log. So it is compared with what the reader holds as every message is (L4),
and whoever has said anything else since need not send one. Each channel has its own: what happens in a side channel,
be it only how much, is nobody else's business.
"""

from cencomm import codec
from cencomm.client.channel.delivery import FINAL, WAITING
from cencomm.client.channel.freshness import heartbeat_senders, last_heard
from cencomm.client.channel.outbox import POSTING_PREFIX, read_posting
from cencomm.client.channel.posting import post_control
from cencomm.client.channel.session import ChannelKey, Standing
from cencomm.client.mailbox import Mailbox
from cencomm.forms.control import HEARTBEAT_BODY, ControlKind, SignedControl, decode_control

MIN_INTERVAL_SECONDS = 30  # whatever a charter says: more would be most of the traffic


async def send_due(mailbox: Mailbox) -> int:
    """A heartbeat into each channel in which it is our turn to be heard.

    Returns:
        How many were sent.

    Raises:
        Unavailable: relay or disk, for now; what was begun is kept, and nothing is added to it.
    """
    sent, waiting = 0, await _waiting(mailbox)
    for key, session in sorted(mailbox.sessions.items()):
        if session.standing is Standing.LIVE and key not in waiting and await _is_due(mailbox, key):
            try:
                await post_control(mailbox, *key, ControlKind.HEARTBEAT, HEARTBEAT_BODY)
            except (*FINAL, *WAITING):
                continue  # out, or the unit has to act first
            sent += 1
    return sent


async def _is_due(mailbox: Mailbox, key: ChannelKey) -> bool:
    operation, channel = key
    ledger, own = mailbox.operation(operation).ledger, mailbox.identity.account
    interval = ledger.charter.policy.heartbeat_seconds
    if interval == 0 or own not in heartbeat_senders(ledger, channel):
        return False
    last = await last_heard(mailbox, operation, channel, own)
    return last is None or mailbox.environment.clock() - last >= max(interval, MIN_INTERVAL_SECONDS)


async def _waiting(mailbox: Mailbox) -> set[ChannelKey]:
    """Where one of ours is on its way already, so that an outage piles up one and not hundreds."""
    postings = [codec.decode(value, read_posting) for _, value in await mailbox.store.scan(POSTING_PREFIX)]
    return {
        (posting.operation, posting.channel)
        for posting in postings
        if isinstance(posting.signed, SignedControl)
        and decode_control(posting.signed.content).kind == ControlKind.HEARTBEAT
    }
