"""Sending proposals on their own, from inside the group and from outside (RFC 9420 sections 12.1, 12.1.8).

The product commits by value only (rule C2); this is here because other members' software need not.
"""

from dataclasses import replace

from cencomm.mls.cipher_suite import Suite, suite_of
from cencomm.mls.committing import protect
from cencomm.mls.errors import GroupOver
from cencomm.mls.framing import (
    FramedContent,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    encode_mls_message,
)
from cencomm.mls.group_state import GroupState, PendingProposal
from cencomm.mls.key_package import KeyPackageBundle
from cencomm.mls.leaf_node import LeafContent, sign_update_leaf
from cencomm.mls.proposal import Add, Proposal, Update
from cencomm.mls.proposal_validation import sender_may_propose
from cencomm.mls.public_message import sign_content
from cencomm.primitives.hpke import PrivateKey, generate_key_pair
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import Entropy


def propose(
    state: GroupState,
    proposal: Proposal,
    leaf_private_key: PrivateKey | None,
    authenticated_data: bytes,
    entropy: Entropy,
    *,
    private: bool,
) -> tuple[GroupState, bytes]:
    """The state that remembers the proposal, and the message.

    Raises:
        GroupOver: the group was reinitialised.
        InvalidProposal: not for a member to propose.
    """
    if state.reinit is not None:
        raise GroupOver("the group was reinitialised")
    sender = Sender.member(state.own_leaf)
    sender_may_propose(sender, proposal)
    content = FramedContent.build(
        group_id=state.context.group_id,
        epoch=state.context.epoch,
        sender=sender,
        authenticated_data=authenticated_data,
        content=proposal,
    )
    wire_format = WireFormat.MLS_PRIVATE_MESSAGE if private else WireFormat.MLS_PUBLIC_MESSAGE
    authenticated = sign_content(state.suite, state.signing_key, wire_format, content, state.context).authenticated()
    message, moved = protect(state, authenticated, entropy)
    pending = PendingProposal(authenticated, leaf_private_key)
    return replace(moved, proposals={**state.proposals, authenticated.proposal_ref(state.suite): pending}), message


def propose_update(
    state: GroupState, authenticated_data: bytes, entropy: Entropy, *, private: bool
) -> tuple[GroupState, bytes]:
    """Propose a fresh key for our own leaf; the state keeps its private half until it is committed."""
    fresh = generate_key_pair(entropy)
    leaf = sign_update_leaf(
        state.suite,
        state.signing_key,
        LeafContent.of(state.own_leaf_node),
        encryption_key=fresh.public_key,
        group_id=state.context.group_id,
        leaf_index=state.own_leaf,
    )
    return propose(state, Update(leaf), fresh.private_key, authenticated_data, entropy, private=private)


def propose_from_outside(
    proposal: Proposal, *, suite: Suite, key: SigningKey, sender_index: int, group_id: bytes, epoch: int
) -> bytes:
    """The MLSMessage by which somebody among the group's `external_senders` proposes.

    Raises:
        InvalidProposal: not for an outsider to propose.
    """
    return _from_outside(proposal, Sender(SenderType.EXTERNAL, sender_index), suite, key, group_id, epoch)


def propose_oneself(key_package: KeyPackageBundle, *, group_id: bytes, epoch: int) -> bytes:
    """The MLSMessage by which somebody proposes to be added."""
    public = key_package.key_package
    sender = Sender(SenderType.NEW_MEMBER_PROPOSAL)
    return _from_outside(Add(public), sender, suite_of(public.cipher_suite), key_package.signing_key, group_id, epoch)


def _from_outside(
    proposal: Proposal, sender: Sender, suite: Suite, key: SigningKey, group_id: bytes, epoch: int
) -> bytes:
    sender_may_propose(sender, proposal)
    content = FramedContent.build(
        group_id=group_id, epoch=epoch, sender=sender, authenticated_data=b"", content=proposal
    )
    signed = sign_content(suite, key, WireFormat.MLS_PUBLIC_MESSAGE, content, None).authenticated()
    return encode_mls_message(PublicMessage(signed.content, signed.auth, None))
