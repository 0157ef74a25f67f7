"""A device whose leaf is in a group of which it holds nothing: the state that opened its Welcome is lost (C9).

So it is with a node that was put back from a backup older than its entry. It is not absent, so nobody adds it; it has
no session, so it would say nothing. It rejects what put its leaf where it is, and is removed and added again.
"""

from dataclasses import dataclass
from hashlib import sha256

from cencomm.client.channel.leaves import leaf_view
from cencomm.client.channel.public_roster import Roster, added_credentials, follow_commit, logged_entries
from cencomm.client.channel.rejecting import reject_own_leaf, send_rejections
from cencomm.client.mailbox import Mailbox
from cencomm.errors import MalformedError
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.log import LogKind
from cencomm.ledger.rejection import RejectionKind
from cencomm.mls.leaf_node import LeafNode


@dataclass(frozen=True, slots=True)
class _OwnLeaf:
    """What put our leaf there: somebody's Add, or a Commit of our own."""

    leaf: LeafNode
    kind: RejectionKind
    sequence: int
    commit_hash: bytes


async def ask_to_be_let_in(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> bool:
    """Say, once, that a leaf of ours is of no use to us; the caller holds the lock, and we have no group there.

    Returns:
        Whether such a leaf stands in the channel, as its log shows: then the members let us in again, or a Welcome
        waits that we have not looked at.

    Raises:
        Unavailable, AccessDenied: the relay does not answer, or not to us.
    """
    if channel not in mailbox.entitled_channels(operation):
        return False
    generation = mailbox.operation(operation).ledger.channels[channel].generation
    own = await _own_leaf(mailbox, operation, channel, generation)
    if own is None:
        return False
    answer = await mailbox.relay.welcomes(operation, channel, generation)  # after the log: it may just have come
    mine = [one for one in answer.welcomes if one.device == mailbox.device.device]
    if any(one.sequence >= own.sequence for one in mine):
        return True  # it leads in, or was refused, and that was said
    about = own.kind, own.sequence, own.commit_hash
    if writes := await reject_own_leaf(mailbox, (operation, channel, generation), *about):
        await mailbox.write(writes)
        await send_rejections(mailbox)
    return True


async def _own_leaf(mailbox: Mailbox, operation: OperationId, channel: ChannelId, generation: int) -> _OwnLeaf | None:
    roster: Roster = {}
    found: _OwnLeaf | None = None
    async for entry, _ in logged_entries(mailbox, operation, channel, generation, after=0):
        if entry.kind != LogKind.COMMIT:
            continue
        try:
            roster = follow_commit(roster, entry.message)
            added = added_credentials(entry.message)
        except MalformedError:
            return None  # no member follows it either: the unit restarts the channel (C11)
        certificate = mailbox.device.certificate
        leaf = next((one for one in roster.values() if leaf_view(0, one).credential == certificate), None)
        if leaf is None:
            found = None
        elif found is None or found.leaf != leaf:
            kind = RejectionKind.WELCOME if certificate in added else RejectionKind.COMMIT
            found = _OwnLeaf(leaf, kind, entry.sequence, sha256(entry.message).digest())
    return found
