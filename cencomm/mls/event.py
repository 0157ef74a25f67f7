"""What a processed message did. A closed union: match it exhaustively."""

from dataclasses import dataclass

from cencomm.mls.framing import Sender
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.proposal import Proposal, ReInit
from cencomm.mls.tree_math import LeafIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationReceived:
    """`sender` was a member of `epoch` and wrote exactly this; nothing is said about whether it still is one."""

    sender: LeafIndex
    sender_leaf: LeafNode
    plaintext: bytes
    authenticated_data: bytes
    epoch: int
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalReceived:
    """Somebody entitled to propose proposed this; it has no effect until a Commit refers to it by `reference`."""

    sender: Sender
    proposal: Proposal
    reference: bytes
    authenticated_data: bytes
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochAdvanced:
    """A member (or with an external Commit, now a member) ended the epoch. All who accept it are in the same state.

    `epoch` is the new one. `committer_leaf` and the leaves of `added` and `updated` are those of the new tree, the
    leaves of `removed` those of the old one. Whether these changes are allowed is for the application to judge before
    it keeps the new group.
    """

    committer: LeafIndex
    committer_leaf: LeafNode
    added: tuple[tuple[LeafIndex, LeafNode], ...]
    updated: tuple[tuple[LeafIndex, LeafNode], ...]
    removed: tuple[tuple[LeafIndex, LeafNode], ...]
    proposals: tuple[Proposal, ...]
    by_reference: bool  # at least one of the proposals had been sent on its own
    has_path: bool
    is_external: bool
    authenticated_data: bytes
    confirmation_tag: bytes
    epoch: int
    reinit: ReInit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved:
    """A member removed us: the group that processed this is over for us.

    The Commit was signed by `committer` and made by a member of the epoch that it ends. Its confirmation tag is
    unverified: whoever is removed cannot know the new epoch's secrets.
    """

    committer: LeafIndex
    committer_leaf: LeafNode
    authenticated_data: bytes
    epoch: int


Event = ApplicationReceived | ProposalReceived | EpochAdvanced | MemberRemoved
