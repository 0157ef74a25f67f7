"""What a message asks of whom, what was done about it, and how much time is left. Pure: clocks are parameters.

A message asks its addressees: an account, a country, a role. Behind each stands a post where people take turns, so one
of them is enough: who answers from Paris answers for France, and for no other addressee. Two things settle it:

    a response    stops the clock of a message that says until when it wants one
    a glance      (an acknowledgement) is enough where no time was set

Who is asked is decided at the ledger head that the author signed, the same for every reader; whoever has left since is
not waited for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cencomm.client.channel.acknowledgements import Acknowledged
from cencomm.client.channel.readership import Reader
from cencomm.client.vault.replies import Reply
from cencomm.forms.envelope import Addressee, Body
from cencomm.ids import AccountId

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600  # seconds
SHORTEST_IN_DAYS = 2 * DAY  # less is told in hours: "answer within 26 h" is what a watch shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a message asks of one addressee. `people` are those whom it names and who still belong."""

    addressee: Addressee
    people: tuple[Reader, ...]
    acknowledged: tuple[Acknowledged, ...]
    answers: tuple[Reply, ...]
    timed: bool

    @property
    def settled(self) -> bool:
        """Nothing more is expected of this addressee."""
        return bool(self.answers) or (not self.timed and bool(self.acknowledged))

    def asks(self, account: AccountId) -> bool:
        return any(one.member.account == account for one in self.people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Everything that a message asks. `acknowledged` are all who did, whether they were asked or not."""

    author: AccountId
    answer_by: int | None
    demands: tuple[Demand, ...]
    acknowledged: tuple[Acknowledged, ...]
    answers: tuple[Reply, ...]

    @property
    def asked(self) -> tuple[AccountId, ...]:
        """Whom the message asks, each once."""
        return tuple(dict.fromkeys(one.member.account for demand in self.demands for one in demand.people))

    @property
    def open(self) -> tuple[Demand, ...]:
        return tuple(demand for demand in self.demands if demand.people and not demand.settled)

    def waits_for(self, account: AccountId) -> bool:
        """Whether `account` is asked and nobody has done it for them."""
        return any(demand.asks(account) for demand in self.open)


def answering(
    body: Body,
    *,
    author: AccountId,
    readers: Sequence[Reader],
    acknowledged: Iterable[Acknowledged],
    answers: Iterable[Reply],
) -> Answering:
    """What the message `body` of `author` asks, and what was done about it.

    Args:
        readers: who could read it when it was written, by the ledger that its author signed for.
        acknowledged, answers: what was taken in about it; the author's own count for nothing.
    """
    seen = tuple(one for one in acknowledged if one.account != author)
    answered = tuple(one for one in answers if one.account != author)
    return Answering(
        author=author,
        answer_by=body.answer_by,
        demands=tuple(
            _demand(addressee, author, readers, seen, answered, timed=body.answer_by is not None)
            for addressee in body.to
        ),
        acknowledged=seen,
        answers=answered,
    )


def _demand(
    addressee: Addressee,
    author: AccountId,
    readers: Sequence[Reader],
    acknowledged: Sequence[Acknowledged],
    answers: Sequence[Reply],
    *,
    timed: bool,
) -> Demand:
    named = [one for one in readers if one.is_named_by(addressee) and one.member.account != author and not one.is_node]
    accounts = {one.member.account for one in named}
    return Demand(
        addressee=addressee,
        people=tuple(one for one in named if one.member.revoked_at is None),
        acknowledged=tuple(one for one in acknowledged if one.account in accounts),
        answers=tuple(one for one in answers if one.account in accounts),
        timed=timed,
    )


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as people say it: the two largest parts that matter."""

    days: int
    hours: int
    minutes: int


def span(seconds: int) -> Span:
    """Whole minutes, cut off: who has 59 s left has 0 min."""
    days, rest = divmod(max(seconds, 0), DAY) if seconds >= SHORTEST_IN_DAYS else (0, max(seconds, 0))
    return Span(days, rest // HOUR, rest % HOUR // MINUTE)
