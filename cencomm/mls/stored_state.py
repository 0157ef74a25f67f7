"""A group at rest, in two parts.

    public   version, GroupContext, ratchet_tree          changes with a Commit; need not be kept secret
    private  version, GroupContext, own leaf, transcript,  changes with every message; sealed by the caller
             epoch secrets, private keys, secret tree,
             pending proposals, reinit

The private part pins the public one by the tree hash in its GroupContext: the public part may come from anywhere.
The signing key is in neither, since one device uses it in all of its groups.
"""

from collections.abc import Mapping

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError, UsageError
from cencomm.mls.cipher_suite import HASH_BYTES, Suite, suite_of
from cencomm.mls.errors import InvalidTree
from cencomm.mls.framing import AuthenticatedContent
from cencomm.mls.group_context import GroupContext
from cencomm.mls.group_state import GroupState, PendingProposal
from cencomm.mls.key_schedule import (
    EpochAuthenticator,
    EpochSecrets,
    ExporterSecret,
    ExternalSecret,
    InitSecret,
    MembershipKey,
    ResumptionSecret,
    SenderDataSecret,
)
from cencomm.mls.proposal import ReInit
from cencomm.mls.ratchet_tree import RatchetTree, decode_ratchet_tree
from cencomm.mls.secret_tree import SecretTree
from cencomm.mls.tree_math import LeafIndex, NodeIndex
from cencomm.mls.tree_validation import tree_matches_the_context
from cencomm.primitives.hpke import PrivateKey
from cencomm.primitives.signatures import SigningKey

STATE_VERSION = 1


def encode_public(state: GroupState) -> bytes:
    return codec.uint(STATE_VERSION, 2) + state.context.encode() + state.tree.encode()


def encode_private(state: GroupState) -> bytes:
    secrets = state.secrets
    return b"".join(
        (
            codec.uint(STATE_VERSION, 2),
            state.context.encode(),
            codec.uint(state.own_leaf, 4),
            codec.opaque(state.confirmation_tag),
            codec.opaque(state.interim_transcript_hash),
            *(
                codec.opaque(secret.expose())
                for secret in (
                    secrets.init_secret,
                    secrets.sender_data_secret,
                    secrets.exporter_secret,
                    secrets.external_secret,
                    secrets.membership_key,
                    secrets.resumption_psk,
                    secrets.epoch_authenticator,
                )
            ),
            codec.vector(codec.uint(node, 4) + codec.opaque(key.expose()) for node, key in state.private_keys.items()),
            state.secret_tree.encode(),
            codec.vector(map(_encode_pending, state.proposals.values())),
            codec.optional(state.reinit.encode() if state.reinit else None),
        )
    )


def restore(public: bytes, private: bytes, signing_key: SigningKey) -> GroupState:
    """The state whose two parts these are.

    Raises:
        MalformedError: not what this version writes.
        InvalidTree: the public part is not the one that belongs to the private one.
        UsageError: the signing key is not that of our leaf.
    """
    public_reader = Reader(public)
    _check_version(public_reader)
    public_context = GroupContext.read(public_reader)
    tree = decode_ratchet_tree(public_reader.fixed(len(public) - public_reader.mark()))
    state = codec.decode(private, lambda reader: _read_private(reader, tree, signing_key))
    if public_context != state.context:
        raise InvalidTree("the two parts of the stored group are of different epochs")
    tree_matches_the_context(tree, state.context)
    leaf = tree.leaf(state.own_leaf)
    if leaf is None or leaf.signature_key != signing_key.public_key:
        raise UsageError("the signing key is not the one of our leaf")
    return state


def _check_version(reader: Reader) -> None:
    if reader.uint(2) != STATE_VERSION:
        raise MalformedError("the group was stored by another version of this program")


def _read_private(reader: Reader, tree: RatchetTree, signing_key: SigningKey) -> GroupState:
    _check_version(reader)
    context = GroupContext.read(reader)
    suite = suite_of(context.cipher_suite)
    own_leaf = LeafIndex(reader.uint(4))
    confirmation_tag, interim = reader.opaque(most=HASH_BYTES), reader.opaque(most=HASH_BYTES)
    return GroupState(
        suite=suite,
        context=context,
        tree=tree,
        own_leaf=own_leaf,
        signing_key=signing_key,
        confirmation_tag=confirmation_tag,
        interim_transcript_hash=interim,
        secrets=_read_secrets(reader),
        private_keys=dict(reader.vector(lambda inner: (NodeIndex(inner.uint(4)), _read_private_key(inner)))),
        secret_tree=SecretTree.read(reader),
        proposals=_read_proposals(reader, suite),
        reinit=reader.optional(ReInit.read),
    )


def _read_secrets(reader: Reader) -> EpochSecrets:
    def secret() -> bytes:
        return reader.opaque(most=HASH_BYTES)

    return EpochSecrets(
        init_secret=InitSecret(secret()),
        sender_data_secret=SenderDataSecret(secret()),
        exporter_secret=ExporterSecret(secret()),
        external_secret=ExternalSecret(secret()),
        membership_key=MembershipKey(secret()),
        resumption_psk=ResumptionSecret(secret()),
        epoch_authenticator=EpochAuthenticator(secret()),
    )


def _read_private_key(reader: Reader) -> PrivateKey:
    try:
        return PrivateKey(reader.opaque())
    except UsageError as exc:
        raise MalformedError(str(exc)) from None


def _encode_pending(pending: PendingProposal) -> bytes:
    key = pending.leaf_private_key
    return pending.message.encode() + codec.optional(None if key is None else codec.opaque(key.expose()))


def _read_proposals(reader: Reader, suite: Suite) -> Mapping[bytes, PendingProposal]:
    pending = reader.vector(
        lambda inner: PendingProposal(AuthenticatedContent.read(inner), inner.optional(_read_private_key))
    )
    return {one.message.proposal_ref(suite): one for one in pending}
