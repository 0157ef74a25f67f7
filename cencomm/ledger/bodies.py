"""What an entry can say (rules L6, L7, L8; docs/protocol.md section 3.2).

Keys, opaque account ids, roles, dates and salted hashes only: the relay reads all of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES, AccountId, ChannelId
from cencomm.ledger.content_key import BlobRef, ContentKeyRef, read_blob_ref, read_content_key_ref
from cencomm.ledger.enrolment import Keys, read_keys
from cencomm.ledger.kinds import ChannelKind, EntryType, History, Phase, RevokeReason, Role, read_kind
from cencomm.primitives import signatures

NONCE_BYTES = 32
GROUP_ID_BYTES = 32
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelBody:
    """A channel: one MLS group, and who is entitled to be in it (L8)."""

    type: ClassVar = EntryType.CHANNEL

    channel: ChannelId
    generation: int
    group_id: bytes
    kind: ChannelKind
    roles: tuple[Role, ...]
    accounts: tuple[AccountId, ...]
    title: BlobRef

    def encode(self) -> bytes:
        return (
            codec.fixed(self.channel, CHANNEL_ID_BYTES)
            + codec.uint(self.generation, 4)
            + codec.fixed(self.group_id, GROUP_ID_BYTES)
            + codec.uint(self.kind, 1)
            + codec.vector(codec.uint(role, 1) for role in self.roles)
            + codec.vector(codec.fixed(account, ACCOUNT_ID_BYTES) for account in self.accounts)
            + self.title.encode()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """One identity becomes a member of the operation."""

    type: ClassVar = EntryType.ADMIT

    keys: Keys
    role: Role
    until: int  # seconds; 0: no end. Judged when sending and by the relay, never in replay (C3)
    profile: BlobRef

    def encode(self) -> bytes:
        return self.keys.encode() + codec.uint(self.role, 1) + codec.uint(self.until, 8) + self.profile.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke:
    """One identity is a member no longer, and the next content key begins, which it never sees."""

    type: ClassVar = EntryType.REVOKE

    account: AccountId
    identity_key: bytes
    reason: RevokeReason
    content_key: ContentKeyRef

    def encode(self) -> bytes:
        return (
            codec.fixed(self.account, ACCOUNT_ID_BYTES)
            + codec.fixed(self.identity_key, signatures.PUBLIC_KEY_BYTES)
            + codec.uint(self.reason, 1)
            + self.content_key.encode()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormBody:
    """A version of a form may be used from here on; its machine name and this version stand in the definition."""

    type: ClassVar = EntryType.FORM

    definition: BlobRef
    version: int

    def encode(self) -> bytes:
        return self.definition.encode() + codec.uint(self.version, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseBody:
    type: ClassVar = EntryType.PHASE

    phase: Phase

    def encode(self) -> bytes:
        return codec.uint(self.phase, 1)


Body = Charter | ChannelBody | Admit | Revoke | FormBody | PhaseBody


class UnknownEntry(MalformedError):  # noqa: N818 (names what was found)
    """An entry that only a newer program can judge. Whoever cannot judge the ledger must not act on it."""


def decode_body(entry_type: EntryType, data: bytes) -> Body:
    """The body of an entry of that type; nothing in it is judged.

    Raises:
        MalformedError: bytes that are none, or bytes left over.
        UnknownEntry: a type that version 1 reserves.
    """
    decoder = _DECODERS.get(entry_type)
    if decoder is None:
        raise UnknownEntry(f"entries of type {entry_type.name.lower()} need a newer version of this program")
    return codec.decode(data, decoder)


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


def _read_charter(reader: Reader) -> Charter:
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


def _read_name(reader: Reader) -> str:
    try:
        return reader.opaque(most=MAX_RELAY_NAME_BYTES).decode()
    except UnicodeDecodeError:
        raise MalformedError("the relay's name is not UTF-8") from None


def _read_channel(reader: Reader) -> ChannelBody:
    return ChannelBody(
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        generation=reader.uint(4),
        group_id=reader.fixed(GROUP_ID_BYTES),
        kind=read_kind(reader, ChannelKind),
        roles=reader.vector(lambda item: read_kind(item, Role)),
        accounts=reader.vector(lambda item: AccountId(item.fixed(ACCOUNT_ID_BYTES))),
        title=read_blob_ref(reader),
    )


def _read_admit(reader: Reader) -> Admit:
    return Admit(
        keys=read_keys(reader), role=read_kind(reader, Role), until=reader.uint(8), profile=read_blob_ref(reader)
    )


def _read_revoke(reader: Reader) -> Revoke:
    return Revoke(
        account=AccountId(reader.fixed(ACCOUNT_ID_BYTES)),
        identity_key=reader.fixed(signatures.PUBLIC_KEY_BYTES),
        reason=read_kind(reader, RevokeReason),
        content_key=read_content_key_ref(reader),
    )


def _read_form(reader: Reader) -> FormBody:
    return FormBody(definition=read_blob_ref(reader), version=reader.uint(4))


def _read_phase(reader: Reader) -> PhaseBody:
    return PhaseBody(phase=read_kind(reader, Phase))


_DECODERS: Mapping[EntryType, Callable[[Reader], Body]] = {
    EntryType.CHARTER: _read_charter,
    EntryType.CHANNEL: _read_channel,
    EntryType.ADMIT: _read_admit,
    EntryType.REVOKE: _read_revoke,
    EntryType.FORM: _read_form,
    EntryType.PHASE: _read_phase,
}
