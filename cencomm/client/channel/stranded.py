"""A device whose own leaf committed without it: another holder of its state, or its own state of yesterday (rule C10).

What is sealed of a mailbox that roams is versioned at the relay, and its holder opens the newest version before it gets
here. For every other device the state is dead: it says so about the newest Commit of its leaf, which is the one that
put the leaf where it is, and waits to be removed and added again.
"""

from hashlib import sha256

from cencomm.client.channel.public_roster import logged_entries
from cencomm.client.channel.rejecting import reject_commit, send_rejections, was_stalled_by
from cencomm.client.channel.session import ChannelSession
from cencomm.client.events import ChannelStalled, Place
from cencomm.client.mailbox import Mailbox
from cencomm.ledger.log import LogKind
from cencomm.mls.framing import PublicMessage, decode_mls_message
from cencomm.mls.proposal import Remove


async def ask_again(mailbox: Mailbox, session: ChannelSession) -> None:
    """Say it of the newest Commit of our leaf, unless we have; the caller holds the lock."""
    newest = await _newest_own_commit(mailbox, session)
    if newest is None or await was_stalled_by(mailbox, session, newest.place.sequence):
        return
    await mailbox.write(reject_commit(mailbox, session, newest))
    await send_rejections(mailbox)


async def _newest_own_commit(mailbox: Mailbox, session: ChannelSession) -> ChannelStalled | None:
    """None: our leaf was removed since, or made none."""
    own, found = session.group.own_leaf, None
    place = session.operation, session.channel, session.generation
    async for entry, digest in logged_entries(mailbox, *place, after=session.sequence):
        if entry.kind != LogKind.COMMIT:
            continue
        public = decode_mls_message(entry.message)
        if not isinstance(public, PublicMessage) or public.commit is None:
            continue
        if any(isinstance(one, Remove) and one.removed == own for one in public.commit.proposals):
            return None
        if public.sender.leaf_index == own:
            at = Place(
                operation=session.operation,
                channel=session.channel,
                generation=session.generation,
                sequence=entry.sequence,
                log_hash=digest,
                epoch=entry.epoch,
            )
            commit_hash = sha256(entry.message).digest()
            found = ChannelStalled(place=at, rule="C10", detail="our leaf committed again", commit_hash=commit_hash)
    return found
