"""How much a Commit and its Welcome hold, found by walking over lengths before anything is decoded into objects.

Sixteen MiB of Welcome are room for five million secrets of three bytes, and one MiB of Commit for a hundred thousand
Removes: seconds of work and gigabytes for whoever decodes them, at the price of one request.
"""

from cencomm.codec import Reader
from cencomm.ledger.refusal import Refused
from cencomm.mls.credential import CredentialType
from cencomm.mls.framing import ContentType, SenderType
from cencomm.mls.leaf_node import LeafNodeSource
from cencomm.mls.proposal_type import ProposalType
from cencomm.wire.limits import MAX_COMMIT_PROPOSALS

X25519_BYTES = 32  # a kem_output of both suites that we have
SEALED_SECRET_BYTES = 48  # the least that is sealed in a path: 32 bytes of secret, 16 of tag
_MESSAGE_HEAD_BYTES = 4  # version and wire format
_PROPOSAL_IN_COMMIT = 1
_LEAF_INDEX_BYTES = 4
_CAPABILITY_LISTS = 5
_LIFETIME_BYTES = 16


def judge_commit(message: bytes) -> None:
    """A PublicMessage holds a member's Commit that is no more work than its length lets expect.

    Raises:
        MalformedError: its lengths do not fit.
        Refused: no Commit by a member, more than MAX_COMMIT_PROPOSALS, others than Add and Remove, or a path of
            ciphertexts that are too short to be any (C2).
    """
    reader = Reader(message)
    reader.fixed(_MESSAGE_HEAD_BYTES)
    reader.opaque()  # group id
    reader.uint(8)  # epoch
    if reader.uint(1) != SenderType.MEMBER:
        raise Refused("C2", "the only handshake is a Commit by a member")
    reader.uint(_LEAF_INDEX_BYTES)
    reader.opaque()  # authenticated data
    if reader.uint(1) != ContentType.COMMIT:
        raise Refused("C2", "the only handshake is a Commit by a member")
    _judge_proposals(Reader(reader.opaque()))
    if reader.uint(1):
        _skip_leaf(reader)
        _judge_path(Reader(reader.opaque()))


def judge_welcome(welcome: bytes, *, adds: int) -> None:
    """A Welcome holds one secret for each Add, and at most as much work as that (C8).

    Raises:
        MalformedError: its lengths do not fit.
        Refused: more secrets, or fewer.
    """
    reader = Reader(welcome)
    reader.fixed(_MESSAGE_HEAD_BYTES)
    reader.uint(2)  # cipher suite
    secrets = Reader(reader.opaque())
    for _ in range(adds):
        if secrets.at_end():
            break
        secrets.opaque()  # KeyPackageRef
        secrets.opaque()  # kem_output
        secrets.opaque()  # ciphertext
    else:
        if secrets.at_end():
            return
    raise Refused("C8", "the Welcome has one secret for each Add")


def _judge_proposals(proposals: Reader) -> None:
    for _ in range(MAX_COMMIT_PROPOSALS):
        if proposals.at_end():
            return
        is_by_value = proposals.uint(1) == _PROPOSAL_IN_COMMIT
        kind = proposals.uint(2) if is_by_value else None
        if kind == ProposalType.ADD:
            _skip_key_package(proposals)
        elif kind == ProposalType.REMOVE:
            proposals.uint(_LEAF_INDEX_BYTES)
        else:
            raise Refused("C2", "a Commit holds Add and Remove by value, nothing else")
    if not proposals.at_end():
        raise Refused("C2", f"a Commit holds at most {MAX_COMMIT_PROPOSALS} proposals")


def _judge_path(nodes: Reader) -> None:
    while not nodes.at_end():
        nodes.opaque()  # encryption key
        ciphertexts = Reader(nodes.opaque())
        while not ciphertexts.at_end():
            if len(ciphertexts.opaque()) != X25519_BYTES or len(ciphertexts.opaque()) < SEALED_SECRET_BYTES:
                raise Refused("C2", "a path holds ciphertexts of path secrets")


def _skip_key_package(reader: Reader) -> None:
    reader.fixed(4)  # version and cipher suite
    reader.opaque()  # init key
    _skip_leaf(reader)
    reader.opaque()  # extensions
    reader.opaque()  # signature


def _skip_leaf(reader: Reader) -> None:
    reader.opaque()  # encryption key
    reader.opaque()  # signature key
    if reader.uint(2) != CredentialType.BASIC:  # X.509 would be a list of as many certificates as bytes
        raise Refused("C5", "a leaf carries a device certificate")
    reader.opaque()  # identity
    for _ in range(_CAPABILITY_LISTS):
        reader.opaque()
    source = reader.uint(1)
    if source == LeafNodeSource.KEY_PACKAGE:
        reader.fixed(_LIFETIME_BYTES)
    elif source == LeafNodeSource.COMMIT:
        reader.opaque()  # parent hash
    reader.opaque()  # extensions
    reader.opaque()  # signature
