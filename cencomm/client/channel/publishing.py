"""Publishing the Commit that is staged, and what its refusal means (rules S3, L3, C10)."""

from cencomm.client.channel.log_feed import follow_log
from cencomm.client.channel.session import ChannelSession, Staged
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import AgainstRule, LedgerMoved, StaleEpoch
from cencomm.ledger.log import LogKind
from cencomm.wire.log import Publish


async def publish_commit(mailbox: Mailbox, session: ChannelSession, staged: Staged) -> bool:
    """Whether the relay says that it accepted our Commit; if another was first, ours goes as the log shows it (S3).

    Raises:
        AgainstRule: a rule forbids it; it is dropped, since no later try with these bytes would change that.
    """
    request = Publish(
        send_id=staged.send_id,
        kind=LogKind.COMMIT,
        message=staged.message,
        welcome=staged.welcome,
        ratchet_tree=staged.ratchet_tree,
    )
    try:
        await mailbox.relay.publish(session.operation, session.channel, session.generation, request)
    except LedgerMoved:
        await _drop(mailbox, session)
        return False
    except StaleEpoch:
        await follow_log(mailbox, session.operation, session.channel)
        return False
    except AgainstRule:
        if await _drop_unless_settled(mailbox, session, staged):
            raise
        return False
    return True


async def _drop_unless_settled(mailbox: Mailbox, session: ChannelSession, staged: Staged) -> bool:
    """Whether it was still waiting. The log goes before the refusal: what it shows as ours is adopted.

    A relay that shows it only later ends our place in the group (C10), as any false refusal can. No key is used twice:
    in the epoch of a Commit that was dropped this device never encrypts.
    """
    await follow_log(mailbox, session.operation, session.channel)
    now = mailbox.sessions.get((session.operation, session.channel))
    if now is None or now.staged is not staged:
        return False
    if now.sequence:
        await _drop(mailbox, now)
    elif staged.welcome is not None:
        await mailbox.forget_session(now)  # without its first Commit it is no group: it is made anew (L8, C11)
    return True


async def _drop(mailbox: Mailbox, session: ChannelSession) -> None:
    """Forget a Commit that the relay refused: it answered, so the Commit is not in the log and never will be."""
    await mailbox.write({}, session=session.without_staged())
