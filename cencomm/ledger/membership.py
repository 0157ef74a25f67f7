"""Who belongs to an operation, as intervals of the ledger, so that earlier heads can be judged too (C3, C12).

Entry n is part of the head at n: admitted at 7 is a member at 7, revoked at 9 is a member at 8 and not at 9.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from cencomm.ids import AccountId, DeviceId
from cencomm.ledger.content_key import BlobRef
from cencomm.ledger.enrolment import Keys
from cencomm.ledger.kinds import Role
from cencomm.ledger.refusal import LedgerRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One identity's time in the operation. An account that comes back or goes on under new keys is another Member.

    `first_admitted_at` is where its history begins for a charter that gives it since admission: `admitted_at`, or for
    whom `replace` replaced, the admission of the first identity (H1).
    """

    account: AccountId
    identity_key: bytes
    exchange_key: bytes
    mac: bytes  # of the enrolment: under the code of whose letter they came (D7)
    role: Role
    first_admitted_at: int
    admitted_at: int
    revoked_at: int | None = None  # or replaced
    until: int = 0  # seconds, 0: no end
    profile: BlobRef

    def belongs(self, *, at: int) -> bool:
        """Admitted and not revoked at the head `at`. `until` does not count: no clock enters a judgement (C3)."""
        return self.admitted_at <= at and (self.revoked_at is None or at < self.revoked_at)


@dataclass(frozen=True, slots=True)
class Membership:
    """Everybody who belongs or belonged, with what devices. Immutable; the ledger's rules about people live here."""

    identities: MappingProxyType[bytes, Member]  # an identity key belongs once
    accounts: MappingProxyType[AccountId, Member]  # each account's newest membership
    unit: tuple[Member, ...]  # the coordinators among them, a few of thousands, and asked for at each entry
    ended_devices: MappingProxyType[tuple[AccountId, DeviceId], int]  # at which entry; those that go on are unknown

    @classmethod
    def of(cls, members: Iterable[Member]) -> "Membership":
        """The coordinators of a charter.

        Raises:
            LedgerRefused: one of them stands there twice.
        """
        founding = cls(MappingProxyType({}), MappingProxyType({}), (), MappingProxyType({}))
        for member in members:
            founding = founding.admit(member)
        return founding

    def admit(self, member: Member) -> "Membership":
        """With `member`; that their keys are new to the operation, the ledger sees to.

        Raises:
            LedgerRefused: the account belongs already.
        """
        known = self.accounts.get(member.account)
        if known is not None and known.revoked_at is None:
            raise LedgerRefused("L6", "the account is a member already")
        return self._with(member)

    def revoke(self, account: AccountId, identity_key: bytes, *, at: int) -> "Membership":
        """Without that member from entry `at` on.

        Raises:
            LedgerRefused: nobody like that belongs, or nobody would be left to sign.
        """
        member = self._member(account, identity_key, "whom the entry revokes is not a member")
        if self.coordinators(at=at) == (member,):
            raise LedgerRefused("L5", "the last coordinator cannot be revoked")
        return self._with(dataclasses.replace(member, revoked_at=at))

    def replace(self, keys: Keys, replaced: bytes, *, at: int) -> "Membership":
        """The account of `keys` is the identity `replaced` before entry `at` and the new one from there on.

        That the keys are new to the operation, the ledger sees to. The last coordinator may be replaced: somebody is
        left to sign.

        Raises:
            LedgerRefused: nobody like that belongs.
        """
        member = self._member(keys.account, replaced, "whom the entry replaces is not a member")
        successor = dataclasses.replace(
            member,
            identity_key=keys.identity_key,
            exchange_key=keys.exchange_key,
            mac=keys.proof.mac,
            admitted_at=at,
        )
        return self._with(dataclasses.replace(member, revoked_at=at), successor)

    def end_device(self, account: AccountId, device: DeviceId, *, at: int) -> "Membership":
        """Without that device from entry `at` on. The ledger learns of devices only here, so any id can end.

        Raises:
            LedgerRefused: the account does not belong, or the device ended already.
        """
        member = self.accounts.get(account)
        if member is None or member.revoked_at is not None:
            raise LedgerRefused("L6", "whose device the entry ends is not a member")
        if (account, device) in self.ended_devices:
            raise LedgerRefused("L6", "the device has ended already")
        return dataclasses.replace(self, ended_devices=MappingProxyType(self.ended_devices | {(account, device): at}))

    def has_ended(self, account: AccountId, device: DeviceId, *, at: int) -> bool:
        """Whether the device is ended at the head `at`, under whatever identity of the account."""
        ended_at = self.ended_devices.get((account, device))
        return ended_at is not None and ended_at <= at

    def coordinators(self, *, at: int) -> tuple[Member, ...]:
        return tuple(member for member in self.unit if member.belongs(at=at))

    def _member(self, account: AccountId, identity_key: bytes, otherwise: str) -> Member:
        member = self.accounts.get(account)
        if member is None or member.revoked_at is not None or member.identity_key != identity_key:
            raise LedgerRefused("L6", otherwise)
        return member

    def _with(self, *members: Member) -> "Membership":
        """Each in the place of the same identity as it was, and the last one of an account as its newest."""
        identities = {member.identity_key: member for member in members}
        coordinators = tuple(member for member in members if member.role is Role.COORDINATOR)
        return dataclasses.replace(
            self,
            identities=MappingProxyType(self.identities | identities),
            accounts=MappingProxyType(self.accounts | {member.account: member for member in members}),
            unit=(*(other for other in self.unit if other.identity_key not in identities), *coordinators),
        )


def member_from(keys: Keys, role: Role, profile: BlobRef, *, until: int, at: int) -> Member:
    """What entry `at` makes of somebody's keys."""
    return Member(
        account=keys.account,
        identity_key=keys.identity_key,
        exchange_key=keys.exchange_key,
        mac=keys.proof.mac,
        role=role,
        first_admitted_at=at,
        admitted_at=at,
        until=until,
        profile=profile,
    )
