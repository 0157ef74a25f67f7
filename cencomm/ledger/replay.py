"""Folds ledger entries into the state of an operation (rules L, C11; docs/protocol.md section 3.3).

Every `Ledger` is a verified prefix of one chain: it comes from `Ledger.start` and `append` only, which refuse what does
not follow and change nothing then. It is immutable: an append copies the maps that the entry changes.

The module is long because each kind of entry meets the one state here; what concerns one noun is judged beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import assert_never

from cencomm.errors import ProtocolError, UsageError
from cencomm.ids import AccountId, BlobId, ChannelId, DeviceId, OperationId
from cencomm.ledger import entry_rules
from cencomm.ledger.bodies import (
    Admit,
    Body,
    ChannelBody,
    Charter,
    EndDevice,
    FormBody,
    PhaseBody,
    Replace,
    Restart,
    Revoke,
)
from cencomm.ledger.channel import Channel, declare_channel, restart_channel
from cencomm.ledger.content_key import BlobRef, ContentKeyRef
from cencomm.ledger.entry import Cosignature, Entry, SignedEntry
from cencomm.ledger.kinds import Phase, Role
from cencomm.ledger.membership import Member, Membership, member_from
from cencomm.ledger.refusal import LedgerRefused
from cencomm.ledger.spent import NOTHING_SPENT, Spent, spend

__all__ = ["FormVersion", "Ledger", "LedgerRefused", "NotEntitled", "Pin", "replay"]


class NotEntitled(ProtocolError):  # noqa: N818 (reads as the answer that it is)
    """The ledger does not admit this identity to this channel at that head."""


@dataclass(frozen=True, slots=True)
class Pin:
    """The newest head that a client verified, kept where the relay cannot reach it (L2)."""

    operation: OperationId
    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One version of a form: a blob of its own, so that messages under an older version stay readable."""

    definition: BlobRef
    version: int
    sequence: int  # from which entry on it may be used


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """An operation as its coordinators signed it, up to and including entry `sequence`."""

    operation: OperationId
    hashes: tuple[bytes, ...]
    time: int  # of the newest entry, in seconds; advisory
    charter: Charter
    content_key: ContentKeyRef
    phase: Phase
    membership: Membership
    channels: MappingProxyType[ChannelId, Channel]
    forms: MappingProxyType[BlobId, FormVersion]
    spent: Spent

    @classmethod
    def start(cls, signed: SignedEntry) -> "Ledger":
        """The operation that `signed` founds; whether it is the right one, its fingerprint says.

        Raises:
            LedgerRefused: not a charter that may stand for itself.
        """
        charter = entry_rules.judge_charter(signed)
        members = [
            member_from(keys, Role.COORDINATOR, profile, until=0, at=0)
            for keys, profile in zip(charter.coordinators, charter.profiles, strict=True)
        ]
        values = [charter.relay_key, charter.plan.blob, *(value for member in members for value in _once(member))]
        return cls(
            operation=OperationId(signed.hash),
            hashes=(signed.hash,),
            time=signed.entry.time,
            charter=charter,
            content_key=charter.content_key,
            phase=Phase.PLANNING,
            membership=Membership.of(members),
            channels=MappingProxyType({}),
            forms=MappingProxyType({}),
            spent=spend(NOTHING_SPENT, "L6", values),
        )

    def append(self, signed: SignedEntry) -> "Ledger":
        """The ledger with one more entry. This one stays as it is.

        Raises:
            LedgerRefused: the entry does not follow; `rule` says which rule it breaks.
        """
        entry = signed.entry
        self._judge_place(entry)
        self._judge_signers(signed)
        nonces = [cosignature.nonce for cosignature in entry.cosignatures]
        after = self._enact(entry.body)
        return replace(
            after, hashes=(*self.hashes, signed.hash), time=entry.time, spent=spend(after.spent, "L5", nonces)
        )

    @property
    def sequence(self) -> int:
        return len(self.hashes) - 1

    @property
    def head_hash(self) -> bytes:
        return self.hashes[-1]

    @property
    def members(self) -> MappingProxyType[AccountId, Member]:
        """Every account's newest membership, revoked ones too."""
        return self.membership.accounts

    @property
    def identities(self) -> MappingProxyType[bytes, Member]:
        """Everybody who ever belonged, by identity key: each belongs once."""
        return self.membership.identities

    @property
    def pin(self) -> Pin:
        return Pin(self.operation, self.sequence, self.head_hash)

    def hash_at(self, sequence: int) -> bytes | None:
        """The hash of entry `sequence`; None when we do not hold it."""
        return self.hashes[sequence] if 0 <= sequence <= self.sequence else None

    def verify_pin(self, pin: Pin) -> None:
        """We hold all that was pinned, unchanged.

        Raises:
            LedgerRefused: a shorter ledger or another history than the one seen before (L2).
        """
        if pin.operation != self.operation:
            raise LedgerRefused("L2", "the pin is of another operation")
        if pin.sequence > self.sequence:
            raise LedgerRefused("L2", f"the ledger ends at {self.sequence}; this device saw entry {pin.sequence}")
        if self.hash_at(pin.sequence) != pin.hash:
            raise LedgerRefused("L2", f"entry {pin.sequence} is not the one that this device saw")

    def next_entry(self, body: Body, *, time: int, signer: bytes, cosignatures: tuple[Cosignature, ...] = ()) -> Entry:
        """The entry that would follow, to be signed; `append` judges it."""
        return Entry(
            operation=self.operation,
            sequence=self.sequence + 1,
            previous=self.head_hash,
            time=time,
            signer=signer,
            body=body,
            cosignatures=cosignatures,
        )

    def needs_cosignature(self, body: Body) -> bool:
        """Whether `body` takes a second coordinator (L5): a change of coordinators, or what the policy lists."""
        if len(self.coordinators(at=self.sequence)) < entry_rules.MIN_COORDINATORS:
            return False
        match body:
            case Admit():
                changes_coordinators = body.role is Role.COORDINATOR
            case Revoke():
                changes_coordinators = self._has_role_of_coordinator(body.account)
            case Replace():
                changes_coordinators = self._has_role_of_coordinator(body.keys.account)
            case Charter() | ChannelBody() | EndDevice() | FormBody() | PhaseBody() | Restart():
                changes_coordinators = False
            case _:
                assert_never(body)
        return changes_coordinators or body.type in self.charter.policy.two_signatures

    def coordinators(self, *, at: int) -> tuple[Member, ...]:
        """Who may sign the entry after the head `at`."""
        self._check_held(at)
        return self.membership.coordinators(at=at)

    def entitled(self, channel: ChannelId, identity_key: bytes, *, at: int) -> Member:
        """The member with this identity key, who belongs to this channel at the head `at`.

        Raises:
            NotEntitled: there is none.
            UsageError: `at` is beyond what we hold.
        """
        self._check_held(at)
        found, member = self.channels.get(channel), self.identities.get(identity_key)
        if found is None or found.declared_at > at:
            raise NotEntitled("there is no such channel in the ledger")
        if member is None or not member.belongs(at=at):
            raise NotEntitled("this identity is not a member of the operation")
        if not found.entitles(member):
            raise NotEntitled("this member is not entitled to the channel")
        return member

    def is_entitled(self, channel: ChannelId, identity_key: bytes, *, at: int) -> bool:
        """For choosing whom to add and remove; to rely on an entitlement, call `entitled`."""
        try:
            self.entitled(channel, identity_key, at=at)
        except NotEntitled:
            return False
        return True

    def has_ended(self, account: AccountId, device: DeviceId, *, at: int) -> bool:
        """Whether that device is ended at the head `at`; to rely on a leaf, call `tree_rules.entitled_leaf` (C5)."""
        self._check_held(at)
        return self.membership.has_ended(account, device, at=at)

    def entitled_accounts(self, channel: ChannelId, *, at: int) -> frozenset[AccountId]:
        """Whom the channel should hold at the head `at`; empty when it does not exist there."""
        return frozenset(
            member.account
            for identity_key, member in self.identities.items()
            if self.is_entitled(channel, identity_key, at=at)
        )

    def _check_held(self, at: int) -> None:
        if not 0 <= at <= self.sequence:
            raise UsageError(f"cannot judge at entry {at}: the ledger is held up to {self.sequence}")

    def _has_role_of_coordinator(self, account: AccountId) -> bool:
        member = self.members.get(account)
        return member is not None and member.role is Role.COORDINATOR

    def _judge_place(self, entry: Entry) -> None:
        if entry.operation != self.operation:
            raise LedgerRefused("L1", "the entry is of another operation")
        if entry.sequence != self.sequence + 1:
            raise LedgerRefused("L1", f"entry {self.sequence + 1} comes next, not {entry.sequence}")
        if entry.previous != self.head_hash:
            raise LedgerRefused("L1", "the entry follows another history")
        if entry.time < self.time:
            raise LedgerRefused("L5", "the entry is older than the one before it")

    def _judge_signers(self, signed: SignedEntry) -> None:
        entry = signed.entry
        self._judge_coordinator(entry.signer)
        entry_rules.judge_signature(signed)
        needed = 1 if self.needs_cosignature(entry.body) else 0
        if len(entry.cosignatures) != needed:
            raise LedgerRefused("L5", f"this entry takes {needed} cosignatures, not {len(entry.cosignatures)}")
        for cosignature in entry.cosignatures:
            self._judge_coordinator(cosignature.signer)
            entry_rules.judge_cosignature(cosignature, entry, self.operation)

    def _judge_coordinator(self, identity_key: bytes) -> None:
        member = self.identities.get(identity_key)
        if member is None or member.role is not Role.COORDINATOR or not member.belongs(at=self.sequence):
            raise LedgerRefused("L1", "only coordinators sign entries")

    def _enact(self, body: Body) -> "Ledger":
        """The state after a body whose signatures are judged; hash and time are the caller's."""
        match body:
            case Charter():
                raise LedgerRefused("L2", "a charter is entry 0 only")
            case Admit():
                return self._admit(body)
            case Revoke():
                return self._revoke(body)
            case Replace():
                return self._replace(body)
            case EndDevice():
                membership = self.membership.end_device(body.account, body.device, at=self.sequence + 1)
                return replace(self, membership=membership)
            case ChannelBody():
                return self._declare(body)
            case Restart():
                return self._restart(body)
            case FormBody():
                return self._publish(body)
            case PhaseBody():
                return replace(self, phase=body.phase)
            case _:
                assert_never(body)

    def _admit(self, body: Admit) -> "Ledger":
        entry_rules.judge_enrolment(body.keys, self.operation)
        member = member_from(body.keys, body.role, body.profile, until=body.until, at=self.sequence + 1)
        membership = self.membership.admit(member)
        return replace(self, membership=membership, spent=spend(self.spent, "L6", _once(member)))

    def _revoke(self, body: Revoke) -> "Ledger":
        self._judge_content_key(body.content_key)
        membership = self.membership.revoke(body.account, body.identity_key, at=self.sequence + 1)
        return replace(self, membership=membership, content_key=body.content_key)

    def _replace(self, body: Replace) -> "Ledger":
        entry_rules.judge_enrolment(body.keys, self.operation)
        self._judge_content_key(body.content_key)
        return replace(
            self,
            membership=self.membership.replace(body.keys, body.replaced, at=self.sequence + 1),
            content_key=body.content_key,
            spent=spend(self.spent, "L6", [body.keys.identity_key, body.keys.exchange_key]),
        )

    def _judge_content_key(self, following: ContentKeyRef) -> None:
        if following.number != self.content_key.number + 1:
            raise LedgerRefused("L7", f"the next content key has number {self.content_key.number + 1}")

    def _declare(self, body: ChannelBody) -> "Ledger":
        channel = declare_channel(body, at=self.sequence + 1)
        return replace(
            self,
            spent=spend(self.spent, "L8", [channel.channel, channel.group_id, channel.title.blob]),
            channels=MappingProxyType(self.channels | {channel.channel: channel}),
        )

    def _restart(self, body: Restart) -> "Ledger":
        channel = self.channels.get(body.channel)
        if channel is None:
            raise LedgerRefused("C11", "the restart is of a channel that does not exist")
        if not body.named <= self.identities.keys():
            raise LedgerRefused("C11", "the restart names somebody who never was a member")
        restarted = restart_channel(channel, body, at=self.sequence + 1)
        return replace(
            self,
            spent=spend(self.spent, "L8", [body.group_id]),
            channels=MappingProxyType(self.channels | {body.channel: restarted}),
        )

    def _publish(self, body: FormBody) -> "Ledger":
        blob = body.definition.blob
        version = FormVersion(body.definition, body.version, self.sequence + 1)
        return replace(
            self,
            spent=spend(self.spent, "L6", [blob]),
            forms=MappingProxyType(self.forms | {blob: version}),
        )


def replay(entries: Iterable[SignedEntry]) -> Ledger:
    """The operation that `entries` tell from its charter on.

    Raises:
        LedgerRefused: one of them does not follow.
    """
    remaining = iter(entries)
    charter = next(remaining, None)
    if charter is None:
        raise LedgerRefused("L1", "a ledger has at least its charter")
    ledger = Ledger.start(charter)
    for signed in remaining:
        ledger = ledger.append(signed)
    return ledger


def _once(member: Member) -> list[bytes]:
    """What nobody brings into the operation again, not even the same account: a revoked key stays revoked."""
    return [member.identity_key, member.exchange_key, member.profile.blob]
