"""Joining by an external Commit, without anybody's help (RFC 9420 section 12.4.3.2).

The product does not offer it: by an old GroupInfo, a revoked member could read (rule C2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cencomm.errors import MalformedError
from cencomm.mls.cipher_suite import suite_of
from cencomm.mls.commit import Commit
from cencomm.mls.epoch_change import Entropies, begin_epoch, epoch_advanced, provisional_context
from cencomm.mls.errors import InvalidWelcome
from cencomm.mls.event import EpochAdvanced
from cencomm.mls.extension import external_pub
from cencomm.mls.framing import (
    FramedContent,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    decode_mls_message,
    encode_mls_message,
)
from cencomm.mls.group import Group
from cencomm.mls.group_state import GroupState
from cencomm.mls.joining import verified_tree
from cencomm.mls.key_schedule import external_init_send
from cencomm.mls.leaf_node import LeafContent
from cencomm.mls.proposal import ExternalInit, PreSharedKey, Proposal, Remove
from cencomm.mls.proposal_list import ProposalFrom, ProposalList, apply
from cencomm.mls.proposal_validation import Judged, PathLeaf, check_path_leaf, check_proposals, check_resulting_members
from cencomm.mls.psk import NO_KEYS, PreSharedKeyID, PreSharedKeys, psk_secret
from cencomm.mls.public_message import sign_content
from cencomm.mls.secret_tree import SecretTree
from cencomm.mls.transcript import interim_transcript_hash
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.tree_validation import occupied
from cencomm.mls.treekem import create_path
from cencomm.mls.welcome import GroupInfo
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import Entropy


@dataclass(frozen=True, slots=True)
class ExternalCommit:
    """Our way into a group; keep `group` once the Commit is accepted."""

    group: Group
    message: bytes
    event: EpochAdvanced


def join_externally(
    group_info: GroupInfo | bytes,
    *,
    leaf: LeafContent,
    signing_key: SigningKey,
    ratchet_tree: bytes | None = None,
    removes: LeafIndex | None = None,
    psk_ids: Sequence[PreSharedKeyID] = (),
    psks: PreSharedKeys = NO_KEYS,
    authenticated_data: bytes = b"",
    entropy: Entropy,
) -> ExternalCommit:
    """A Commit that adds us to the group of a GroupInfo, with the tree from inside it or from beside.

    `removes` is our own old appearance. Whether the GroupInfo is the newest, its signer cannot say: a stale one gives
    a Commit that nobody accepts.

    Raises:
        InvalidWelcome: the GroupInfo does not allow it, or its signature or tree is wrong.
        ProtocolError: refused for another rule, which the error names.
        MissingPreSharedKey: a key that `psk_ids` names is not in `psks`.
    """
    info = decode_mls_message(group_info) if isinstance(group_info, bytes) else group_info
    if not isinstance(info, GroupInfo):
        raise MalformedError("not a GroupInfo")
    context, suite = info.group_context, suite_of(info.group_context.cipher_suite)
    tree = verified_tree(suite, info, ratchet_tree, None)
    public_key = external_pub(info.extensions)
    if public_key is None:
        raise InvalidWelcome("the GroupInfo offers no key for external joins")
    kem_output, init_secret = external_init_send(suite, public_key, entropy)
    sender = Sender(SenderType.NEW_MEMBER_COMMIT)
    by_value: list[Proposal] = [ExternalInit(kem_output)]
    by_value += [] if removes is None else [Remove(removes)]
    by_value += map(PreSharedKey, psk_ids)
    proposals = ProposalList(tuple(ProposalFrom(proposal, sender) for proposal in by_value))
    judged = Judged(suite=suite, context=context, tree=tree, committer=sender, proposals=proposals)
    check_proposals(judged)
    applied = apply(proposals, tree)
    roomy, (own_leaf,) = applied.tree.room()
    fresh = create_path(suite, roomy, own_leaf, leaf, signing_key, context.group_id, entropy)
    path_leaf = PathLeaf(index=own_leaf, leaf=occupied(fresh.tree, own_leaf), replaced=None)
    check_path_leaf(judged, path_leaf)
    check_resulting_members(judged, fresh.tree, path_leaf)
    provisional = provisional_context(context, fresh.tree, judged.extensions)
    content = FramedContent.build(
        group_id=context.group_id,
        epoch=context.epoch,
        sender=sender,
        authenticated_data=authenticated_data,
        content=Commit(tuple(by_value), fresh.encrypt(suite, provisional, (), entropy)),
    )
    signed = sign_content(suite, signing_key, WireFormat.MLS_PUBLIC_MESSAGE, content, context)
    entropies = Entropies(init_secret, fresh.ladder.commit_secret, psk_secret(suite, proposals.psks, psks))
    interim = interim_transcript_hash(suite, context.confirmed_transcript_hash, info.confirmation_tag)
    begun = begin_epoch(suite, provisional, interim, signed, entropies)
    message = PublicMessage(content, signed.authenticated(begun.confirmation_tag).auth, None)
    state = GroupState(
        suite=suite,
        context=begun.context,
        tree=fresh.tree,
        own_leaf=own_leaf,
        signing_key=signing_key,
        private_keys=fresh.private_keys,
        secrets=begun.epoch.secrets,
        secret_tree=SecretTree.create(begun.epoch.encryption_secret, fresh.tree.leaf_count),
        confirmation_tag=begun.confirmation_tag,
        interim_transcript_hash=begun.interim_transcript_hash,
        proposals={},
    )
    event = epoch_advanced(judged, applied, fresh.tree, content, begun, own_leaf)
    return ExternalCommit(Group(state), encode_mls_message(message), event)
