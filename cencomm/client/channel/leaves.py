"""MLS as the ledger's rules look at it: plain views of leaves and Commits."""

from collections.abc import Iterable, Iterator

from cencomm.ledger.views import CommitView, LeafView, LoggedCommit
from cencomm.mls.commit import Commit
from cencomm.mls.credential import BasicCredential
from cencomm.mls.event import EpochAdvanced, MemberRemoved
from cencomm.mls.framing import PublicMessage, decode_mls_message
from cencomm.mls.group import Group
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.proposal import Add, Remove


def leaf_view(index: int, leaf: LeafNode) -> LeafView:
    """A leaf without a BasicCredential has no device certificate: its view has an empty one, which no rule accepts."""
    credential = leaf.credential
    return LeafView(
        index=index,
        credential=credential.identity if isinstance(credential, BasicCredential) else b"",
        signature_key=leaf.signature_key,
        encryption_key=leaf.encryption_key,
    )


def leaf_views(group: Group) -> Iterator[LeafView]:
    for index, leaf in group.leaves():
        yield leaf_view(index, leaf)


def commit_view(epoch: int, event: EpochAdvanced, *, other_proposals: bool) -> CommitView:
    """A Commit that MLS processed, which ended `epoch`."""
    return CommitView(
        epoch=epoch,
        committer=event.committer,
        added=tuple(leaf_view(index, leaf) for index, leaf in event.added),
        removed=tuple(leaf_view(index, leaf) for index, leaf in event.removed),
        has_path=event.has_path,
        other_proposals=other_proposals,
        anchor=event.authenticated_data,
    )


def removal_view(public: PublicMessage, commit: Commit, event: MemberRemoved, before: Iterable[LeafView]) -> CommitView:
    """A Commit that removes us, from its framing: whoever is removed cannot process it to the end."""
    gone = {proposal.removed for proposal in commit.proposals if isinstance(proposal, Remove)}
    adds = (proposal.key_package.leaf_node for proposal in commit.proposals if isinstance(proposal, Add))
    return CommitView(
        epoch=public.epoch,
        committer=event.committer,
        added=tuple(leaf_view(index, leaf) for index, leaf in enumerate(adds)),
        removed=tuple(leaf for leaf in before if leaf.index in gone),
        has_path=commit.path is not None,
        other_proposals=beyond_profile(commit),
        anchor=event.authenticated_data,
    )


def beyond_profile(commit: Commit) -> bool:
    """Whether the Commit holds anything else than by-value Add and Remove (C2)."""
    return any(not isinstance(proposal, Add | Remove) for proposal in commit.proposals)


def logged_commit(sequence: int, data: bytes) -> LoggedCommit | None:
    """A log entry as a newcomer reads it, from its framing alone; None when it is no Commit of a member."""
    message = decode_mls_message(data)
    if not isinstance(message, PublicMessage) or message.commit is None or message.confirmation_tag is None:
        return None
    sender = message.sender.leaf_index
    if sender is None:
        return None
    adds = (proposal for proposal in message.commit.proposals if isinstance(proposal, Add))
    return LoggedCommit(
        sequence=sequence,
        epoch=message.epoch,
        sender=sender,
        key_packages=tuple(add.key_package.encode() for add in adds),
        confirmation_tag=message.confirmation_tag,
        authenticated_data=message.authenticated_data,
    )
