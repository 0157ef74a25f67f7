"""A channel as the ledger declares it: one MLS group, and who is entitled to be in it (rule L8)."""

from dataclasses import dataclass

from cencomm.ids import AccountId, ChannelId
from cencomm.ledger.bodies import ChannelBody
from cencomm.ledger.content_key import BlobRef
from cencomm.ledger.kinds import ChannelKind, Role
from cencomm.ledger.membership import Member
from cencomm.ledger.refusal import LedgerRefused

FIRST_GENERATION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    channel: ChannelId
    generation: int
    group_id: bytes
    kind: ChannelKind
    roles: frozenset[Role]
    accounts: frozenset[AccountId]
    title: BlobRef
    declared_at: int

    def entitles(self, member: Member) -> bool:
        """Whether the channel is open to `member`, should they belong to the operation.

        CEN holds no personal data and so is never in another kind of channel than release, whatever list of roles or
        accounts somebody signed.
        """
        if member.role is Role.CEN and self.kind is not ChannelKind.RELEASE:
            return False
        return member.role in self.roles or member.account in self.accounts


def declare_channel(body: ChannelBody, *, at: int) -> Channel:
    """The channel that entry `at` declares; that its ids are new to the operation, the ledger sees to.

    Raises:
        LedgerRefused: it is not a first generation, is for nobody, or says something twice.
    """
    if body.generation != FIRST_GENERATION:
        raise LedgerRefused("L8", f"a channel begins with generation {FIRST_GENERATION}")
    roles, accounts = frozenset(body.roles), frozenset(body.accounts)
    if len(roles) != len(body.roles) or len(accounts) != len(body.accounts):
        raise LedgerRefused("L8", "a role or account stands twice in the channel")
    if not roles and not accounts:
        raise LedgerRefused("L8", "nobody is entitled to the channel")
    return Channel(
        channel=body.channel,
        generation=body.generation,
        group_id=body.group_id,
        kind=body.kind,
        roles=roles,
        accounts=accounts,
        title=body.title,
        declared_at=at,
    )
