"""A member's view of a group: create, join or restore one, then process, encrypt and commit.

    group, event = group.process(message)              # what others sent
    group, message = group.encrypt(plaintext, ...)     # store the group before the message leaves
    staged = group.commit(adds=..., ...)               # staged.group is the next epoch, once the relay has accepted

A `Group` never changes: every transition returns a new one and the old one still works. Store the new one before
anything leaves the device: an old state that encrypts again uses a key twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cencomm import codec
from cencomm.errors import MalformedError, UsageError
from cencomm.mls import creating, joining, key_schedule, processing, proposing, stored_state
from cencomm.mls.cipher_suite import CipherSuite
from cencomm.mls.commit import ProposalOrRef, ProposalRef
from cencomm.mls.committing import CommitRequest, Staged, commit, group_info, protect, tree_extension
from cencomm.mls.errors import GroupOver
from cencomm.mls.event import EpochAdvanced, Event
from cencomm.mls.extension import Extension, ExtensionType
from cencomm.mls.framing import FramedContent, MLSMessage, Sender, WireFormat, decode_mls_message, encode_mls_message
from cencomm.mls.group_context import GroupContext
from cencomm.mls.group_state import GroupState
from cencomm.mls.key_package import KeyPackage, KeyPackageBundle
from cencomm.mls.key_schedule import EpochAuthenticator, ResumptionSecret
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.proposal import Add, Proposal, Remove, Update
from cencomm.mls.psk import NO_KEYS, PreSharedKeys
from cencomm.mls.public_message import sign_content
from cencomm.mls.ratchet_tree import RatchetTree
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.welcome import GroupInfo, Welcome
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import Entropy, Secret


@dataclass(frozen=True, slots=True)
class Group:
    """One group in one epoch, as one member sees it."""

    state: GroupState

    @property
    def group_id(self) -> bytes:
        return self.state.context.group_id

    @property
    def epoch(self) -> int:
        return self.state.context.epoch

    @property
    def cipher_suite(self) -> CipherSuite:
        return self.state.context.cipher_suite

    @property
    def context(self) -> GroupContext:
        return self.state.context

    @property
    def own_leaf(self) -> LeafIndex:
        return self.state.own_leaf

    @property
    def tree(self) -> RatchetTree:
        return self.state.tree

    @property
    def confirmation_tag(self) -> bytes:
        """The one of the Commit that began this epoch."""
        return self.state.confirmation_tag

    @property
    def epoch_authenticator(self) -> EpochAuthenticator:
        """Equal for two members exactly when they are in the same state (RFC 9420 section 8.7)."""
        return self.state.secrets.epoch_authenticator

    @property
    def resumption_psk(self) -> ResumptionSecret:
        """Proves later that one was in this epoch (section 8.6). Keep it only if the application needs it."""
        return self.state.secrets.resumption_psk

    def leaves(self) -> Iterator[tuple[LeafIndex, LeafNode]]:
        """The occupied leaves, in order."""
        return self.state.tree.leaves()

    def process(self, message: MLSMessage | bytes, *, psks: PreSharedKeys = NO_KEYS) -> tuple["Group", Event]:
        """What a PublicMessage or PrivateMessage of this group and epoch says, and the group after it.

        The event tells what the sender was entitled to by MLS alone; whether the application allows it, the caller
        judges before it keeps the new group. After `MemberRemoved` the group returned is this one, and over.

        Raises:
            WrongGroup, WrongEpoch, OwnMessage: not for this state to judge.
            ProtocolError: refused; nothing was changed, and the error says by which rule.
            MissingPreSharedKey: a Commit uses a key that is not in `psks`.
        """
        decoded = decode_mls_message(message) if isinstance(message, bytes) else message
        state, event = processing.process(self.state, decoded, psks)
        return Group(state), event

    def encrypt(
        self, plaintext: bytes, *, authenticated_data: bytes, entropy: Entropy, padding: int = 0
    ) -> tuple["Group", bytes]:
        """The MLSMessage to send, exactly as it will be stored and sent again; and the group without its key.

        Raises:
            UsageError: proposals wait for a Commit, which has to come first (RFC 9420 section 12.4).
            GroupOver: the group was reinitialised.
        """
        state = self.state
        if state.reinit is not None:
            raise GroupOver("the group was reinitialised")
        if state.proposals:
            raise UsageError("proposals wait for a Commit, which has to come before application data")
        content = FramedContent.build(
            group_id=self.group_id,
            epoch=self.epoch,
            sender=Sender.member(self.own_leaf),
            authenticated_data=authenticated_data,
            content=plaintext,
        )
        signed = sign_content(state.suite, state.signing_key, WireFormat.MLS_PRIVATE_MESSAGE, content, state.context)
        message, moved = protect(state, signed.authenticated(), entropy, padding=padding)
        return Group(moved), message

    def commit(
        self,
        *,
        adds: Sequence[KeyPackage] = (),
        removes: Sequence[LeafIndex] = (),
        proposals: Sequence[Proposal] = (),
        references: Sequence[bytes] = (),
        authenticated_data: bytes = b"",
        group_info_extensions: Sequence[Extension] = (),
        ratchet_tree_in_welcome: bool = False,
        force_path: bool = True,
        private: bool = False,
        psks: PreSharedKeys = NO_KEYS,
        entropy: Entropy,
    ) -> "StagedCommit":
        """End the epoch: remove, add, and refresh our own keys from the leaf to the root.

        `proposals` are further ones by value, `references` name received ones; `private` encrypts the Commit.

        Raises:
            ProtocolError: a proposal is refused; the error says by which rule.
            GroupOver: the group was reinitialised.
        """
        items: list[ProposalOrRef] = [ProposalRef(reference) for reference in references]
        items += [Remove(leaf) for leaf in removes]
        items += [Add(key_package) for key_package in adds]
        request = CommitRequest(
            proposals=(*items, *proposals),
            authenticated_data=authenticated_data,
            group_info_extensions=tuple(group_info_extensions),
            ratchet_tree_in_welcome=ratchet_tree_in_welcome,
            force_path=force_path,
            wire_format=WireFormat.MLS_PRIVATE_MESSAGE if private else WireFormat.MLS_PUBLIC_MESSAGE,
            psks=psks,
        )
        return StagedCommit(commit(self.state, request, entropy))

    def propose(
        self, proposal: Proposal, *, authenticated_data: bytes = b"", private: bool = False, entropy: Entropy
    ) -> tuple["Group", bytes]:
        """A proposal on its own, for somebody's next Commit to refer to; and the group that remembers it.

        Raises:
            UsageError: an Update, whose key has to be ours: `propose_update`.
            GroupOver: the group was reinitialised.
        """
        if isinstance(proposal, Update):
            raise UsageError("an Update is proposed by propose_update, which makes its key")
        state, message = proposing.propose(self.state, proposal, None, authenticated_data, entropy, private=private)
        return Group(state), message

    def propose_update(
        self, *, authenticated_data: bytes = b"", private: bool = False, entropy: Entropy
    ) -> tuple["Group", bytes]:
        """A proposal to replace our leaf's key, which only another member can commit (RFC 9420 section 12.1.2).

        Raises:
            GroupOver: the group was reinitialised.
        """
        state, message = proposing.propose_update(self.state, authenticated_data, entropy, private=private)
        return Group(state), message

    def group_info(self, *, extensions: Sequence[Extension] = (), with_tree: bool = True) -> bytes:
        """The MLSMessage by which somebody can join in this epoch without us (section 12.4.3.2)."""
        state = self.state
        public_key = key_schedule.external_key_pair(state.suite, state.secrets.external_secret).public_key
        offered = (*extensions, Extension(ExtensionType.EXTERNAL_PUB, codec.opaque(public_key)))
        tree = (tree_extension(state.tree),) if with_tree else ()
        return encode_mls_message(group_info(state, (*offered, *tree)))

    def export(self, label: str, context: bytes, length: int) -> Secret:
        """A secret of this epoch for the application's own purpose `label` (RFC 9420 section 8.5)."""
        state = self.state
        return Secret(key_schedule.export(state.suite, state.secrets.exporter_secret, label, context, length))

    def encode_public(self) -> bytes:
        """The part of the state that all members share; it changes with a Commit only."""
        return stored_state.encode_public(self.state)

    def encode_private(self) -> bytes:
        """The part that is ours alone, to be sealed; it changes with every message. The signing key is not in it."""
        return stored_state.encode_private(self.state)


@dataclass(frozen=True, slots=True)
class StagedCommit:
    """A Commit of our own that nobody has accepted yet. Keep `group` when it is, `base` when another one was."""

    staged: Staged

    @property
    def group(self) -> Group:
        """The group in the epoch that the Commit begins."""
        return Group(self.staged.state)

    @property
    def base(self) -> Group:
        """The group to go on with if the Commit is not accepted; for a PublicMessage, the one that made it."""
        return Group(self.staged.abandoned)

    @property
    def message(self) -> bytes:
        """The MLSMessage to send."""
        return self.staged.message

    @property
    def welcome(self) -> bytes | None:
        """The MLSMessage for those whom the Commit adds; not to be delivered before the Commit is accepted."""
        return self.staged.welcome

    @property
    def ratchet_tree(self) -> bytes:
        """The tree of the new epoch, for newcomers whose Welcome does not hold it (section 12.4.3.3)."""
        return self.staged.state.tree.encode()

    @property
    def event(self) -> EpochAdvanced:
        """What the others will see."""
        return self.staged.event


@dataclass(frozen=True, slots=True)
class Joined:
    """A group that we were added to, and what was said at the door."""

    group: Group
    group_info: GroupInfo

    @property
    def signer(self) -> LeafIndex:
        """The member that made the Welcome: the committer, unless somebody forwards an old one."""
        return self.group_info.signer


def create_group(
    *, group_id: bytes, key_package: KeyPackageBundle, entropy: Entropy, extensions: Sequence[Extension] = ()
) -> Group:
    """A group of one at epoch 0, with the leaf and suite of a key package of our own (RFC 9420 section 11).

    Raises:
        InvalidLeafNode: our leaf does not support the extensions.
    """
    return Group(creating.create(group_id, key_package, tuple(extensions), entropy))


def join_group(
    welcome: Welcome | bytes,
    *,
    key_package: KeyPackageBundle,
    ratchet_tree: bytes | None = None,
    psks: PreSharedKeys = NO_KEYS,
    now: int | None = None,
) -> Joined:
    """The group that a Welcome adds us to, with its tree from inside the Welcome or from beside it.

    Every key in the tree was put there by a member. Who the members are, whether the group is the one we expect and
    whether we are not in it already, is for the caller to judge. With `now`, expired leaves are refused.

    Raises:
        NotForUs: the Welcome holds nothing for this key package.
        ProtocolError: refused; the error says by which rule.
        MissingPreSharedKey: a key that it needs is not in `psks`.
    """
    decoded = decode_mls_message(welcome) if isinstance(welcome, bytes) else welcome
    if not isinstance(decoded, Welcome):
        raise MalformedError("not a Welcome")
    joined = joining.join(decoded, key_package, ratchet_tree=ratchet_tree, keys=psks, now=now)
    return Joined(Group(joined.state), joined.group_info)


def restore_group(public: bytes, private: bytes, signing_key: SigningKey) -> Group:
    """The group whose two parts these are; the public part may come from anybody.

    Raises:
        MalformedError: not what this version writes.
        InvalidTree: the parts do not belong together.
        UsageError: the signing key is not that of our leaf.
    """
    return Group(stored_state.restore(public, private, signing_key))
