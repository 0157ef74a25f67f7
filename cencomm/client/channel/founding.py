"""Making a channel's group: with the channel itself, or anew after a restart (rules L8, C11).

The first Commit that the relay accepts makes the group. Whoever finds another's there discards their own and is added.
"""

from cencomm.client.channel.enacting import found, stage
from cencomm.client.channel.key_packages import make_bundle
from cencomm.client.channel.session import ChannelSession
from cencomm.client.mailbox import Mailbox
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.channel import FIRST_GENERATION
from cencomm.ledger.kinds import ChannelKind, Role
from cencomm.ledger.replay import Ledger

FOUNDERS = frozenset({Role.COORDINATOR, Role.ARCHIVE})


def found_channel(mailbox: Mailbox, operation: OperationId, channel: ChannelId, ledger: Ledger) -> ChannelSession:
    """Our session at epoch 0 of a new channel, alone in its group, with its first Commit staged (L8)."""
    session = alone(mailbox, operation, channel, ledger)
    entropy = mailbox.environment.entropy
    return stage(session, ledger, adds=(), removes=(), certificates=mailbox.certificates, entropy=entropy)


def alone(mailbox: Mailbox, operation: OperationId, channel: ChannelId, ledger: Ledger) -> ChannelSession:
    """Our session at epoch 0, before the first Commit."""
    entropy = mailbox.environment.entropy
    bundle = make_bundle(mailbox.device, now=mailbox.environment.clock(), last_resort=False, entropy=entropy)
    return found(operation, channel, ledger, bundle=bundle, entropy=entropy)


async def waits_for_us(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> bool:
    """Whether the channel's current generation has no group yet, and it is for us to make.

    Coordinators and the archive do; others only where the channel has none of them. So it is after a restart, and in a
    bilateral channel that a coordinator declared who does not read it. Of all others the first group comes with the
    entry: a relay that hid their log from a newcomer could have a second one made beside it.
    """
    ledger, session = mailbox.operation(operation).ledger, mailbox.sessions.get((operation, channel))
    declared = ledger.channels.get(channel)
    if declared is None or not _may_found(mailbox, ledger, channel):
        return False
    if declared.generation == FIRST_GENERATION and declared.kind is not ChannelKind.BILATERAL:
        return False
    if session is not None and session.generation == declared.generation:
        return False
    page = await mailbox.relay.log(operation, channel, declared.generation, after=0, limit=1)
    return not page.entries


def _may_found(mailbox: Mailbox, ledger: Ledger, channel: ChannelId) -> bool:
    own = mailbox.identity.account
    entitled = ledger.entitled_accounts(channel, at=ledger.sequence)
    founders = {account for account in entitled if ledger.members[account].role in FOUNDERS}
    return own in (founders or entitled)
