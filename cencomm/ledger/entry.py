"""Ledger entries: signed statements of coordinators, each with the hash of the one before (rule L1).

    SignedEntry
      content    label, version, operation, sequence, previous hash, time, signer, type, body, cosignatures
      signature  of the signer, over exactly these bytes
      hash       SHA-256(content); of entry 0 it is the operation id (L2)

An entry is decoded here and judged in `replay`.
"""

import hashlib
from dataclasses import dataclass, field

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError, UsageError
from cencomm.ids import HASH_BYTES, NO_HASH, OPERATION_ID_BYTES, OperationId
from cencomm.ledger import labels
from cencomm.ledger.bodies import Body, Charter, decode_body
from cencomm.ledger.kinds import ChannelKind, EntryType, Phase, RevokeReason, Role
from cencomm.primitives import signatures
from cencomm.primitives.signatures import SigningKey

__all__ = [
    "ChannelKind",
    "Cosignature",
    "Entry",
    "EntryType",
    "Phase",
    "RevokeReason",
    "Role",
    "SignedEntry",
    "UnknownEntry",
    "cosign",
    "decode_signed_entry",
    "first_entry",
    "sign_entry",
    "verify_cosignature",
    "verify_signature",
]

VERSION = 1
MAX_ENTRY_BYTES = 64 * 1024  # docs/protocol.md section 9; a charter of 100 coordinators takes 23 KiB
COSIGNATURE_NONCE_BYTES = 16


class UnknownEntry(MalformedError):  # noqa: N818 (names what was found)
    """An entry that only a newer program can judge. Whoever cannot judge the ledger must not act on it."""


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A second coordinator wants this body in this operation, once (L5). It does not say where in the chain."""

    signer: bytes
    nonce: bytes
    signature: bytes

    def encode(self) -> bytes:
        return (
            codec.fixed(self.signer, signatures.PUBLIC_KEY_BYTES)
            + codec.fixed(self.nonce, COSIGNATURE_NONCE_BYTES)
            + codec.opaque(self.signature)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is signed. `operation` is None in entry 0 and only there: its own hash is not known yet."""

    operation: OperationId | None
    sequence: int
    previous: bytes
    time: int  # seconds, advisory (L5)
    signer: bytes
    body: Body
    cosignatures: tuple[Cosignature, ...] = ()

    @property
    def type(self) -> EntryType:
        return self.body.type

    def encode(self) -> bytes:
        return (
            codec.opaque(labels.LEDGER_ENTRY)
            + codec.uint(VERSION, 2)
            + codec.optional(self.operation)
            + codec.uint(self.sequence, 8)
            + codec.fixed(self.previous, HASH_BYTES)
            + codec.uint(self.time, 8)
            + codec.fixed(self.signer, signatures.PUBLIC_KEY_BYTES)
            + codec.uint(self.type, 1)
            + codec.opaque(self.body.encode())
            + codec.vector(cosignature.encode() for cosignature in self.cosignatures)
        )


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """The bytes of an entry as they were received, decoded once. No signature is verified.

    Raises:
        MalformedError: `content` is no entry.
    """

    content: bytes
    signature: bytes
    entry: Entry = field(init=False, compare=False)
    hash: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "entry", codec.decode(self.content, _read_entry))
        object.__setattr__(self, "hash", hashlib.sha256(self.content).digest())

    def encode(self) -> bytes:
        return codec.opaque(self.content) + codec.opaque(self.signature)


def decode_signed_entry(data: bytes) -> SignedEntry:
    """An entry in its bytes; neither its signature nor its place is verified.

    Raises:
        MalformedError: anything else, or longer than an entry may be.
        UnknownEntry: a type or version that only a newer program can judge; a MalformedError too.
    """
    if len(data) > MAX_ENTRY_BYTES:
        raise MalformedError(f"an entry has at most {MAX_ENTRY_BYTES} bytes, not {len(data)}")
    return codec.decode(
        data, lambda reader: SignedEntry(reader.opaque(), reader.opaque(most=signatures.SIGNATURE_BYTES))
    )


def first_entry(charter: Charter, *, time: int) -> Entry:
    """Entry 0, to be signed by the charter's first coordinator."""
    signer = charter.coordinators[0].identity_key
    return Entry(operation=None, sequence=0, previous=NO_HASH, time=time, signer=signer, body=charter)


def sign_entry(entry: Entry, key: SigningKey) -> SignedEntry:
    """`entry` under the signature of its signer.

    Raises:
        UsageError: `key` is not the signer's, or the entry is too long.
    """
    if key.public_key != entry.signer:
        raise UsageError("an entry is signed by the key that it names")
    content = entry.encode()
    signed = SignedEntry(content, signatures.sign_with_label(key, labels.LEDGER_ENTRY, content))
    if len(signed.encode()) > MAX_ENTRY_BYTES:
        raise UsageError(f"an entry has at most {MAX_ENTRY_BYTES} bytes, not {len(signed.encode())}")
    return signed


def verify_signature(signed: SignedEntry) -> None:
    """The signer that the entry names signed exactly these bytes; whether they may is judged in `replay`.

    Raises:
        BadSignature: they did not.
    """
    signatures.verify_with_label(signed.entry.signer, labels.LEDGER_ENTRY, signed.content, signed.signature)


def cosign(key: SigningKey, operation: OperationId, body: Body, nonce: bytes) -> Cosignature:
    """The second signature for `body` (L5); `nonce` is fresh and random."""
    tbs = _cosignature_tbs(operation, body, nonce)
    return Cosignature(key.public_key, nonce, signatures.sign_with_label(key, labels.COSIGNATURE, tbs))


def verify_cosignature(cosignature: Cosignature, operation: OperationId, body: Body) -> None:
    """The cosigner wants exactly this body in this operation.

    Raises:
        BadSignature: they said nothing of the kind.
    """
    tbs = _cosignature_tbs(operation, body, cosignature.nonce)
    signatures.verify_with_label(cosignature.signer, labels.COSIGNATURE, tbs, cosignature.signature)


def _cosignature_tbs(operation: OperationId, body: Body, nonce: bytes) -> bytes:
    return (
        codec.optional(operation)
        + codec.uint(body.type, 1)
        + codec.opaque(body.encode())
        + codec.fixed(nonce, COSIGNATURE_NONCE_BYTES)
    )


def _read_entry(reader: Reader) -> Entry:
    if reader.opaque(most=len(labels.LEDGER_ENTRY)) != labels.LEDGER_ENTRY:
        raise MalformedError("not a ledger entry")
    if (version := reader.uint(2)) != VERSION:
        raise UnknownEntry(f"ledger entries of version {version} need a newer version of this program")
    operation = reader.optional(lambda inner: OperationId(inner.fixed(OPERATION_ID_BYTES)))
    sequence = reader.uint(8)
    if (operation is None) != (sequence == 0):
        raise MalformedError("exactly entry 0 names no operation")
    previous, time = reader.fixed(HASH_BYTES), reader.uint(8)
    signer = reader.fixed(signatures.PUBLIC_KEY_BYTES)
    body = _read_body(reader)
    return Entry(
        operation=operation,
        sequence=sequence,
        previous=previous,
        time=time,
        signer=signer,
        body=body,
        cosignatures=reader.vector(_read_cosignature),
    )


def _read_body(reader: Reader) -> Body:
    number = reader.uint(1)
    try:
        entry_type = EntryType(number)
    except ValueError:
        raise UnknownEntry(f"entries of type {number} need a newer version of this program") from None
    return decode_body(entry_type, reader.opaque())


def _read_cosignature(reader: Reader) -> Cosignature:
    return Cosignature(
        reader.fixed(signatures.PUBLIC_KEY_BYTES),
        reader.fixed(COSIGNATURE_NONCE_BYTES),
        reader.opaque(most=signatures.SIGNATURE_BYTES),
    )
