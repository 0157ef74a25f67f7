"""Who is in a channel's group, as anybody who reads its log can tell: Commits travel in the clear (C2).

For whoever is not in the group. The signatures in it only members can verify, so it decides nothing that they decide.
"""

from collections.abc import AsyncIterator, Mapping

from cencomm.client.channel.leaves import leaf_view
from cencomm.client.mailbox import Mailbox
from cencomm.errors import MalformedError
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.views import LeafView
from cencomm.mls.framing import PublicMessage, decode_mls_message
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.proposal import Add, Remove
from cencomm.wire.log import LogEntry

Roster = Mapping[int, LeafNode]
"""Leaf index -> what stands there."""


def follow_commit(roster: Roster, message: bytes) -> Roster:
    """The leaves after a Commit of the log: removals, additions from the left, the committer's own (RFC 9420, 12.3).

    Raises:
        MalformedError: it is no Commit of a member.
    """
    public = decode_mls_message(message)
    if not isinstance(public, PublicMessage) or public.commit is None or public.sender.leaf_index is None:
        raise MalformedError("not a Commit of a member")
    after = dict(roster)
    for proposal in public.commit.proposals:
        if isinstance(proposal, Remove):
            after.pop(proposal.removed, None)
    if public.epoch == 0 and public.commit.path is not None:  # of whoever made the group (L8), before anybody is added
        after[public.sender.leaf_index] = public.commit.path.leaf_node
    for proposal in public.commit.proposals:
        if isinstance(proposal, Add):
            after[_leftmost_blank(after)] = proposal.key_package.leaf_node
    if public.commit.path is not None:
        after[public.sender.leaf_index] = public.commit.path.leaf_node
    return after


def added_credentials(message: bytes) -> frozenset[bytes]:
    """Whom a Commit of the log adds.

    Raises:
        MalformedError: it is no MLSMessage.
    """
    public = decode_mls_message(message)
    if not isinstance(public, PublicMessage) or public.commit is None:
        return frozenset()
    added = (one.key_package.leaf_node for one in public.commit.proposals if isinstance(one, Add))
    return frozenset(leaf_view(0, leaf).credential for leaf in added)


async def logged_entries(
    mailbox: Mailbox, operation: OperationId, channel: ChannelId, generation: int, *, after: int
) -> AsyncIterator[tuple[LogEntry, bytes]]:
    """Entries behind `after` as the relay shows them now, each with the log hash that they lead to from there."""
    while True:
        page = await mailbox.relay.log(operation, channel, generation, after=after)
        digest = page.previous
        for entry in page.entries:
            digest = log_hash(channel, generation, digest, entry.sequence, LogKind(entry.kind), entry.message)
            yield entry, digest
            after = entry.sequence
        if not page.entries:
            return


def views(roster: Roster) -> list[LeafView]:
    return [leaf_view(index, leaf) for index, leaf in sorted(roster.items())]


def _leftmost_blank(roster: Roster) -> int:
    return next(index for index in range(len(roster) + 1) if index not in roster)
