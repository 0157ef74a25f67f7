"""The rules for proposals and lists of them (RFC 9420 sections 12.1, 12.2), a function per rule.

Each rule takes a `Judged`: the list, who commits it, and the group before it. Which proposals an application allows,
and from whom, is not here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cencomm.mls.cipher_suite import HASH_BYTES, Suite
from cencomm.mls.errors import InvalidProposal
from cencomm.mls.extension import Extension, external_senders
from cencomm.mls.framing import Sender, SenderType
from cencomm.mls.group_context import GroupContext
from cencomm.mls.leaf_node import LeafNode, LeafNodeSource
from cencomm.mls.leaf_validation import (
    check_leaf,
    leaf_key_is_fresh,
    leaf_meets_required_capabilities,
    leaf_source_is,
    leaf_supports_group_extensions,
    member_keys_are_unique,
    members_understand_each_others_credentials,
)
from cencomm.mls.proposal import Proposal
from cencomm.mls.proposal_list import ProposalList
from cencomm.mls.proposal_type import ProposalType
from cencomm.mls.psk import ResumptionPsk, ResumptionPSKUsage
from cencomm.mls.ratchet_tree import RatchetTree
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.tree_validation import encryption_keys_appear_once

MAY_PROPOSE: Mapping[SenderType, frozenset[ProposalType]] = {
    SenderType.MEMBER: frozenset(ProposalType) - {ProposalType.EXTERNAL_INIT},
    SenderType.EXTERNAL: frozenset(ProposalType) - {ProposalType.UPDATE, ProposalType.EXTERNAL_INIT},
    SenderType.NEW_MEMBER_PROPOSAL: frozenset({ProposalType.ADD}),
    SenderType.NEW_MEMBER_COMMIT: frozenset({ProposalType.EXTERNAL_INIT, ProposalType.REMOVE, ProposalType.PSK}),
}
"""Who may propose what (RFC 9420 sections 12.1.8, 12.2)."""

WITHIN_A_GROUP = frozenset({ResumptionPSKUsage.APPLICATION})
"""The resumption keys that serve in a group that exists; the others make new groups (section 12.1.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    suite: Suite
    context: GroupContext
    tree: RatchetTree
    committer: Sender
    proposals: ProposalList
    psk_usages: frozenset[ResumptionPSKUsage] = WITHIN_A_GROUP

    @property
    def extensions(self) -> tuple[Extension, ...]:
        """Those of the next epoch, by which all proposals are judged (section 12.3)."""
        return self.proposals.extensions_after(self.context)

    def count(self, kind: ProposalType) -> int:
        return sum(proposal.proposal_type is kind for proposal in self.proposals.proposals)


def sender_may_propose(sender: Sender, proposal: Proposal) -> None:
    """Section 12.1.8: outsiders propose some things only, newcomers only themselves."""
    if proposal.proposal_type not in MAY_PROPOSE[sender.sender_type]:
        raise InvalidProposal(f"{sender.sender_type.name} may not propose {proposal.proposal_type.name}")


def proposers_are_entitled(judged: Judged) -> None:
    """Section 12.1.8, for each proposal of the list."""
    for item in judged.proposals.items:
        sender_may_propose(item.sender, item.proposal)


def added_key_packages_are_valid(judged: Judged) -> None:
    """Section 12.1.1: an Add brings a key package that is valid, for this suite and this group."""
    for key_package in judged.proposals.adds:
        if key_package.cipher_suite != judged.context.cipher_suite:
            raise InvalidProposal("an added key package is for another cipher suite")
        key_package.verify()
        check_leaf(key_package.leaf_node, judged.context.cipher_suite, judged.extensions)


def updated_leaves_are_valid(judged: Judged) -> None:
    """Section 12.1.2: an Update brings a leaf that its sender made for its place, with a new key."""
    for index, leaf in judged.proposals.updates:
        replaced = judged.tree.leaf(index)
        if replaced is None:
            raise InvalidProposal(f"leaf {index} is updated but blank")
        leaf_source_is(leaf, LeafNodeSource.UPDATE)
        leaf_key_is_fresh(leaf, replaced)
        check_leaf(leaf, judged.context.cipher_suite, judged.extensions)
        leaf.verify_signature(judged.suite, group_id=judged.context.group_id, leaf_index=index)


def removed_leaves_are_occupied(judged: Judged) -> None:
    """Section 12.1.3: a Remove names a member."""
    for index in judged.proposals.removes:
        if judged.tree.leaf(index) is None:
            raise InvalidProposal(f"leaf {index} is removed but blank")


def psk_nonces_have_the_right_length(judged: Judged) -> None:
    """Section 12.1.4: psk_nonce is as long as a hash."""
    if any(len(psk.psk_nonce) != HASH_BYTES for psk in judged.proposals.psks):
        raise InvalidProposal("a psk_nonce of a wrong length")


def psk_usages_fit(judged: Judged) -> None:
    """Section 12.1.4: keys for reinitialisation and branching serve nothing else."""
    for psk in judged.proposals.psks:
        if isinstance(psk.psk, ResumptionPsk) and psk.psk.usage not in judged.psk_usages:
            raise InvalidProposal(f"a resumption key for {psk.psk.usage.name} does not belong here")


def reinit_does_not_go_back(judged: Judged) -> None:
    """Section 12.1.5: a ReInit does not lower the version."""
    reinit = judged.proposals.reinit
    if reinit is not None and reinit.version < judged.context.version:
        raise InvalidProposal("a ReInit to an older protocol version")


def committer_does_not_update_itself(judged: Judged) -> None:
    """Section 12.2: a committer refreshes itself by its path, not by its own Update."""
    if any(index == judged.committer.leaf_index for index, _ in judged.proposals.updates):
        raise InvalidProposal("the committer commits its own Update")


def committer_does_not_remove_itself(judged: Judged) -> None:
    """Section 12.2: whoever is gone cannot have made the new epoch."""
    if judged.committer.leaf_index in judged.proposals.removes:
        raise InvalidProposal("the committer removes itself")


def each_leaf_changes_once(judged: Judged) -> None:
    """Section 12.2: no two Updates or Removes are about one leaf."""
    changed = [*judged.proposals.removes, *(index for index, _ in judged.proposals.updates)]
    if len(set(changed)) != len(changed):
        raise InvalidProposal("two proposals change the same leaf")


def added_members_are_different_clients(judged: Judged) -> None:
    """Section 12.2: no two Adds are of one client, which here means of one signature key."""
    keys = [key_package.leaf_node.signature_key for key_package in judged.proposals.adds]
    if len(set(keys)) != len(keys):
        raise InvalidProposal("two Adds are of the same client")


def psks_are_different(judged: Judged) -> None:
    """Section 12.2: no two PreSharedKey proposals name the same one."""
    if len(set(judged.proposals.psks)) != len(judged.proposals.psks):
        raise InvalidProposal("a pre-shared key is named twice")


def extensions_change_once(judged: Judged) -> None:
    """Section 12.2: at most one GroupContextExtensions."""
    if judged.count(ProposalType.GROUP_CONTEXT_EXTENSIONS) > 1:
        raise InvalidProposal("two proposals replace the extensions of the group")


def reinit_is_alone(judged: Judged) -> None:
    """Section 12.2: a ReInit comes with nothing else."""
    if judged.proposals.reinit is not None and len(judged.proposals.items) > 1:
        raise InvalidProposal("a ReInit together with other proposals")


def no_external_init(judged: Judged) -> None:
    """Section 12.2: an ExternalInit is for external Commits."""
    if judged.proposals.external_init is not None:
        raise InvalidProposal("an ExternalInit in a Commit of a member")


Rule = Callable[[Judged], None]

EACH_RULES: tuple[Rule, ...] = (
    proposers_are_entitled,
    added_key_packages_are_valid,
    updated_leaves_are_valid,
    removed_leaves_are_occupied,
    psk_nonces_have_the_right_length,
    psk_usages_fit,
    reinit_does_not_go_back,
)
"""Section 12.1: what each proposal has to satisfy."""

LIST_RULES: tuple[Rule, ...] = (
    committer_does_not_update_itself,
    committer_does_not_remove_itself,
    each_leaf_changes_once,
    added_members_are_different_clients,
    psks_are_different,
    extensions_change_once,
    reinit_is_alone,
    no_external_init,
)
"""Section 12.2: what the list of a member's Commit has to satisfy."""


def external_commit_has_one_external_init(judged: Judged) -> None:
    """Section 12.2: exactly one ExternalInit."""
    if judged.count(ProposalType.EXTERNAL_INIT) != 1:
        raise InvalidProposal("an external Commit has exactly one ExternalInit")


def external_commit_removes_at_most_one(judged: Judged) -> None:
    """Section 12.2: a joiner removes nobody but its own old appearance."""
    if judged.count(ProposalType.REMOVE) > 1:
        raise InvalidProposal("an external Commit removes more than one member")


def external_commit_is_by_value(judged: Judged) -> None:
    """Section 12.4.3.2: a joiner cannot judge proposals that were sent within the group."""
    if any(item.reference is not None for item in judged.proposals.items):
        raise InvalidProposal("an external Commit refers to a proposal")


EXTERNAL_RULES: tuple[Rule, ...] = (
    external_commit_has_one_external_init,
    external_commit_removes_at_most_one,
    external_commit_is_by_value,
    psks_are_different,
)
"""Section 12.2: what the list of an external Commit has to satisfy; `proposers_are_entitled` refuses other types."""


def check_proposals(judged: Judged) -> None:
    """The list may be committed in this group, as far as the RFC can tell.

    Raises:
        InvalidProposal, InvalidKeyPackage, InvalidLeafNode: with the rule.
    """
    external = judged.committer.sender_type is SenderType.NEW_MEMBER_COMMIT
    for rule in (*EACH_RULES, *(EXTERNAL_RULES if external else LIST_RULES)):
        rule(judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLeaf:
    """The leaf that a path brings, and the one that it replaces (None: the committer is new)."""

    index: LeafIndex
    leaf: LeafNode
    replaced: LeafNode | None


def check_path_leaf(judged: Judged, path: PathLeaf) -> None:
    """Section 12.4.2: the committer made the leaf for a Commit, for its place in this group.

    Raises:
        InvalidLeafNode: with the rule.
    """
    leaf_source_is(path.leaf, LeafNodeSource.COMMIT)
    check_leaf(path.leaf, judged.context.cipher_suite, judged.extensions)
    path.leaf.verify_signature(judged.suite, group_id=judged.context.group_id, leaf_index=path.index)


def check_resulting_members(judged: Judged, tree: RatchetTree, path: PathLeaf | None) -> None:
    """Section 12.2, last rule: with the changes of this Commit, the members still fit together.

    Each part looks at all members, so it runs only when the Commit could have broken it: a path that keeps
    credential, capabilities and signature key, and Removes, cannot.

    Raises:
        InvalidLeafNode, InvalidTree: with the rule.
    """
    brings_members = bool(judged.proposals.adds or judged.proposals.updates)
    if brings_members or _changes_identity(path):
        members = [leaf for _, leaf in tree.leaves()]
        member_keys_are_unique(members)
        members_understand_each_others_credentials(members)
    if brings_members:
        encryption_keys_appear_once(tree)
    if judged.count(ProposalType.GROUP_CONTEXT_EXTENSIONS):
        for _, leaf in tree.leaves():
            leaf_meets_required_capabilities(leaf, judged.extensions)
            leaf_supports_group_extensions(leaf, judged.extensions)
        external_senders(judged.extensions)  # refused now, not when somebody first proposes


def _changes_identity(path: PathLeaf | None) -> bool:
    if path is None:
        return False
    old, new = path.replaced, path.leaf
    return old is None or (new.signature_key, new.credential.credential_type, new.capabilities) != (
        old.signature_key,
        old.credential.credential_type,
        old.capabilities,
    )
