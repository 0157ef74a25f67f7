"""Lists of proposals: whose they are, and what they make of a group (RFC 9420 sections 12.2, 12.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cencomm.mls.commit import Commit, ProposalRef
from cencomm.mls.errors import InvalidProposal
from cencomm.mls.extension import Extension
from cencomm.mls.framing import Sender
from cencomm.mls.group_context import GroupContext
from cencomm.mls.group_state import PendingProposal
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
    Update,
)
from cencomm.mls.psk import PreSharedKeyID
from cencomm.mls.ratchet_tree import RatchetTree
from cencomm.mls.tree_math import LeafIndex


@dataclass(frozen=True, slots=True)
class ProposalFrom:
    """A proposal and who is answerable for it: by value, the committer."""

    proposal: Proposal
    sender: Sender
    reference: bytes | None = None  # when it was sent on its own


def resolve(commit: Commit, committer: Sender, pending: Mapping[bytes, PendingProposal]) -> tuple[ProposalFrom, ...]:
    """The proposals of a Commit, in order.

    Raises:
        InvalidProposal: one that it refers to was not received in this epoch.
    """
    resolved = []
    for item in commit.proposals:
        if not isinstance(item, ProposalRef):
            resolved.append(ProposalFrom(item, committer))
            continue
        found = pending.get(item.value)
        if found is None:
            raise InvalidProposal("the Commit refers to a proposal that is not here")
        proposal = found.message.content.content
        assert not isinstance(proposal, bytes | Commit)  # only proposals are kept as pending
        resolved.append(ProposalFrom(proposal, found.message.content.sender, item.value))
    return tuple(resolved)


@dataclass(frozen=True, slots=True)
class ProposalList:
    """The proposals of one Commit, in order, and by kind."""

    items: tuple[ProposalFrom, ...]

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        return tuple(item.proposal for item in self.items)

    @property
    def adds(self) -> tuple[KeyPackage, ...]:
        return tuple(one.key_package for one in self.proposals if isinstance(one, Add))

    @property
    def removes(self) -> tuple[LeafIndex, ...]:
        return tuple(one.removed for one in self.proposals if isinstance(one, Remove))

    @property
    def updates(self) -> tuple[tuple[LeafIndex, LeafNode], ...]:
        """(leaf, its new node): an Update is about its sender."""
        return tuple(
            (item.sender.leaf_index, item.proposal.leaf_node)
            for item in self.items
            if isinstance(item.proposal, Update) and item.sender.leaf_index is not None
        )

    @property
    def psks(self) -> tuple[PreSharedKeyID, ...]:
        return tuple(one.psk for one in self.proposals if isinstance(one, PreSharedKey))

    @property
    def reinit(self) -> ReInit | None:
        return next((one for one in self.proposals if isinstance(one, ReInit)), None)

    @property
    def external_init(self) -> ExternalInit | None:
        return next((one for one in self.proposals if isinstance(one, ExternalInit)), None)

    def extensions_after(self, context: GroupContext) -> tuple[Extension, ...]:
        """The GroupContext's extensions, replaced as a whole if the list says so (section 12.1.7)."""
        changes = (one.extensions for one in self.proposals if isinstance(one, GroupContextExtensions))
        return next(changes, context.extensions)


@dataclass(frozen=True, slots=True)
class Applied:
    """The tree after a list, before any path."""

    tree: RatchetTree
    added: tuple[LeafIndex, ...]


def apply(proposals: ProposalList, tree: RatchetTree) -> Applied:
    """Updates, then Removes, then Adds in their order (section 12.3). The list has been validated."""
    for leaf, leaf_node in proposals.updates:
        tree = tree.update(leaf, leaf_node)
    if proposals.removes:
        tree = tree.remove(proposals.removes)
    added: tuple[LeafIndex, ...] = ()
    if proposals.adds:
        tree, added = tree.add([key_package.leaf_node for key_package in proposals.adds])
    return Applied(tree, added)


def leaves_of(tree: RatchetTree, indices: Iterable[LeafIndex]) -> tuple[tuple[LeafIndex, LeafNode], ...]:
    """Each leaf with its node, blank ones left out."""
    return tuple((index, leaf) for index in indices if (leaf := tree.leaf(index)) is not None)
