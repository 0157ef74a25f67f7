"""Taking in a message of the group (RFC 9420 sections 6, 12.1.8, 12.4.2). A refused message has changed nothing."""

import hmac
from dataclasses import dataclass, replace
from typing import assert_never

from cencomm.errors import MalformedError
from cencomm.mls import key_schedule
from cencomm.mls.commit import Commit, UpdatePath
from cencomm.mls.epoch_change import (
    Begun,
    Entropies,
    begin_epoch,
    epoch_advanced,
    next_state,
    path_is_required,
    provisional_context,
)
from cencomm.mls.errors import (
    BadTag,
    InvalidCommit,
    InvalidMessage,
    InvalidProposal,
    OwnMessage,
    WrongEpoch,
    WrongGroup,
)
from cencomm.mls.event import ApplicationReceived, Event, MemberRemoved, ProposalReceived
from cencomm.mls.extension import external_senders
from cencomm.mls.framing import (
    AuthenticatedContent,
    FramedContent,
    MLSMessage,
    PrivateMessage,
    PublicMessage,
    SenderType,
)
from cencomm.mls.group_state import GroupState, PendingProposal
from cencomm.mls.key_schedule import NO_COMMIT_SECRET, CommitSecret
from cencomm.mls.leaf_validation import leaf_key_is_fresh
from cencomm.mls.private_message import unprotect_private
from cencomm.mls.proposal import Add, Proposal
from cencomm.mls.proposal_list import Applied, ProposalList, apply, resolve
from cencomm.mls.proposal_validation import (
    Judged,
    PathLeaf,
    check_path_leaf,
    check_proposals,
    check_resulting_members,
    sender_may_propose,
)
from cencomm.mls.psk import PreSharedKeys, psk_secret
from cencomm.mls.public_message import SignedContent, unprotect_public, verify_content
from cencomm.mls.ratchet_tree import RatchetTree
from cencomm.mls.tree_math import LeafIndex, node_of
from cencomm.mls.tree_validation import occupied
from cencomm.mls.treekem import PrivateKeys, merge_path, open_path, still_valid

MAX_PENDING_PROPOSALS = 1_000  # per epoch: a member cannot fill the others' memory


def process(state: GroupState, message: MLSMessage, keys: PreSharedKeys) -> tuple[GroupState, Event]:
    """What the message says, and the state after it.

    Raises:
        WrongGroup, WrongEpoch, OwnMessage: it is not for this state to judge.
        ProtocolError: it is refused; the error says by which rule.
        MissingPreSharedKey: a Commit uses a key that is not in `keys`.
    """
    if not isinstance(message, PublicMessage | PrivateMessage):
        raise MalformedError("not a message within a group")
    if message.group_id != state.context.group_id:
        raise WrongGroup
    if message.epoch != state.context.epoch:
        raise WrongEpoch(got=message.epoch, current=state.context.epoch)
    if isinstance(message, PublicMessage):
        authenticated = unprotect_public(state.suite, state.secrets.membership_key, message, state.context)
        moved, generation = state, 0
    else:
        opened = unprotect_private(
            state.suite,
            state.secrets.sender_data_secret,
            state.secret_tree,
            message,
            lambda leaf: _check_member(state, leaf),
        )
        authenticated, generation = opened.message, opened.generation
        moved = replace(state, secret_tree=opened.secret_tree)
    verify_content(state.suite, _author_key(state, authenticated.content), authenticated, state.context)
    return _take_in(moved, authenticated, generation, keys)


def _check_member(state: GroupState, leaf: LeafIndex) -> None:
    """Section 6.3.2: a message comes from an occupied leaf; for us, from another one than ours."""
    if leaf == state.own_leaf:
        raise OwnMessage
    occupied(state.tree, leaf)


def _author_key(state: GroupState, content: FramedContent) -> bytes:
    """The key that has to have signed, by the kind of sender (section 6.1)."""
    sender, body = content.sender, content.content
    match sender.sender_type:
        case SenderType.MEMBER:
            leaf = sender.leaf_index
            assert leaf is not None  # the reader gave every member an index
            _check_member(state, leaf)
            return occupied(state.tree, leaf).signature_key
        case SenderType.EXTERNAL:
            senders = external_senders(state.context.extensions)
            if isinstance(body, bytes | Commit) or sender.index is None or sender.index >= len(senders):
                raise InvalidMessage("an external sender that the group does not know, or not with a proposal")
            return senders[sender.index].signature_key
        case SenderType.NEW_MEMBER_PROPOSAL:
            if not isinstance(body, Add):
                raise InvalidMessage("a newcomer may only propose to be added")
            return body.key_package.leaf_node.signature_key
        case SenderType.NEW_MEMBER_COMMIT:
            if not isinstance(body, Commit) or body.path is None:
                raise InvalidMessage("a newcomer may only commit, and with a path")
            return body.path.leaf_node.signature_key
        case _:
            assert_never(sender.sender_type)


def _take_in(
    state: GroupState, message: AuthenticatedContent, generation: int, keys: PreSharedKeys
) -> tuple[GroupState, Event]:
    body = message.content.content
    match body:
        case bytes():
            return state, _application(state, message.content, body, generation)
        case Commit():
            return _commit(state, message, body, keys)
        case _:
            return _proposal(state, message, body)


def _application(state: GroupState, content: FramedContent, plaintext: bytes, generation: int) -> ApplicationReceived:
    """Only PrivateMessages get here: `unprotect_public` refuses application data."""
    sender = content.sender.leaf_index
    assert sender is not None  # only members encrypt
    return ApplicationReceived(
        sender=sender,
        sender_leaf=occupied(state.tree, sender),
        plaintext=plaintext,
        authenticated_data=content.authenticated_data,
        epoch=content.epoch,
        generation=generation,
    )


def _proposal(
    state: GroupState, message: AuthenticatedContent, proposal: Proposal
) -> tuple[GroupState, ProposalReceived]:
    sender_may_propose(message.content.sender, proposal)
    if len(state.proposals) >= MAX_PENDING_PROPOSALS:
        raise InvalidProposal(f"more than {MAX_PENDING_PROPOSALS} proposals in one epoch")
    reference = message.proposal_ref(state.suite)
    kept = replace(state, proposals={**state.proposals, reference: PendingProposal(message)})
    return kept, ProposalReceived(
        sender=message.content.sender,
        proposal=proposal,
        reference=reference,
        authenticated_data=message.content.authenticated_data,
        epoch=message.content.epoch,
    )


@dataclass(frozen=True, slots=True)
class _Merged:
    """The tree with all changes of a Commit, who made it, and our private keys just before its path."""

    tree: RatchetTree
    committer: LeafIndex
    keys_before: PrivateKeys


def _commit(
    state: GroupState, message: AuthenticatedContent, commit: Commit, keys: PreSharedKeys
) -> tuple[GroupState, Event]:
    content = message.content
    proposals = ProposalList(resolve(commit, content.sender, state.proposals))
    judged = Judged(
        suite=state.suite, context=state.context, tree=state.tree, committer=content.sender, proposals=proposals
    )
    check_proposals(judged)
    if commit.path is None and path_is_required(proposals):
        raise InvalidCommit("the Commit needs a path")
    applied = apply(proposals, state.tree)
    merged = _merge(state, judged, applied, commit.path)
    if state.own_leaf in proposals.removes:
        return state, _removed(state, content, merged)
    commit_secret, private_keys = _secrets_of(state, judged, applied, merged, commit.path)
    external_init = proposals.external_init
    entropies = Entropies(
        key_schedule.external_init_receive(state.suite, state.secrets.external_secret, external_init.kem_output)
        if external_init
        else state.secrets.init_secret,
        commit_secret,
        psk_secret(state.suite, proposals.psks, state.with_own_resumption(keys)),
    )
    begun = begin_epoch(
        state.suite,
        provisional_context(state.context, merged.tree, judged.extensions),
        state.interim_transcript_hash,
        SignedContent(message.wire_format, content, message.auth.signature),
        entropies,
    )
    _verify_confirmation(message, begun)
    following = next_state(state, merged.tree, begun, proposals, private_keys)
    return following, epoch_advanced(judged, applied, merged.tree, content, begun, merged.committer)


def _merge(state: GroupState, judged: Judged, applied: Applied, path: UpdatePath | None) -> _Merged:
    """Judge what the Commit makes of the tree (section 12.4.2)."""
    committer = judged.committer.leaf_index
    before = _keys_before_path(state, judged.proposals, applied.tree)
    if path is None:
        assert committer is not None  # external Commits require a path
        check_resulting_members(judged, applied.tree, None)
        return _Merged(applied.tree, committer, before)
    tree = applied.tree
    if committer is None:
        tree, (committer,) = tree.room()
        for removed in judged.proposals.removes:
            leaf_key_is_fresh(path.leaf_node, occupied(state.tree, removed))  # a joiner's old appearance, section 12.2
    leaf = PathLeaf(index=committer, leaf=path.leaf_node, replaced=tree.leaf(committer))
    check_path_leaf(judged, leaf)
    merged = merge_path(tree, committer, path)
    check_resulting_members(judged, merged, leaf)
    return _Merged(merged, committer, before)


def _keys_before_path(state: GroupState, proposals: ProposalList, tree: RatchetTree) -> PrivateKeys:
    """Our private keys after the proposals: without those of blanked nodes, with that of our own Update."""
    keys = dict(still_valid(state.private_keys, state.tree, tree))
    for item in proposals.items:
        if item.reference is not None and item.sender.leaf_index == state.own_leaf:
            key = state.proposals[item.reference].leaf_private_key
            if key is not None:
                keys[node_of(state.own_leaf)] = key
    return keys


def _removed(state: GroupState, content: FramedContent, merged: _Merged) -> MemberRemoved:
    return MemberRemoved(
        committer=merged.committer,
        committer_leaf=occupied(merged.tree, merged.committer),
        authenticated_data=content.authenticated_data,
        epoch=state.context.epoch + 1,
    )


def _secrets_of(
    state: GroupState, judged: Judged, applied: Applied, merged: _Merged, path: UpdatePath | None
) -> tuple[CommitSecret, PrivateKeys]:
    """The commit secret, and our private keys in the new tree."""
    if path is None:
        return NO_COMMIT_SECRET, merged.keys_before
    ladder = open_path(
        state.suite,
        merged.tree,
        merged.committer,
        path,
        state.own_leaf,
        merged.keys_before,
        frozenset(applied.added),
        provisional_context(state.context, merged.tree, judged.extensions),
    )
    kept = still_valid(merged.keys_before, applied.tree, merged.tree)
    return ladder.commit_secret, {**kept, **ladder.private_keys}


def _verify_confirmation(message: AuthenticatedContent, begun: Begun) -> None:
    """Section 12.4.2: the committer arrived at the same state."""
    tag = message.auth.confirmation_tag
    assert tag is not None  # the reader gave every Commit one
    if not hmac.compare_digest(tag, begun.confirmation_tag):
        raise BadTag("the computed confirmation tag does not match the expected one")
