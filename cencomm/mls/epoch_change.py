"""From one epoch to the next: what committer and receivers do alike (RFC 9420 sections 8, 8.2, 12.3, 12.4)."""

from dataclasses import dataclass, replace

from cencomm.mls import key_schedule
from cencomm.mls.cipher_suite import Suite
from cencomm.mls.event import EpochAdvanced
from cencomm.mls.extension import Extension
from cencomm.mls.framing import FramedContent, SenderType
from cencomm.mls.group_context import GroupContext
from cencomm.mls.group_state import GroupState
from cencomm.mls.key_schedule import CommitSecret, InitSecret, NewEpoch
from cencomm.mls.proposal_list import Applied, ProposalList, leaves_of
from cencomm.mls.proposal_type import PATH_REQUIRED
from cencomm.mls.proposal_validation import Judged
from cencomm.mls.psk import PskSecret
from cencomm.mls.public_message import SignedContent
from cencomm.mls.ratchet_tree import RatchetTree
from cencomm.mls.secret_tree import SecretTree
from cencomm.mls.transcript import confirmed_transcript_hash, interim_transcript_hash
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.tree_validation import occupied
from cencomm.mls.treekem import PrivateKeys
from cencomm.mls.welcome import JoinerSecret


def path_is_required(proposals: ProposalList) -> bool:
    """Section 12.4: only a Commit that does nothing but add, inject keys or reinitialise goes without path."""
    kinds = {proposal.proposal_type for proposal in proposals.proposals}
    return not kinds or bool(kinds & PATH_REQUIRED)


def provisional_context(context: GroupContext, tree: RatchetTree, extensions: tuple[Extension, ...]) -> GroupContext:
    """That of the next epoch, but for the transcript: paths are encrypted under it (section 12.4.1)."""
    return replace(context, epoch=context.epoch + 1, tree_hash=tree.tree_hash(), extensions=extensions)


@dataclass(frozen=True, slots=True)
class Entropies:
    """What flows into a new epoch: the last one's secret, the path's, and pre-shared keys."""

    init_secret: InitSecret
    commit_secret: CommitSecret
    psk_secret: PskSecret


@dataclass(frozen=True, slots=True)
class Begun:
    """An epoch and the tag that proves that its maker got there."""

    context: GroupContext
    epoch: NewEpoch
    joiner_secret: JoinerSecret
    confirmation_tag: bytes
    interim_transcript_hash: bytes


def begin_epoch(
    suite: Suite, provisional: GroupContext, interim: bytes, signed: SignedContent, entropies: Entropies
) -> Begun:
    """Take a signed Commit into the transcript, and derive the epoch that it begins."""
    confirmed = confirmed_transcript_hash(suite, interim, signed.wire_format, signed.content, signed.signature)
    context = replace(provisional, confirmed_transcript_hash=confirmed)
    joiner = key_schedule.joiner_secret(suite, entropies.init_secret, entropies.commit_secret, context)
    epoch = key_schedule.epoch_from_joiner(suite, joiner, entropies.psk_secret, context)
    tag = key_schedule.confirmation_tag(suite, epoch.confirmation_key, confirmed)
    return Begun(context, epoch, joiner, tag, interim_transcript_hash(suite, confirmed, tag))


def next_state(
    state: GroupState, tree: RatchetTree, begun: Begun, proposals: ProposalList, private_keys: PrivateKeys
) -> GroupState:
    """The state of a member that was one before; everything of the old epoch that is not carried over is forgotten."""
    return replace(
        state,
        context=begun.context,
        tree=tree,
        private_keys=private_keys,
        secrets=begun.epoch.secrets,
        secret_tree=SecretTree.create(begun.epoch.encryption_secret, tree.leaf_count),
        confirmation_tag=begun.confirmation_tag,
        interim_transcript_hash=begun.interim_transcript_hash,
        proposals={},
        reinit=proposals.reinit,
    )


def epoch_advanced(
    judged: Judged, applied: Applied, tree: RatchetTree, content: FramedContent, begun: Begun, committer: LeafIndex
) -> EpochAdvanced:
    """The event that committer and receivers report alike."""
    proposals = judged.proposals
    has_path = tree is not applied.tree
    return EpochAdvanced(
        committer=committer,
        committer_leaf=occupied(tree, committer),
        added=leaves_of(tree, applied.added),
        updated=proposals.updates,
        removed=leaves_of(judged.tree, proposals.removes),
        proposals=proposals.proposals,
        by_reference=any(item.reference is not None for item in proposals.items),
        has_path=has_path,
        is_external=content.sender.sender_type is SenderType.NEW_MEMBER_COMMIT,
        authenticated_data=content.authenticated_data,
        confirmation_tag=begun.confirmation_tag,
        epoch=begun.context.epoch,
        reinit=proposals.reinit,
    )
