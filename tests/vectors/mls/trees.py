"""tree-math, tree-operations, tree-validation, treekem."""

from cencomm import codec
from cencomm.mls import tree_math
from cencomm.mls.cipher_suite import CipherSuite, Suite
from cencomm.mls.commit import UpdatePath
from cencomm.mls.group_context import GroupContext
from cencomm.mls.leaf_node import LeafContent
from cencomm.mls.proposal import Add, Remove, Update, read_proposal
from cencomm.mls.ratchet_tree import RatchetTree, decode_ratchet_tree
from cencomm.mls.tree_math import LeafIndex, NodeIndex, node_of
from cencomm.mls.tree_validation import TREE_RULES
from cencomm.mls.treekem import create_path, merge_path, open_path
from cencomm.mls.welcome import PathSecret
from cencomm.primitives.hpke import PrivateKey
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import system_entropy
from tests.vectors.mls.entry import Entry, bytes_of, entries_of, list_of, number_of, suite_of


def tree_math_entry(entry: Entry) -> None:
    leaf_count, width = number_of(entry, "n_leaves"), number_of(entry, "n_nodes")
    root = tree_math.root(leaf_count)
    assert tree_math.node_width(leaf_count) == width
    assert root == number_of(entry, "root")
    nodes = [NodeIndex(index) for index in range(width)]
    children = [None if tree_math.is_leaf(node) else (tree_math.left(node), tree_math.right(node)) for node in nodes]
    assert [None if pair is None else pair[0] for pair in children] == list_of(entry, "left")
    assert [None if pair is None else pair[1] for pair in children] == list_of(entry, "right")
    assert [None if node == root else tree_math.parent(node) for node in nodes] == list_of(entry, "parent")
    assert [None if node == root else tree_math.sibling(node) for node in nodes] == list_of(entry, "sibling")


def tree_operations_entry(entry: Entry) -> None:
    suite_of(entry)
    before = decode_ratchet_tree(bytes_of(entry, "tree_before"))
    assert before.tree_hash() == bytes_of(entry, "tree_hash_before")
    proposal = codec.decode(bytes_of(entry, "proposal"), read_proposal)
    match proposal:
        case Add():
            after, _ = before.add([proposal.key_package.leaf_node])
        case Update():
            after = before.update(LeafIndex(number_of(entry, "proposal_sender")), proposal.leaf_node)
        case Remove():
            after = before.remove([proposal.removed])
        case _:
            raise AssertionError(f"the tree knows no operation for {proposal}")
    assert after.tree_hash() == bytes_of(entry, "tree_hash_after")
    assert after.encode() == bytes_of(entry, "tree_after")


def tree_validation_entry(entry: Entry) -> None:
    suite = suite_of(entry)
    data = bytes_of(entry, "tree")
    tree = decode_ratchet_tree(data)
    assert tree.encode() == data
    nodes = [NodeIndex(index) for index in range(len(tree.nodes))]
    assert [tree.resolution(node) for node in nodes] == list_of(entry, "resolutions")
    assert [tree.tree_hash(node).hex() for node in nodes] == list_of(entry, "tree_hashes")
    for rule in TREE_RULES:
        rule(tree)
    for index, leaf in tree.leaves():
        leaf.verify_signature(suite, group_id=bytes_of(entry, "group_id"), leaf_index=index)


def treekem_entry(entry: Entry) -> None:
    suite = suite_of(entry)
    tree = decode_ratchet_tree(bytes_of(entry, "ratchet_tree"))
    members = {LeafIndex(number_of(one, "index")): one for one in entries_of(entry, "leaves_private")}
    for update in entries_of(entry, "update_paths"):
        sender = LeafIndex(number_of(update, "sender"))
        path = codec.decode(bytes_of(update, "update_path"), UpdatePath.read)
        merged = merge_path(tree, sender, path)
        assert merged.tree_hash() == bytes_of(update, "tree_hash_after")
        context = _context(entry, suite, merged)
        expected = list_of(update, "path_secrets")
        for index, member in members.items():
            if index == sender:
                continue
            ladder = open_path(
                suite, merged, sender, path, index, _private_keys(suite, tree, index, member), (), context
            )
            ancestor = tree_math.common_ancestor(node_of(sender), node_of(index))
            assert ladder.secrets[ancestor].expose().hex() == expected[index]
            assert ladder.commit_secret.expose() == bytes_of(update, "commit_secret")
        _create_and_read_a_path(entry, suite, tree, sender, members)


def _create_and_read_a_path(
    entry: Entry, suite: Suite, tree: RatchetTree, sender: LeafIndex, members: dict[LeafIndex, Entry]
) -> None:
    leaf = tree.leaf(sender)
    assert leaf is not None
    key = SigningKey(bytes_of(members[sender], "signature_priv"))
    fresh = create_path(suite, tree, sender, LeafContent.of(leaf), key, bytes_of(entry, "group_id"), system_entropy)
    context = _context(entry, suite, fresh.tree)
    path = fresh.encrypt(suite, context, (), system_entropy)
    merged = merge_path(tree, sender, path)
    assert merged == fresh.tree
    for index, member in members.items():
        if index != sender:
            ladder = open_path(
                suite, merged, sender, path, index, _private_keys(suite, tree, index, member), (), context
            )
            assert ladder.commit_secret == fresh.ladder.commit_secret


def _context(entry: Entry, suite: Suite, tree: RatchetTree) -> GroupContext:
    return GroupContext(
        cipher_suite=CipherSuite(suite.cipher_suite),
        group_id=bytes_of(entry, "group_id"),
        epoch=number_of(entry, "epoch"),
        tree_hash=tree.tree_hash(),
        confirmed_transcript_hash=bytes_of(entry, "confirmed_transcript_hash"),
    )


def _private_keys(suite: Suite, tree: RatchetTree, index: LeafIndex, member: Entry) -> dict[NodeIndex, PrivateKey]:

    keys = {node_of(index): PrivateKey(bytes_of(member, "encryption_priv"))}
    for known in entries_of(member, "path_secrets"):
        node = NodeIndex(number_of(known, "node"))
        secret = PathSecret(bytes_of(known, "path_secret"))
        keys[node] = suite.derive_key_pair(PathSecret(suite.derive_secret(secret.expose(), b"node"))).private_key
    for node, key in keys.items():
        assert key.public_key() == tree.public_key(node)
    return keys
