"""Creating a group of one (RFC 9420 section 11)."""

from cencomm.mls import key_schedule
from cencomm.mls.cipher_suite import HASH_BYTES, suite_of
from cencomm.mls.extension import Extension
from cencomm.mls.group_context import GroupContext
from cencomm.mls.group_state import GroupState
from cencomm.mls.key_package import KeyPackageBundle
from cencomm.mls.key_schedule import EpochSecret
from cencomm.mls.leaf_validation import check_leaf
from cencomm.mls.ratchet_tree import RatchetTree
from cencomm.mls.secret_tree import SecretTree
from cencomm.mls.transcript import interim_transcript_hash
from cencomm.mls.tree_math import LeafIndex, node_of
from cencomm.secret import Entropy

_CREATOR = LeafIndex(0)
_NO_TRANSCRIPT = b""  # section 8.2: both transcript hashes begin empty


def create(group_id: bytes, own: KeyPackageBundle, extensions: tuple[Extension, ...], entropy: Entropy) -> GroupState:
    """Epoch 0, with the leaf and suite of a key package of our own.

    Raises:
        InvalidLeafNode: our leaf does not support the extensions.
    """
    cipher_suite, leaf = own.key_package.cipher_suite, own.key_package.leaf_node
    suite, tree = suite_of(cipher_suite), RatchetTree.of(leaf)
    check_leaf(leaf, cipher_suite, extensions)
    context = GroupContext(
        cipher_suite=cipher_suite,
        group_id=group_id,
        epoch=0,
        tree_hash=tree.tree_hash(),
        confirmed_transcript_hash=_NO_TRANSCRIPT,
        extensions=extensions,
    )
    epoch = key_schedule.new_epoch(suite, EpochSecret(entropy(HASH_BYTES)))
    tag = key_schedule.confirmation_tag(suite, epoch.confirmation_key, _NO_TRANSCRIPT)
    return GroupState(
        suite=suite,
        context=context,
        tree=tree,
        own_leaf=_CREATOR,
        signing_key=own.signing_key,
        private_keys={node_of(_CREATOR): own.leaf_private_key},
        secrets=epoch.secrets,
        secret_tree=SecretTree.create(epoch.encryption_secret, tree.leaf_count),
        confirmation_tag=tag,
        interim_transcript_hash=interim_transcript_hash(suite, _NO_TRANSCRIPT, tag),
        proposals={},
    )
