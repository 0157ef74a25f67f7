"""All that a member knows of one group in one epoch. It never changes: every transition makes another one."""

from collections.abc import Mapping
from dataclasses import dataclass

from cencomm.mls.cipher_suite import Suite
from cencomm.mls.framing import AuthenticatedContent
from cencomm.mls.group_context import GroupContext
from cencomm.mls.key_schedule import EpochSecrets
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.proposal import ReInit
from cencomm.mls.psk import PreSharedKeys
from cencomm.mls.ratchet_tree import RatchetTree
from cencomm.mls.secret_tree import SecretTree
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.treekem import PrivateKeys
from cencomm.primitives.hpke import PrivateKey
from cencomm.primitives.signatures import SigningKey


@dataclass(frozen=True, slots=True)
class PendingProposal:
    """A verified proposal of this epoch that a Commit may refer to."""

    message: AuthenticatedContent
    leaf_private_key: PrivateKey | None = None  # of our own Update, used once it is committed


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState:
    suite: Suite
    context: GroupContext
    tree: RatchetTree
    own_leaf: LeafIndex
    signing_key: SigningKey
    private_keys: PrivateKeys
    secrets: EpochSecrets
    secret_tree: SecretTree
    confirmation_tag: bytes
    interim_transcript_hash: bytes
    proposals: Mapping[bytes, PendingProposal]  # by ProposalRef
    reinit: ReInit | None = None  # the group is over: only a successor can be made of it

    @property
    def own_leaf_node(self) -> LeafNode:
        leaf = self.tree.leaf(self.own_leaf)
        assert leaf is not None  # a state exists only for members
        return leaf

    def with_own_resumption(self, keys: PreSharedKeys) -> PreSharedKeys:
        """`keys` and the one of this epoch, which every member of it holds anyway."""
        own = {(self.context.group_id, self.context.epoch): self.secrets.resumption_psk}
        return PreSharedKeys(keys.external, {**keys.resumption, **own})
