"""Taking a lost device of one's own out of the channels (rule C6): only its owner, or a coordinator, may."""

from collections import Counter
from dataclasses import dataclass

from cencomm.client.channel.enacting import stage
from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.errors import ChannelNotUsable
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.mailbox import Mailbox
from cencomm.errors import CencommError, Unavailable
from cencomm.ids import ChannelId, DeviceId, OperationId

MAX_TRIES = 4  # a Commit of somebody else may be first


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadsOn:
    """A channel out of which the device was not taken, and why."""

    operation: OperationId
    channel: ChannelId
    failure: CencommError


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """`channels` is from how many the device was taken. Where it reads on, it can be tried again."""

    channels: int
    reads_on: tuple[ReadsOn, ...]


def own_devices(mailbox: Mailbox) -> Counter[DeviceId]:
    """Our devices that read in channels of this computer, as far as it followed them: in how many."""
    return Counter(
        device
        for session in mailbox.sessions.values()
        if session.standing not in {Standing.REMOVED, Standing.ENDED}
        for device in {device for _, device in _own_leaves(mailbox, session)}
    )


async def remove_own_device(mailbox: Mailbox, device: DeviceId) -> Removal:
    """The device reads nothing more that is sent in the channels in which this computer is.

    What fails in one channel keeps it in none of the others. The relay may add it no more (`end_device` there); a
    channel in which only the lost device was is out of our reach: a coordinator's `end-device` closes it there too.
    """
    removed, reads_on = 0, []
    for operation, channel in sorted(mailbox.sessions):
        if channel not in mailbox.entitled_channels(operation):
            continue
        try:
            removed += await _remove_from(mailbox, operation, channel, device)
        except CencommError as failure:
            reads_on.append(ReadsOn(operation=operation, channel=channel, failure=failure))
    return Removal(channels=removed, reads_on=tuple(reads_on))


async def _remove_from(mailbox: Mailbox, operation: OperationId, channel: ChannelId, device: DeviceId) -> bool:
    """Whether it was there.

    Raises:
        ChannelNotUsable: it is there, and this computer commits nothing in the channel before others act.
    """
    staged = False
    async with mailbox.lock:
        for _ in range(MAX_TRIES):
            await follow_and_enact(mailbox, operation, channel)
            session = mailbox.sessions.get((operation, channel))
            if session is None or session.standing is Standing.ENDED:
                return staged  # the group is over, and to the next one nobody adds it
            leaves = [leaf for leaf, own in _own_leaves(mailbox, session) if own == device]
            if not leaves:
                return staged
            if session.standing is not Standing.LIVE:
                raise ChannelNotUsable(session.standing.name.lower())
            commit = stage(
                session,
                mailbox.operation(operation).ledger,
                adds=(),
                removes=leaves,
                certificates=mailbox.certificates,
                entropy=mailbox.environment.entropy,
            )
            await mailbox.write({}, session=commit)
            staged = True
            await follow_and_enact(mailbox, operation, channel)  # publishes what is staged
    raise Unavailable(f"after {MAX_TRIES} tries other Commits are still ahead: try again")


def _own_leaves(mailbox: Mailbox, session: ChannelSession) -> list[tuple[int, DeviceId]]:
    certified = ((leaf.index, mailbox.certificates.verify(leaf.credential)) for leaf in session.leaves())
    own = mailbox.identity.identity_key
    return [(index, one.device) for index, one in certified if one.identity_key == own]
