"""Making a Commit, and the Welcome for those whom it adds (RFC 9420 section 12.4.1)."""

from dataclasses import dataclass, replace

from cencomm.mls import key_schedule
from cencomm.mls.commit import Commit, ProposalOrRef
from cencomm.mls.epoch_change import (
    Begun,
    Entropies,
    begin_epoch,
    epoch_advanced,
    next_state,
    path_is_required,
    provisional_context,
)
from cencomm.mls.errors import GroupOver
from cencomm.mls.event import EpochAdvanced
from cencomm.mls.extension import Extension, ExtensionType
from cencomm.mls.framing import AuthenticatedContent, FramedContent, Sender, WireFormat, encode_mls_message
from cencomm.mls.group_state import GroupState
from cencomm.mls.key_schedule import NO_COMMIT_SECRET
from cencomm.mls.leaf_node import LeafContent
from cencomm.mls.private_message import protect_private
from cencomm.mls.proposal_list import Applied, ProposalList, apply, resolve
from cencomm.mls.proposal_validation import WITHIN_A_GROUP, Judged, check_proposals, check_resulting_members
from cencomm.mls.psk import NO_KEYS, PreSharedKeys, PskSecret, ResumptionPSKUsage, psk_secret
from cencomm.mls.public_message import protect_public, sign_content
from cencomm.mls.ratchet_tree import RatchetTree
from cencomm.mls.treekem import FreshPath, create_path, still_valid
from cencomm.mls.welcome import GroupInfo, sign_group_info
from cencomm.mls.welcoming import seal_welcome
from cencomm.secret import Entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRequest:
    """What to commit and how. Without `force_path` the path is left out where the RFC allows it."""

    proposals: tuple[ProposalOrRef, ...] = ()
    authenticated_data: bytes = b""
    group_info_extensions: tuple[Extension, ...] = ()
    ratchet_tree_in_welcome: bool = False
    force_path: bool = True
    wire_format: WireFormat = WireFormat.MLS_PUBLIC_MESSAGE
    psks: PreSharedKeys = NO_KEYS
    psk_usages: frozenset[ResumptionPSKUsage] = WITHIN_A_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A Commit that nobody has accepted yet, and both states: the one if it is accepted, and the one if it is not."""

    state: GroupState
    abandoned: GroupState
    message: bytes
    welcome: bytes | None
    event: EpochAdvanced


@dataclass(frozen=True, slots=True)
class _Plan:
    """The changes of a Commit, judged and applied, and the fresh path on top of them."""

    judged: Judged
    applied: Applied
    path: FreshPath | None
    psk_secret: PskSecret

    @property
    def tree(self) -> RatchetTree:
        return self.path.tree if self.path else self.applied.tree


def commit(state: GroupState, request: CommitRequest, entropy: Entropy) -> Staged:
    """End the epoch with these proposals.

    Raises:
        GroupOver: the group was reinitialised.
        ProtocolError: the proposals are refused; the error says by which rule.
        MissingPreSharedKey: a proposal names a key that is not in the request.
    """
    if state.reinit is not None:
        raise GroupOver("the group was reinitialised")
    suite, plan = state.suite, _plan(state, request, entropy)
    provisional = provisional_context(state.context, plan.tree, plan.judged.extensions)
    newcomers = frozenset(plan.applied.added)
    update_path = plan.path.encrypt(suite, provisional, newcomers, entropy) if plan.path else None
    content = FramedContent.build(
        group_id=state.context.group_id,
        epoch=state.context.epoch,
        sender=Sender.member(state.own_leaf),
        authenticated_data=request.authenticated_data,
        content=Commit(request.proposals, update_path),
    )
    signed = sign_content(suite, state.signing_key, request.wire_format, content, state.context)
    commit_secret = plan.path.ladder.commit_secret if plan.path else NO_COMMIT_SECRET
    entropies = Entropies(state.secrets.init_secret, commit_secret, plan.psk_secret)
    begun = begin_epoch(suite, provisional, state.interim_transcript_hash, signed, entropies)
    message, abandoned = protect(state, signed.authenticated(begun.confirmation_tag), entropy)
    private_keys = still_valid(state.private_keys, state.tree, plan.tree)
    own_keys = {**private_keys, **plan.path.private_keys} if plan.path else private_keys
    following = next_state(state, plan.tree, begun, plan.judged.proposals, own_keys)
    return Staged(
        state=following,
        abandoned=abandoned,
        message=message,
        welcome=_welcome(following, request, plan, begun, entropy) if newcomers else None,
        event=epoch_advanced(plan.judged, plan.applied, plan.tree, content, begun, state.own_leaf),
    )


def _plan(state: GroupState, request: CommitRequest, entropy: Entropy) -> _Plan:
    sender = Sender.member(state.own_leaf)
    proposals = ProposalList(resolve(Commit(request.proposals, None), sender, state.proposals))
    judged = Judged(
        suite=state.suite,
        context=state.context,
        tree=state.tree,
        committer=sender,
        proposals=proposals,
        psk_usages=request.psk_usages,
    )
    check_proposals(judged)
    psk = psk_secret(state.suite, proposals.psks, state.with_own_resumption(request.psks))
    applied = apply(proposals, state.tree)
    check_resulting_members(judged, applied.tree, None)  # our path changes no credential, capability or signature key
    path = None
    if request.force_path or path_is_required(proposals):
        path = create_path(
            state.suite,
            applied.tree,
            state.own_leaf,
            LeafContent.of(state.own_leaf_node),
            state.signing_key,
            state.context.group_id,
            entropy,
        )
    return _Plan(judged, applied, path, psk)


def protect(
    state: GroupState, message: AuthenticatedContent, entropy: Entropy, *, padding: int = 0
) -> tuple[bytes, GroupState]:
    """The exact bytes to send, and the state in which their key, if they took one, is gone."""
    if message.wire_format is WireFormat.MLS_PRIVATE_MESSAGE:
        sealed, moved = protect_private(
            state.suite, state.secrets.sender_data_secret, state.secret_tree, message, entropy, padding=padding
        )
        return encode_mls_message(sealed), replace(state, secret_tree=moved)
    tagged = protect_public(state.suite, state.secrets.membership_key, message, state.context)
    return encode_mls_message(tagged), state


def group_info(state: GroupState, extensions: tuple[Extension, ...]) -> GroupInfo:
    """Our signed statement of where the group stands."""
    return sign_group_info(
        state.suite,
        state.signing_key,
        group_context=state.context,
        extensions=extensions,
        confirmation_tag=state.confirmation_tag,
        signer=state.own_leaf,
    )


def tree_extension(tree: RatchetTree) -> Extension:
    return Extension(ExtensionType.RATCHET_TREE, tree.encode())


def _welcome(following: GroupState, request: CommitRequest, plan: _Plan, begun: Begun, entropy: Entropy) -> bytes:
    extensions = request.group_info_extensions
    if request.ratchet_tree_in_welcome:
        extensions = (*extensions, tree_extension(following.tree))
    proposals = plan.judged.proposals
    welcome = seal_welcome(
        following.suite,
        key_schedule.welcome_secret(following.suite, begun.joiner_secret, plan.psk_secret),
        group_info(following, extensions),
        tuple(zip(proposals.adds, plan.applied.added, strict=True)),
        joiner_secret=begun.joiner_secret,
        path_secret_for=plan.path.path_secret_for if plan.path else None,
        psks=proposals.psks,
        entropy=entropy,
    )
    return encode_mls_message(welcome)
