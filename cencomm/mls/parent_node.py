"""Parent nodes: a key that a part of the group shares (RFC 9420 section 7.1)."""

import itertools
from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.mls.tree_math import LeafIndex


@dataclass(frozen=True, slots=True)
class ParentNode:
    """A key that the members below hold, but for the unmerged ones (RFC 9420 section 7.1)."""

    encryption_key: bytes
    parent_hash: bytes
    unmerged_leaves: tuple[LeafIndex, ...]

    @classmethod
    def read(cls, reader: Reader) -> "ParentNode":
        key, parent_hash = reader.opaque(), reader.opaque()
        unmerged = reader.vector(lambda inner: LeafIndex(inner.uint(4)))
        if any(one >= other for one, other in itertools.pairwise(unmerged)):
            raise MalformedError("unmerged leaves are not in increasing order")
        return cls(key, parent_hash, unmerged)

    def encode(self) -> bytes:
        unmerged = codec.vector(codec.uint(leaf, 4) for leaf in self.unmerged_leaves)
        return codec.opaque(self.encryption_key) + codec.opaque(self.parent_hash) + unmerged

    def with_unmerged(self, leaf: LeafIndex) -> "ParentNode":
        unmerged = tuple(sorted((*self.unmerged_leaves, leaf)))
        return ParentNode(self.encryption_key, self.parent_hash, unmerged)
