"""The secret tree: a ratchet of message keys per sender (RFC 9420 section 9).

A secret tree never changes: taking a key returns the key and another tree from which it can no longer be derived. The
caller keeps the new one only when the message proved good, so that a forgery burns nothing.

Messages are expected in the sender's order, as the log delivers them: a gap may be skipped forward, at most
MAX_FORWARD_STEPS at a time, and what was skipped is gone. Keeping skipped keys would serve nobody here and weaken
forward secrecy.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import UsageError
from cencomm.mls import tree_math
from cencomm.mls.cipher_suite import HASH_BYTES, Suite
from cencomm.mls.enumeration import WireEnum
from cencomm.mls.errors import KeyConsumed, TooFarAhead
from cencomm.mls.key_schedule import EncryptionSecret
from cencomm.mls.tree_math import LeafIndex, NodeIndex, node_of
from cencomm.secret import Secret

MAX_FORWARD_STEPS = 1_000  # per message; without a limit, generation 2^32 - 1 would cost every member minutes
MAX_GENERATION = (1 << 32) - 1


class RatchetType(WireEnum):
    """Which of a sender's two ratchets (the byte is that of our stored state)."""

    HANDSHAKE = 1
    APPLICATION = 2


_LABELS: Mapping[RatchetType, bytes] = {
    RatchetType.HANDSHAKE: b"handshake",
    RatchetType.APPLICATION: b"application",
}


class TreeNodeSecret(Secret):
    """tree_node_[N]_secret."""

    __slots__ = ()


class RatchetSecret(Secret):
    """handshake_ratchet_secret or application_ratchet_secret."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ratchet:
    """A sender's ratchet, standing before `generation`."""

    secret: RatchetSecret
    generation: int


@dataclass(frozen=True, slots=True)
class MessageKey:
    """One message's key and nonce; the nonce still takes the reuse guard."""

    generation: int
    key: Secret
    nonce: Secret


@dataclass(frozen=True, slots=True)
class SecretTree:
    """The secrets not yet consumed: subtrees that nobody sent from, and the ratchets of those who did."""

    leaf_count: int
    nodes: Mapping[NodeIndex, TreeNodeSecret]
    ratchets: Mapping[tuple[LeafIndex, RatchetType], Ratchet]

    @classmethod
    def create(cls, encryption_secret: EncryptionSecret, leaf_count: int) -> "SecretTree":
        root = tree_math.root(leaf_count)
        return cls(leaf_count, {root: TreeNodeSecret(encryption_secret.expose())}, {})

    def next_key(self, suite: Suite, leaf: LeafIndex, ratchet_type: RatchetType) -> tuple[MessageKey, "SecretTree"]:
        """The next key of a sender, for sending: no other message will ever get it.

        Raises:
            TooFarAhead: the generations of this epoch are used up.
        """
        opened = self.opened(suite, leaf)
        return opened.key_of(suite, leaf, ratchet_type, opened.ratchets[leaf, ratchet_type].generation)

    def key_of(
        self, suite: Suite, leaf: LeafIndex, ratchet_type: RatchetType, generation: int
    ) -> tuple[MessageKey, "SecretTree"]:
        """The key of a sender's `generation`, for receiving; earlier ones cannot be had from the new tree.

        Raises:
            KeyConsumed: it was used or skipped.
            TooFarAhead: more than MAX_FORWARD_STEPS away.
        """
        opened = self.opened(suite, leaf)
        ratchet = opened.ratchets[leaf, ratchet_type]
        if generation < ratchet.generation:
            raise KeyConsumed(generation=generation, current=ratchet.generation)
        if generation - ratchet.generation > MAX_FORWARD_STEPS:
            raise TooFarAhead(f"generation {generation} is {generation - ratchet.generation} steps ahead")
        if generation >= MAX_GENERATION:
            raise TooFarAhead("the generations of this epoch are used up")
        secret = ratchet.secret.expose()
        for step in range(ratchet.generation, generation):
            secret = suite.derive_tree_secret(secret, b"secret", step, HASH_BYTES)
        key = MessageKey(
            generation,
            Secret(suite.derive_tree_secret(secret, b"key", generation, suite.aead.key_bytes)),
            Secret(suite.derive_tree_secret(secret, b"nonce", generation, suite.aead.nonce_bytes)),
        )
        following = RatchetSecret(suite.derive_tree_secret(secret, b"secret", generation, HASH_BYTES))
        moved = {**opened.ratchets, (leaf, ratchet_type): Ratchet(following, generation + 1)}
        return key, SecretTree(self.leaf_count, opened.nodes, moved)

    def opened(self, suite: Suite, leaf: LeafIndex) -> "SecretTree":
        """The tree in which the ratchets of `leaf` exist and no secret above them does (section 9.2)."""
        if not 0 <= leaf < self.leaf_count:
            raise UsageError(f"there is no leaf {leaf} in a tree of {self.leaf_count}")
        if (leaf, RatchetType.APPLICATION) in self.ratchets:
            return self
        nodes = dict(self.nodes)
        node = node_of(leaf)
        path = [node]
        while path[-1] not in nodes:
            path.append(tree_math.parent(path[-1]))
        secret = nodes.pop(path.pop()).expose()
        for below in reversed(path):
            above = tree_math.parent(below)
            children = {
                tree_math.left(above): suite.expand_with_label(secret, b"tree", b"left", HASH_BYTES),
                tree_math.right(above): suite.expand_with_label(secret, b"tree", b"right", HASH_BYTES),
            }
            secret = children.pop(below)
            nodes |= {sibling: TreeNodeSecret(value) for sibling, value in children.items()}
        ratchets = dict(self.ratchets)
        for ratchet_type, label in _LABELS.items():
            start = RatchetSecret(suite.expand_with_label(secret, label, b"", HASH_BYTES))
            ratchets[leaf, ratchet_type] = Ratchet(start, 0)
        return SecretTree(self.leaf_count, nodes, ratchets)

    def encode(self) -> bytes:
        """For our own store, sealed by the caller."""
        return b"".join(
            (
                codec.uint(self.leaf_count, 4),
                codec.vector(
                    codec.uint(node, 4) + codec.opaque(secret.expose()) for node, secret in self.nodes.items()
                ),
                codec.vector(
                    codec.uint(leaf, 4)
                    + ratchet_type.encode()
                    + codec.uint(ratchet.generation, 4)
                    + codec.opaque(ratchet.secret.expose())
                    for (leaf, ratchet_type), ratchet in self.ratchets.items()
                ),
            )
        )

    @classmethod
    def read(cls, reader: Reader) -> "SecretTree":
        leaf_count = reader.uint(4)
        nodes = reader.vector(lambda inner: (NodeIndex(inner.uint(4)), TreeNodeSecret(inner.opaque(most=HASH_BYTES))))
        return cls(leaf_count, dict(nodes), dict(reader.vector(_read_ratchet)))


def _read_ratchet(reader: Reader) -> tuple[tuple[LeafIndex, RatchetType], Ratchet]:
    key = LeafIndex(reader.uint(4)), RatchetType.read(reader)
    generation = reader.uint(4)
    return key, Ratchet(RatchetSecret(reader.opaque(most=HASH_BYTES)), generation)
