"""TreeKEM: fresh keys from one leaf to the root, and how the others learn them (RFC 9420 sections 7.4 to 7.6).

path_secret[0] --> path_secret[1] --> ... --> path_secret[n] --> path_secret[n+1] = commit_secret
     |                  |                          |
node_secret[0]     node_secret[1]             node_secret[n]      each gives the key pair of one node of
                                                                  the filtered direct path
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cencomm.mls import tree_math
from cencomm.mls.cipher_suite import HASH_BYTES, HPKECiphertext, Suite
from cencomm.mls.commit import UpdatePath, UpdatePathNode
from cencomm.mls.errors import InvalidCommit
from cencomm.mls.group_context import GroupContext
from cencomm.mls.key_schedule import CommitSecret
from cencomm.mls.leaf_node import LeafContent, sign_commit_leaf
from cencomm.mls.parent_hash import chain_path
from cencomm.mls.ratchet_tree import PathStep, RatchetTree
from cencomm.mls.tree_math import LeafIndex, NodeIndex, node_of
from cencomm.mls.welcome import PathSecret
from cencomm.primitives.aead import DecryptionFailed
from cencomm.primitives.hpke import KeyPair, PrivateKey, generate_key_pair
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import BadPublicKey, check_public_key
from cencomm.secret import Entropy

_LABEL = b"UpdatePathNode"

PrivateKeys = Mapping[NodeIndex, PrivateKey]
"""The private keys that a member holds: its leaf's, and those of the ancestors where it is not unmerged."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Path secrets from some node of a path up to the root, and what follows from them."""

    secrets: Mapping[NodeIndex, PathSecret]
    key_pairs: Mapping[NodeIndex, KeyPair]
    commit_secret: CommitSecret

    @property
    def private_keys(self) -> PrivateKeys:
        return {node: pair.private_key for node, pair in self.key_pairs.items()}


def climb(suite: Suite, start: PathSecret, nodes: Sequence[NodeIndex]) -> Ladder:
    """Derive the secrets and key pairs of `nodes`, lowest first, from the secret of the first (section 7.4)."""
    secrets: dict[NodeIndex, PathSecret] = {}
    key_pairs: dict[NodeIndex, KeyPair] = {}
    current = start
    for node in nodes:
        secrets[node] = current
        key_pairs[node] = suite.derive_key_pair(PathSecret(suite.derive_secret(current.expose(), b"node")))
        current = PathSecret(suite.derive_secret(current.expose(), b"path"))
    return Ladder(secrets, key_pairs, CommitSecret(current.expose()))


@dataclass(frozen=True, slots=True)
class FreshPath:
    """A path of our own, merged into the tree but not yet encrypted to the others: that takes the new tree's hash."""

    tree: RatchetTree
    leaf: LeafIndex
    leaf_private_key: PrivateKey
    steps: Sequence[PathStep]
    ladder: Ladder

    @property
    def private_keys(self) -> PrivateKeys:
        return {node_of(self.leaf): self.leaf_private_key, **self.ladder.private_keys}

    def path_secret_for(self, newcomer: LeafIndex) -> PathSecret:
        """The secret of the lowest node that both have above them (section 12.4.3.1)."""
        return self.ladder.secrets[tree_math.common_ancestor(node_of(self.leaf), node_of(newcomer))]

    def encrypt(
        self, suite: Suite, context: GroupContext, newcomers: Collection[LeafIndex], entropy: Entropy
    ) -> UpdatePath:
        """The path as the others receive it. `context` is the provisional one; newcomers learn it from the Welcome."""
        info = context.encode()
        nodes = []
        for step in self.steps:
            secret = self.ladder.secrets[step.node].expose()
            readers = self.tree.resolution(step.copath, excluded=newcomers)
            keys = [self.tree.public_key(reader) for reader in readers]
            sealed = [suite.encrypt_with_label(key, _LABEL, info, secret, entropy) for key in keys if key is not None]
            nodes.append(UpdatePathNode(self.ladder.key_pairs[step.node].public_key, tuple(sealed)))
        leaf_node = self.tree.leaf(self.leaf)
        assert leaf_node is not None  # it was merged in with the path
        return UpdatePath(leaf_node, tuple(nodes))


def create_path(
    suite: Suite,
    tree: RatchetTree,
    leaf: LeafIndex,
    content: LeafContent,
    key: SigningKey,
    group_id: bytes,
    entropy: Entropy,
) -> FreshPath:
    """Fresh keys for `leaf` and everything above it (section 7.5). The leaf keeps `content`."""
    steps = tree.filtered_direct_path(leaf)
    ladder = climb(suite, PathSecret(entropy(HASH_BYTES)), [step.node for step in steps])
    own = generate_key_pair(entropy)
    parents, leaf_parent_hash = chain_path(tree, steps, [ladder.key_pairs[step.node].public_key for step in steps])
    leaf_node = sign_commit_leaf(
        suite,
        key,
        content,
        encryption_key=own.public_key,
        parent_hash=leaf_parent_hash,
        group_id=group_id,
        leaf_index=leaf,
    )
    return FreshPath(tree.merge_path(leaf, leaf_node, parents), leaf, own.private_key, steps, ladder)


def merge_path(tree: RatchetTree, leaf: LeafIndex, path: UpdatePath) -> RatchetTree:
    """The tree with somebody's path in it, whose leaf signed what it put there (section 7.5).

    Raises:
        InvalidCommit: the path does not fit the tree, or its parent hash or keys are wrong.
    """
    steps = tree.filtered_direct_path(leaf)
    if len(path.nodes) != len(steps):
        raise InvalidCommit(f"a path of {len(path.nodes)} nodes where {len(steps)} are above the committer")
    keys = [node.encryption_key for node in path.nodes]
    path_keys_are_usable(keys)
    path_keys_are_new(tree, [path.leaf_node.encryption_key, *keys])
    parents, leaf_parent_hash = chain_path(tree, steps, keys)
    if path.leaf_node.parent_hash != leaf_parent_hash:
        raise InvalidCommit("the parent hash of the committer's leaf does not cover the path")
    return tree.merge_path(leaf, path.leaf_node, parents)


def path_keys_are_usable(keys: Sequence[bytes]) -> None:
    """RFC 9180 section 7.1.4: something can be sealed to each parent of the path; its leaf has a rule of its own.

    Only who is below a parent derives its key and would notice, if they said so; everybody else could not commit.
    """
    for key in keys:
        try:
            check_public_key(key)
        except BadPublicKey:
            raise InvalidCommit("the path brings a key to which nothing can be sealed") from None


def path_keys_are_new(tree: RatchetTree, keys: Sequence[bytes]) -> None:
    """RFC 9420 section 12.4.2: no public key of the path stands in the tree, or twice in the path."""
    unique = frozenset(keys)
    if len(unique) != len(keys) or tree.holds_key(unique):
        raise InvalidCommit("the path brings a public key that is in the tree already")


def open_path(
    suite: Suite,
    merged: RatchetTree,
    committer: LeafIndex,
    path: UpdatePath,
    reader: LeafIndex,
    private_keys: PrivateKeys,
    newcomers: Collection[LeafIndex],
    context: GroupContext,
) -> Ladder:
    """The secrets of the nodes that `reader` has above itself in common with the committer (section 7.5).

    `merged` is the tree with the path in it, `private_keys` are those of the tree before, `context` is provisional.

    Raises:
        InvalidCommit: the path does not hold them for us, or they do not belong to its public keys.
    """
    steps = merged.filtered_direct_path(committer)
    ladder: Ladder | None = None
    for position, (step, node) in enumerate(zip(steps, path.nodes, strict=True)):
        readers = merged.resolution(step.copath, excluded=newcomers)
        path_covers_the_resolution(node, readers)  # of the others too, so that all members judge alike
        if tree_math.covers(step.copath, node_of(reader)):
            secret = _decrypt(suite, node, readers, private_keys, context)
            ladder = climb(suite, secret, [above.node for above in steps[position:]])
    if ladder is None:
        raise InvalidCommit("the path holds nothing for us")
    path_secrets_match_their_keys(ladder, merged)
    return ladder


def path_covers_the_resolution(node: UpdatePathNode, readers: Sequence[NodeIndex]) -> None:
    """RFC 9420 section 7.6: one ciphertext for each node of the resolution, newcomers excluded."""
    if len(node.encrypted_path_secret) != len(readers):
        raise InvalidCommit(f"{len(node.encrypted_path_secret)} path secrets for {len(readers)} readers")


def path_secrets_match_their_keys(ladder: Ladder, merged: RatchetTree) -> None:
    """RFC 9420 section 7.5: what is derived from the secret are the keys that everybody sees."""
    for node, pair in ladder.key_pairs.items():
        if merged.public_key(node) != pair.public_key:
            raise InvalidCommit(f"the path secret does not give the public key of node {node}")


def _decrypt(
    suite: Suite,
    node: UpdatePathNode,
    readers: Sequence[NodeIndex],
    private_keys: PrivateKeys,
    context: GroupContext,
) -> PathSecret:
    for reader, sealed in zip(readers, node.encrypted_path_secret, strict=True):
        key = private_keys.get(reader)
        if key is not None:
            return _open(suite, key, sealed, context)
    raise InvalidCommit("no path secret is sealed for a key that we hold")


def _open(suite: Suite, key: PrivateKey, sealed: HPKECiphertext, context: GroupContext) -> PathSecret:
    try:
        secret = suite.decrypt_with_label(key, _LABEL, context.encode(), sealed)
    except (DecryptionFailed, BadPublicKey):
        raise InvalidCommit("the path secret that is sealed for us does not open") from None
    if len(secret) != HASH_BYTES:
        raise InvalidCommit("a path secret of a wrong length")
    return PathSecret(secret)


def still_valid(private_keys: PrivateKeys, before: RatchetTree, after: RatchetTree) -> PrivateKeys:
    """The keys whose nodes were neither blanked nor replaced; the others are to be forgotten (section 7.5)."""
    return {
        node: key
        for node, key in private_keys.items()
        if (public := after.public_key(node)) is not None and public == before.public_key(node)
    }
