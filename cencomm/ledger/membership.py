"""Who belongs to an operation, as intervals of the ledger, so that earlier heads can be judged too (C3, C12).

Entry n is part of the head at n: admitted at 7 is a member at 7, revoked at 9 is a member at 8 and not at 9.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from cencomm.ids import AccountId
from cencomm.ledger.content_key import BlobRef
from cencomm.ledger.enrolment import Keys
from cencomm.ledger.kinds import Role
from cencomm.ledger.refusal import LedgerRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One identity's time in the operation. An account that comes back under new keys is another Member."""

    account: AccountId
    identity_key: bytes
    exchange_key: bytes
    role: Role
    admitted_at: int
    revoked_at: int | None = None
    until: int = 0  # seconds, 0: no end
    profile: BlobRef

    def belongs(self, *, at: int) -> bool:
        """Admitted and not revoked at the head `at`. `until` does not count: no clock enters a judgement (C3)."""
        return self.admitted_at <= at and (self.revoked_at is None or at < self.revoked_at)


@dataclass(frozen=True, slots=True)
class Membership:
    """Everybody who belongs or belonged. Immutable; the ledger's rules about people live here."""

    identities: MappingProxyType[bytes, Member]  # an identity key belongs once
    accounts: MappingProxyType[AccountId, Member]  # each account's newest membership
    unit: tuple[Member, ...]  # the coordinators among them, a few of thousands, and asked for at each entry

    @classmethod
    def of(cls, members: Iterable[Member]) -> "Membership":
        """The coordinators of a charter.

        Raises:
            LedgerRefused: one of them stands there twice.
        """
        founding = cls(MappingProxyType({}), MappingProxyType({}), ())
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
        member = self.accounts.get(account)
        if member is None or member.revoked_at is not None or member.identity_key != identity_key:
            raise LedgerRefused("L6", "whom the entry revokes is not a member")
        if self.coordinators(at=at) == (member,):
            raise LedgerRefused("L5", "the last coordinator cannot be revoked")
        return self._with(replace(member, revoked_at=at))

    def coordinators(self, *, at: int) -> tuple[Member, ...]:
        return tuple(member for member in self.unit if member.belongs(at=at))

    def _with(self, member: Member) -> "Membership":
        unit = self.unit
        if member.role is Role.COORDINATOR:
            unit = (*(other for other in unit if other.identity_key != member.identity_key), member)
        return Membership(
            MappingProxyType(self.identities | {member.identity_key: member}),
            MappingProxyType(self.accounts | {member.account: member}),
            unit,
        )


def member_from(keys: Keys, role: Role, profile: BlobRef, *, until: int, at: int) -> Member:
    """What entry `at` makes of somebody's keys."""
    return Member(
        account=keys.account,
        identity_key=keys.identity_key,
        exchange_key=keys.exchange_key,
        role=role,
        admitted_at=at,
        until=until,
        profile=profile,
    )
