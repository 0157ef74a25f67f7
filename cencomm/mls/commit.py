"""Commits: the message that ends an epoch (RFC 9420 sections 7.6 and 12.4)."""

from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.mls.cipher_suite import HPKECiphertext
from cencomm.mls.enumeration import WireEnum
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.proposal import Proposal, encode_proposal, read_proposal


class ProposalOrRefType(WireEnum):
    PROPOSAL = 1
    REFERENCE = 2


@dataclass(frozen=True, slots=True)
class ProposalRef:
    """Names a proposal that was sent on its own in this epoch, by hash (section 5.2)."""

    value: bytes


ProposalOrRef = Proposal | ProposalRef


def read_proposal_or_ref(reader: Reader) -> ProposalOrRef:
    match ProposalOrRefType.read(reader):
        case ProposalOrRefType.PROPOSAL:
            return read_proposal(reader)
        case ProposalOrRefType.REFERENCE:
            return ProposalRef(reader.opaque())


def encode_proposal_or_ref(item: ProposalOrRef) -> bytes:
    if isinstance(item, ProposalRef):
        return ProposalOrRefType.REFERENCE.encode() + codec.opaque(item.value)
    return ProposalOrRefType.PROPOSAL.encode() + encode_proposal(item)


@dataclass(frozen=True, slots=True)
class UpdatePathNode:
    encryption_key: bytes
    encrypted_path_secret: tuple[HPKECiphertext, ...]

    @classmethod
    def read(cls, reader: Reader) -> "UpdatePathNode":
        return cls(reader.opaque(), reader.vector(HPKECiphertext.read))

    def encode(self) -> bytes:
        return codec.opaque(self.encryption_key) + codec.vector(one.encode() for one in self.encrypted_path_secret)


@dataclass(frozen=True, slots=True)
class UpdatePath:
    """New keys from the committer's leaf to the root, and the secrets behind them for the others."""

    leaf_node: LeafNode
    nodes: tuple[UpdatePathNode, ...]

    @classmethod
    def read(cls, reader: Reader) -> "UpdatePath":
        return cls(LeafNode.read(reader), reader.vector(UpdatePathNode.read))

    def encode(self) -> bytes:
        return self.leaf_node.encode() + codec.vector(node.encode() for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Commit:
    proposals: tuple[ProposalOrRef, ...]
    path: UpdatePath | None

    @classmethod
    def read(cls, reader: Reader) -> "Commit":
        return cls(reader.vector(read_proposal_or_ref), reader.optional(UpdatePath.read))

    def encode(self) -> bytes:
        return codec.vector(map(encode_proposal_or_ref, self.proposals)) + codec.optional(
            self.path.encode() if self.path else None
        )
