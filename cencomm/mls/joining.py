"""Joining a group by a Welcome (RFC 9420 section 12.4.3.1)."""

from dataclasses import dataclass

from cencomm.mls import key_schedule, tree_math
from cencomm.mls.cipher_suite import Suite, suite_of
from cencomm.mls.errors import InvalidTree, InvalidWelcome
from cencomm.mls.extension import ExtensionType, find_extension
from cencomm.mls.group_state import GroupState
from cencomm.mls.key_package import KeyPackageBundle
from cencomm.mls.proposal_validation import WITHIN_A_GROUP
from cencomm.mls.psk import PreSharedKeys, ResumptionPsk, ResumptionPSKUsage, psk_secret
from cencomm.mls.ratchet_tree import RatchetTree, decode_ratchet_tree
from cencomm.mls.secret_tree import SecretTree
from cencomm.mls.transcript import interim_transcript_hash
from cencomm.mls.tree_math import LeafIndex, node_of
from cencomm.mls.tree_validation import check_tree
from cencomm.mls.treekem import PrivateKeys, climb
from cencomm.mls.welcome import GroupInfo, GroupSecrets, PathSecret, Welcome
from cencomm.mls.welcoming import open_group_info, open_group_secrets


@dataclass(frozen=True, slots=True)
class JoinedState:
    """The state, and what was said at the door."""

    state: GroupState
    group_info: GroupInfo
    secrets: GroupSecrets


def join(
    welcome: Welcome,
    own: KeyPackageBundle,
    *,
    ratchet_tree: bytes | None,
    keys: PreSharedKeys,
    psk_usages: frozenset[ResumptionPSKUsage] = WITHIN_A_GROUP,
    now: int | None = None,
) -> JoinedState:
    """The group as its signer described it, with every key in its tree accounted for.

    The members' credentials, and that one is not in this group already, are for the caller to judge.

    Raises:
        NotForUs: the Welcome holds nothing for this key package.
        InvalidWelcome, InvalidTree, InvalidLeafNode, MalformedError, BadTag: refused; the error says by which rule.
        MissingPreSharedKey: a key that it needs is not in `keys`.
    """
    suite = suite_of(welcome.cipher_suite)
    suites_agree(own.key_package.cipher_suite, welcome.cipher_suite)
    secrets = open_group_secrets(suite, welcome, own.key_package, own.init_private_key)
    welcome_psk_usages_fit(secrets, psk_usages)
    psk = psk_secret(suite, secrets.psks, keys)
    group_info = open_group_info(suite, key_schedule.welcome_secret(suite, secrets.joiner_secret, psk), welcome)
    context = group_info.group_context
    suites_agree(own.key_package.cipher_suite, context.cipher_suite)
    tree = verified_tree(suite, group_info, ratchet_tree, now)
    own_leaf = _find_own_leaf(tree, own)
    private_keys = {node_of(own_leaf): own.leaf_private_key}
    if secrets.path_secret is not None:
        private_keys |= _path_keys(suite, tree, own_leaf, group_info.signer, secrets.path_secret)
    epoch = key_schedule.epoch_from_joiner(suite, secrets.joiner_secret, psk, context)
    tag = group_info.confirmation_tag
    key_schedule.verify_confirmation_tag(suite, epoch.confirmation_key, context.confirmed_transcript_hash, tag)
    state = GroupState(
        suite=suite,
        context=context,
        tree=tree,
        own_leaf=own_leaf,
        signing_key=own.signing_key,
        private_keys=private_keys,
        secrets=epoch.secrets,
        secret_tree=SecretTree.create(epoch.encryption_secret, tree.leaf_count),
        confirmation_tag=tag,
        interim_transcript_hash=interim_transcript_hash(suite, context.confirmed_transcript_hash, tag),
        proposals={},
    )
    return JoinedState(state, group_info, secrets)


def suites_agree(expected: int, got: int) -> None:
    """Key package, Welcome and GroupInfo name one cipher suite."""
    if expected != got:
        raise InvalidWelcome("the Welcome is for another cipher suite than the key package")


def welcome_psk_usages_fit(secrets: GroupSecrets, usages: frozenset[ResumptionPSKUsage]) -> None:
    """A key for reinitialisation or branching comes only with one, and is the only one of its kind."""
    resumption = [psk.psk.usage for psk in secrets.psks if isinstance(psk.psk, ResumptionPsk)]
    special = [usage for usage in resumption if usage is not ResumptionPSKUsage.APPLICATION]
    if len(special) > 1 or not set(resumption) <= usages:
        raise InvalidWelcome("the Welcome uses a resumption key that does not belong here")


def verified_tree(suite: Suite, group_info: GroupInfo, beside: bytes | None, now: int | None) -> RatchetTree:
    """The tree that the GroupInfo speaks of, from inside it or from beside, once its signer and all nodes are verified.

    Raises:
        InvalidWelcome, InvalidTree, InvalidLeafNode, MalformedError: with the rule.
    """
    inside = find_extension(group_info.extensions, ExtensionType.RATCHET_TREE)
    data = beside if inside is None else inside
    if data is None:
        raise InvalidWelcome("there is no ratchet tree, neither in the Welcome nor beside it")
    tree = decode_ratchet_tree(data)
    signer = tree.leaf(group_info.signer)
    if signer is None:
        raise InvalidWelcome("the signer of the GroupInfo is no member")
    group_info.verify_signature(suite, signer.signature_key)
    check_tree(tree, suite, group_info.group_context)
    if now is not None:
        for _, leaf in tree.leaves():
            if leaf.lifetime is not None:
                leaf.lifetime.check(now)
    return tree


def _find_own_leaf(tree: RatchetTree, own: KeyPackageBundle) -> LeafIndex:
    for index, leaf in tree.leaves():
        if leaf == own.key_package.leaf_node:
            return index
    raise InvalidWelcome("our key package is not in the tree")


def _path_keys(suite: Suite, tree: RatchetTree, own: LeafIndex, signer: LeafIndex, secret: PathSecret) -> PrivateKeys:
    """The private keys that we share with the committer, from their common ancestor up.

    Raises:
        InvalidTree: the path secret does not belong to the tree.
    """
    lowest = tree_math.common_ancestor(node_of(own), node_of(signer))
    above = [step.node for step in tree.filtered_direct_path(signer) if tree_math.covers(step.node, lowest)]
    ladder = climb(suite, secret, above)
    for node, pair in ladder.key_pairs.items():
        if tree.public_key(node) != pair.public_key:
            raise InvalidTree(f"the path secret does not give the public key of node {node}")
    return ladder.private_keys
