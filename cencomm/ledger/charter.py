"""The charter: entry 0, with which an operation begins (rules L2, L4; docs/protocol.md section 3.2)."""

from dataclasses import dataclass
from typing import ClassVar

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ledger.content_key import BlobRef, ContentKeyRef, read_blob_ref, read_content_key_ref
from cencomm.ledger.enrolment import Keys, read_keys
from cencomm.ledger.kinds import EntryType, History, read_kind
from cencomm.primitives import signatures

NONCE_BYTES = 32
MAX_RELAY_NAME_BYTES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an operation promises to its members; fixed for its life."""

    history: History
    retention_days: int
    update_interval_hours: int
    heartbeat_seconds: int
    two_signatures: tuple[EntryType, ...]  # beyond those of L5
    exercise: bool  # one coordinator is enough, and every screen says that this is no operation

    def encode(self) -> bytes:
        return (
            codec.uint(self.history, 1)
            + codec.uint(self.retention_days, 4)
            + codec.uint(self.update_interval_hours, 4)
            + codec.uint(self.heartbeat_seconds, 4)
            + codec.vector(codec.uint(entry_type, 1) for entry_type in self.two_signatures)
            + codec.uint(self.exercise, 1)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """Entry 0. The hash of the entry that carries it is the operation id, so it vouches for itself (L2)."""

    type: ClassVar = EntryType.CHARTER

    nonce: bytes  # stands for the operation id in the coordinators' enrolments, which are made before it exists
    coordinators: tuple[Keys, ...]  # the signer first
    relay_key: bytes  # Ed25519, signs heads and receipts (L4)
    relay_name: str
    policy: Policy
    content_key: ContentKeyRef
    plan: BlobRef
    profiles: tuple[BlobRef, ...]  # one per coordinator, in order

    def encode(self) -> bytes:
        return (
            codec.fixed(self.nonce, NONCE_BYTES)
            + codec.vector(keys.encode() for keys in self.coordinators)
            + codec.fixed(self.relay_key, signatures.PUBLIC_KEY_BYTES)
            + codec.opaque(self.relay_name.encode())
            + self.policy.encode()
            + self.content_key.encode()
            + self.plan.encode()
            + codec.vector(profile.encode() for profile in self.profiles)
        )


def read_charter(reader: Reader) -> Charter:
    return Charter(
        nonce=reader.fixed(NONCE_BYTES),
        coordinators=reader.vector(read_keys),
        relay_key=reader.fixed(signatures.PUBLIC_KEY_BYTES),
        relay_name=_read_name(reader),
        policy=_read_policy(reader),
        content_key=read_content_key_ref(reader),
        plan=read_blob_ref(reader),
        profiles=reader.vector(read_blob_ref),
    )


def _read_policy(reader: Reader) -> Policy:
    history = read_kind(reader, History)
    retention_days, update_interval_hours, heartbeat_seconds = reader.uint(4), reader.uint(4), reader.uint(4)
    two_signatures = reader.vector(lambda item: read_kind(item, EntryType))
    exercise = reader.uint(1)
    if exercise > 1:
        raise MalformedError("exercise is 0 or 1")
    return Policy(
        history=history,
        retention_days=retention_days,
        update_interval_hours=update_interval_hours,
        heartbeat_seconds=heartbeat_seconds,
        two_signatures=two_signatures,
        exercise=bool(exercise),
    )


def _read_name(reader: Reader) -> str:
    try:
        return reader.opaque(most=MAX_RELAY_NAME_BYTES).decode()
    except UnicodeDecodeError:
        raise MalformedError("the relay's name is not UTF-8") from None
