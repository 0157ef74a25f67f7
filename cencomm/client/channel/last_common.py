"""Where a log that lost its tail still is the log that we followed (rules C11, H4)."""

from cencomm.client.channel.session import ChannelSession
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import LogDiverged
from cencomm.ids import NO_HASH


async def last_common(mailbox: Mailbox, session: ChannelSession) -> tuple[int, bytes]:
    """The last place of which we still hold the hash and where the relay's log has the same; (0, zeros): none.

    A log that agrees at one place agrees at all before it, so a few questions find it. We hold the hashes of the
    current epoch and of those at which epochs began: what lies between the two, its authors send again.
    """
    held = mailbox.log_hashes[(session.operation, session.channel)]
    places = sorted(place for place in held if place)
    agree, differ = 0, len(places)  # all before places[agree] agree, none from places[differ] on does
    while agree < differ:
        middle = (agree + differ) // 2
        if await _agrees(mailbox, session, places[middle], held[places[middle]]):
            agree = middle + 1
        else:
            differ = middle
    return (places[agree - 1], held[places[agree - 1]]) if agree else (0, NO_HASH)


async def _agrees(mailbox: Mailbox, session: ChannelSession, sequence: int, hash_: bytes) -> bool:
    place = session.operation, session.channel, session.generation
    try:
        await mailbox.relay.log(*place, after=sequence, hash_=hash_, limit=1)
    except LogDiverged:
        return False
    return True
