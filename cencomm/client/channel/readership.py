"""Who reads a channel, by the ledger and the names that it points to: told to the sender before anything is sent.

`to` says who must act; who can read is the channel. A TLP:RED message is for the eyes of those whom it names, so it is
refused where people beyond `to` would read it. Nodes are no people: they are named as readers (design.md section 1).
"""

from collections.abc import Collection
from dataclasses import dataclass

from cencomm.client.operation.directory import Profile, decode_profile
from cencomm.client.operation.operation import Operation
from cencomm.errors import AccessDenied, MalformedError
from cencomm.forms.envelope import Addressee, Body, Tlp
from cencomm.ids import AccountId, ChannelId
from cencomm.ledger.kinds import ChannelKind, Role
from cencomm.ledger.membership import Member

NODES = frozenset({Role.ARCHIVE, Role.NCEN, Role.CEN})
UNNAMED = Profile(name="?", organisation="?", country=None)


class TooManyReaders(AccessDenied):
    """TLP:RED in a channel that is read by people beyond `to`. `names` are theirs."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"TLP:RED is for those whom it names; {', '.join(names)} would read it too")
        self.names = names


@dataclass(frozen=True, slots=True)
class Reader:
    """A member as others see it; `profile` is UNNAMED while its name is not here."""

    member: Member
    profile: Profile

    @property
    def is_node(self) -> bool:
        return self.member.role in NODES

    def is_named_by(self, addressee: Addressee) -> bool:
        return (
            addressee.account == self.member.account
            or (addressee.country is not None and addressee.country == self.profile.country)
            or addressee.role == self.member.role.name.lower()
        )


def reader(operation: Operation, account: AccountId) -> Reader:
    """The account's newest membership and its name, whether it still belongs or not.

    A name that is none, as a hostile coordinator may sign, is shown as one that is not here.
    """
    member = operation.ledger.members[account]
    content = operation.content(member.profile)
    try:
        return Reader(member, UNNAMED if content is None else decode_profile(content))
    except MalformedError:
        return Reader(member, UNNAMED)


def members(operation: Operation) -> tuple[Reader, ...]:
    """Everybody who belongs now, coordinators first, then by country and name."""
    found = [reader(operation, member.account) for member in operation.ledger.members.values()]
    there = [one for one in found if one.member.revoked_at is None]
    return tuple(sorted(there, key=lambda one: (one.member.role, one.profile.country or "", one.profile.name)))


def readers(operation: Operation, channel: ChannelId) -> tuple[Reader, ...]:
    """Those members who may read the channel now, as `members` sorts them."""
    ledger = operation.ledger
    return tuple(
        one for one in members(operation) if ledger.is_entitled(channel, one.member.identity_key, at=ledger.sequence)
    )


def readers_of_a_new(
    operation: Operation, kind: ChannelKind, *, roles: Collection[Role], accounts: Collection[AccountId]
) -> tuple[Reader, ...]:
    """Those who would read a channel that does not exist yet, as `members` sorts them."""
    return tuple(
        one
        for one in members(operation)
        if (one.member.role in roles or one.member.account in accounts)
        and (one.member.role is not Role.CEN or kind is ChannelKind.RELEASE)
    )


def readers_then(operation: Operation, channel: ChannelId, *, at: int) -> tuple[Reader, ...]:
    """Those who could read the channel at the ledger head `at`, each as the newest ledger knows the account.

    An account that goes on under new keys is the same post; `member.revoked_at` says who has left since.
    """
    ledger = operation.ledger
    accounts = dict.fromkeys(
        member.account
        for member in ledger.identities.values()
        if member.belongs(at=at) and ledger.is_entitled(channel, member.identity_key, at=at)
    )
    return tuple(reader(operation, account) for account in accounts)


def judge_readers(operation: Operation, channel: ChannelId, body: Body, *, author: AccountId) -> None:
    """Nobody reads the message in this channel whom its TLP keeps out.

    Raises:
        TooManyReaders: TLP:RED, and people beyond `to`.
    """
    if body.tlp is not Tlp.RED:
        return
    beyond = [
        one.profile.name
        for one in readers(operation, channel)
        if not one.is_node and one.member.account != author and not any(one.is_named_by(to) for to in body.to)
    ]
    if beyond:
        raise TooManyReaders(tuple(beyond))
