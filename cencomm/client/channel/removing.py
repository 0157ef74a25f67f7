"""Taking a lost device of one's own out of the channels (rule C6): only its owner, or a coordinator, may."""

from cencomm.client.channel.enacting import stage
from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.mailbox import Mailbox
from cencomm.errors import Unavailable, UsageError
from cencomm.ids import DeviceId, OperationId

MAX_TRIES = 4  # a Commit of somebody else may be first


async def remove_own_device(mailbox: Mailbox, operation: OperationId, device: DeviceId) -> int:
    """The device reads nothing more that is sent in the channels of this operation in which this computer is.

    The relay may add it no more (`end_device` there); a channel in which only the lost device was is out of our reach:
    a coordinator's `end-device` closes it there too.

    Returns:
        From how many channels it was removed.

    Raises:
        UsageError: it is the device of this computer.
        Unavailable: other Commits were first, again and again.
    """
    if device == mailbox.device.device:
        raise UsageError("this is the computer that you sit at: end it from another one of yours")
    removed = 0
    for owner, channel in sorted(mailbox.sessions):
        if owner != operation or channel not in mailbox.entitled_channels(operation):
            continue
        async with mailbox.lock:
            for _ in range(MAX_TRIES):
                await follow_and_enact(mailbox, operation, channel)
                session = mailbox.sessions[(operation, channel)]
                leaves = _leaves_of(mailbox, session, device) if session.standing is Standing.LIVE else ()
                if not leaves:
                    break
                staged = stage(
                    session,
                    mailbox.operation(operation).ledger,
                    adds=(),
                    removes=leaves,
                    certificates=mailbox.certificates,
                    entropy=mailbox.environment.entropy,
                )
                await mailbox.write({}, session=staged)
                removed += await follow_and_enact(mailbox, operation, channel)
            else:
                raise Unavailable(f"after {MAX_TRIES} tries other Commits are still ahead: try again")
    return removed


def _leaves_of(mailbox: Mailbox, session: ChannelSession, device: DeviceId) -> tuple[int, ...]:
    own = mailbox.identity.identity_key
    certified = ((leaf.index, mailbox.certificates.verify(leaf.credential)) for leaf in session.leaves())
    return tuple(index for index, one in certified if (one.identity_key, one.device) == (own, device))
