"""Proposals: single changes to a group (RFC 9420 section 12.1).

Unknown types are refused when they are read: nobody may commit what a member cannot judge.
"""

from dataclasses import dataclass
from typing import assert_never

from cencomm import codec
from cencomm.codec import Reader
from cencomm.mls.cipher_suite import CipherSuite
from cencomm.mls.enumeration import ProtocolVersion
from cencomm.mls.extension import Extension, encode_extensions, read_extensions
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.leaf_node import LeafNode
from cencomm.mls.proposal_type import ProposalType
from cencomm.mls.psk import PreSharedKeyID
from cencomm.mls.tree_math import LeafIndex


@dataclass(frozen=True, slots=True)
class Add:
    """Section 12.1.1."""

    key_package: KeyPackage

    @classmethod
    def read(cls, reader: Reader) -> "Add":
        return cls(KeyPackage.read(reader))

    def encode(self) -> bytes:
        return self.key_package.encode()

    @property
    def proposal_type(self) -> ProposalType:
        return ProposalType.ADD


@dataclass(frozen=True, slots=True)
class Update:
    """Section 12.1.2: replaces the leaf of the proposal's sender."""

    leaf_node: LeafNode

    @classmethod
    def read(cls, reader: Reader) -> "Update":
        return cls(LeafNode.read(reader))

    def encode(self) -> bytes:
        return self.leaf_node.encode()

    @property
    def proposal_type(self) -> ProposalType:
        return ProposalType.UPDATE


@dataclass(frozen=True, slots=True)
class Remove:
    """Section 12.1.3."""

    removed: LeafIndex

    @classmethod
    def read(cls, reader: Reader) -> "Remove":
        return cls(LeafIndex(reader.uint(4)))

    def encode(self) -> bytes:
        return codec.uint(self.removed, 4)

    @property
    def proposal_type(self) -> ProposalType:
        return ProposalType.REMOVE


@dataclass(frozen=True, slots=True)
class PreSharedKey:
    """Section 12.1.4."""

    psk: PreSharedKeyID

    @classmethod
    def read(cls, reader: Reader) -> "PreSharedKey":
        return cls(PreSharedKeyID.read(reader))

    def encode(self) -> bytes:
        return self.psk.encode()

    @property
    def proposal_type(self) -> ProposalType:
        return ProposalType.PSK


@dataclass(frozen=True, slots=True)
class ReInit:
    """Section 12.1.5: ends this group in favour of a new one with other parameters."""

    group_id: bytes
    version: ProtocolVersion
    cipher_suite: CipherSuite
    extensions: tuple[Extension, ...]

    @classmethod
    def read(cls, reader: Reader) -> "ReInit":
        return cls(reader.opaque(), ProtocolVersion.read(reader), CipherSuite(reader.uint(2)), read_extensions(reader))

    def encode(self) -> bytes:
        return b"".join(
            (
                codec.opaque(self.group_id),
                self.version.encode(),
                codec.uint(self.cipher_suite, 2),
                encode_extensions(self.extensions),
            )
        )

    @property
    def proposal_type(self) -> ProposalType:
        return ProposalType.REINIT


@dataclass(frozen=True, slots=True)
class ExternalInit:
    """Section 12.1.6: only in external Commits."""

    kem_output: bytes

    @classmethod
    def read(cls, reader: Reader) -> "ExternalInit":
        return cls(reader.opaque())

    def encode(self) -> bytes:
        return codec.opaque(self.kem_output)

    @property
    def proposal_type(self) -> ProposalType:
        return ProposalType.EXTERNAL_INIT


@dataclass(frozen=True, slots=True)
class GroupContextExtensions:
    """Section 12.1.7: replaces all extensions of the GroupContext."""

    extensions: tuple[Extension, ...]

    @classmethod
    def read(cls, reader: Reader) -> "GroupContextExtensions":
        return cls(read_extensions(reader))

    def encode(self) -> bytes:
        return encode_extensions(self.extensions)

    @property
    def proposal_type(self) -> ProposalType:
        return ProposalType.GROUP_CONTEXT_EXTENSIONS


Proposal = Add | Update | Remove | PreSharedKey | ReInit | ExternalInit | GroupContextExtensions


def read_proposal(reader: Reader) -> Proposal:
    kind = ProposalType.read(reader)
    match kind:
        case ProposalType.ADD:
            return Add.read(reader)
        case ProposalType.UPDATE:
            return Update.read(reader)
        case ProposalType.REMOVE:
            return Remove.read(reader)
        case ProposalType.PSK:
            return PreSharedKey.read(reader)
        case ProposalType.REINIT:
            return ReInit.read(reader)
        case ProposalType.EXTERNAL_INIT:
            return ExternalInit.read(reader)
        case ProposalType.GROUP_CONTEXT_EXTENSIONS:
            return GroupContextExtensions.read(reader)
        case _:
            assert_never(kind)


def encode_proposal(proposal: Proposal) -> bytes:
    """The proposal with its type in front."""
    return proposal.proposal_type.encode() + proposal.encode()
