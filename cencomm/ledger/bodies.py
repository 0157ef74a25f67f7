"""What an entry can say (rules C5, L6, L7, L8; docs/protocol.md section 3.2).

Keys, opaque account ids, roles, dates and salted hashes only: the relay reads all of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from cencomm import codec
from cencomm.codec import Reader
from cencomm.ids import ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES, DEVICE_ID_BYTES, AccountId, ChannelId, DeviceId
from cencomm.ledger.charter import NONCE_BYTES, Charter, Policy, read_charter
from cencomm.ledger.content_key import BlobRef, ContentKeyRef, read_blob_ref, read_content_key_ref
from cencomm.ledger.enrolment import Keys, read_keys
from cencomm.ledger.kinds import ChannelKind, EntryType, Phase, RevokeReason, Role, read_kind
from cencomm.ledger.restart import GROUP_ID_BYTES, Restart, read_restart
from cencomm.primitives import signatures

__all__ = [
    "GROUP_ID_BYTES",
    "NONCE_BYTES",
    "Admit",
    "Body",
    "ChannelBody",
    "Charter",
    "EndDevice",
    "FormBody",
    "PhaseBody",
    "Policy",
    "Replace",
    "Restart",
    "Revoke",
    "decode_body",
]


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
class Replace:
    """An account goes on under new keys, which its holder enrolled; role, end date and profile stay.

    It says no reason, and names the old identity so that a second signature given for one replacement cannot serve
    for the next.
    """

    type: ClassVar = EntryType.REPLACE

    keys: Keys
    replaced: bytes  # the identity key that ends here and never returns
    content_key: ContentKeyRef  # the next one: whoever has the old keys reads no new names

    def encode(self) -> bytes:
        return self.keys.encode() + codec.fixed(self.replaced, signatures.PUBLIC_KEY_BYTES) + self.content_key.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndDevice:
    """One device is nobody's any more: lost, idle or expired. Its account goes on with others (C5, C6)."""

    type: ClassVar = EntryType.END_DEVICE

    account: AccountId
    device: DeviceId

    def encode(self) -> bytes:
        return codec.fixed(self.account, ACCOUNT_ID_BYTES) + codec.fixed(self.device, DEVICE_ID_BYTES)


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


Body = Charter | ChannelBody | Admit | Revoke | Replace | EndDevice | FormBody | PhaseBody | Restart


def decode_body(entry_type: EntryType, data: bytes) -> Body:
    """The body of an entry of that type; nothing in it is judged.

    Raises:
        MalformedError: bytes that are none, or bytes left over.
    """
    return codec.decode(data, _DECODERS[entry_type])


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


def _read_replace(reader: Reader) -> Replace:
    return Replace(
        keys=read_keys(reader),
        replaced=reader.fixed(signatures.PUBLIC_KEY_BYTES),
        content_key=read_content_key_ref(reader),
    )


def _read_end_device(reader: Reader) -> EndDevice:
    return EndDevice(account=AccountId(reader.fixed(ACCOUNT_ID_BYTES)), device=DeviceId(reader.fixed(DEVICE_ID_BYTES)))


def _read_form(reader: Reader) -> FormBody:
    return FormBody(definition=read_blob_ref(reader), version=reader.uint(4))


def _read_phase(reader: Reader) -> PhaseBody:
    return PhaseBody(phase=read_kind(reader, Phase))


_DECODERS: Mapping[EntryType, Callable[[Reader], Body]] = {
    EntryType.CHARTER: read_charter,
    EntryType.CHANNEL: _read_channel,
    EntryType.ADMIT: _read_admit,
    EntryType.REVOKE: _read_revoke,
    EntryType.REPLACE: _read_replace,
    EntryType.END_DEVICE: _read_end_device,
    EntryType.FORM: _read_form,
    EntryType.PHASE: _read_phase,
    EntryType.RESTART: read_restart,
}
