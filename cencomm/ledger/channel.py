"""A channel as the ledger declares it: one MLS group at a time, and who is entitled to be in it (rules L8, C11).

A restart gives it another group. Earlier ones are kept, since what was anchored while they were current is judged by
them for ever (C3): entry n is part of the head at n, so a restart at 9 ends the old generation with the head at 8.
"""

from dataclasses import dataclass, replace

from cencomm.ids import AccountId, ChannelId
from cencomm.ledger.bodies import ChannelBody
from cencomm.ledger.content_key import BlobRef
from cencomm.ledger.kinds import ChannelKind, Role
from cencomm.ledger.membership import Member
from cencomm.ledger.refusal import LedgerRefused
from cencomm.ledger.restart import Restart, judge_restart

FIRST_GENERATION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One group of a channel, and its log. It is current from entry `began_at` until the next one begins."""

    number: int
    group_id: bytes
    began_at: int
    restart: Restart | None  # what began it and cut the log before it; None for the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    channel: ChannelId
    generations: tuple[Generation, ...]  # numbered from 1 without gaps; the last is the current one
    kind: ChannelKind
    roles: frozenset[Role]
    accounts: frozenset[AccountId]
    title: BlobRef

    @property
    def generation(self) -> int:
        """The current one's number."""
        return self.generations[-1].number

    @property
    def group_id(self) -> bytes:
        """The current generation's."""
        return self.generations[-1].group_id

    @property
    def declared_at(self) -> int:
        return self.generations[0].began_at

    def generation_at(self, head: int) -> Generation | None:
        """The one that is current at that head; None before the channel was declared."""
        return next((one for one in reversed(self.generations) if one.began_at <= head), None)

    def numbered(self, number: int) -> Generation | None:
        """The current or an earlier generation of that number."""
        return next((one for one in self.generations if one.number == number), None)

    def restart_after(self, number: int) -> Restart | None:
        """What ended that generation, and where it cut its log; None while it is current, or for another number."""
        following = self.numbered(number + 1)
        return None if following is None else following.restart

    def counts(self, generation: int, sequence: int) -> bool:
        """Whether log entry `sequence` of that generation counts: no restart cut the log before it (C11)."""
        ended = self.restart_after(generation)
        return ended is None or sequence <= ended.cut_sequence

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
        generations=(Generation(number=body.generation, group_id=body.group_id, began_at=at, restart=None),),
        kind=body.kind,
        roles=roles,
        accounts=accounts,
        title=body.title,
    )


def restart_channel(channel: Channel, body: Restart, *, at: int) -> Channel:
    """The channel from entry `at` on; that its group id is new to the operation, the ledger sees to.

    Naming the generation and group that end, two coordinators who restart at once do so once.

    Raises:
        LedgerRefused: it ends another group than the current one, or does not begin the next, or contradicts itself.
    """
    judge_restart(body)
    if (body.old_generation, body.old_group_id) != (channel.generation, channel.group_id):
        raise LedgerRefused("C11", "the restart is of another generation or group than the channel's current one")
    if body.generation != channel.generation + 1:
        raise LedgerRefused("C11", f"generation {channel.generation + 1} comes next, not {body.generation}")
    begun = Generation(number=body.generation, group_id=body.group_id, began_at=at, restart=body)
    return replace(channel, generations=(*channel.generations, begun))
