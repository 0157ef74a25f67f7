"""How each seizure of our own service stands towards CEN, as the logs of the release channels tell it.

A release that was not withdrawn is what counts; else the newest decision. Both are believed from the post that wrote
the seizure and from those of the same service alone (rule R7), so all posts of a service see the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cencomm.client import inbox as inboxes
from cencomm.client.channel.readership import reader
from cencomm.client.events import MessageDelivered
from cencomm.client.inbox import Item
from cencomm.client.mailbox import Mailbox
from cencomm.client.releases.decisions import Decision, decisions_on
from cencomm.client.releases.rules import RELEASE, is_owner
from cencomm.client.reports import Reports
from cencomm.errors import ProtocolError, Unavailable, UsageError
from cencomm.forms.release_decision import Decided, Ground
from cencomm.ids import AccountId, BlobId, MessageId, OperationId

SEIZURE = "seizure"


class Standing(StrEnum):
    """Where a seizure is on its way to CEN. Shown through the catalogue."""

    UNDECIDED = "undecided"
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What an owner does about a seizure."""

    ASK = "ask"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


NEXT: Mapping[tuple[Standing, Act], Standing] = MappingProxyType(
    {
        (Standing.UNDECIDED, Act.ASK): Standing.PENDING,
        (Standing.UNDECIDED, Act.APPROVE): Standing.APPROVED,
        (Standing.UNDECIDED, Act.REFUSE): Standing.REFUSED,
        (Standing.PENDING, Act.APPROVE): Standing.APPROVED,
        (Standing.PENDING, Act.REFUSE): Standing.REFUSED,
        (Standing.APPROVED, Act.APPROVE): Standing.APPROVED,  # again: CEN shows the newest
        (Standing.APPROVED, Act.WITHDRAW): Standing.WITHDRAWN,
        (Standing.REFUSED, Act.ASK): Standing.PENDING,
        (Standing.REFUSED, Act.APPROVE): Standing.APPROVED,
        (Standing.WITHDRAWN, Act.ASK): Standing.PENDING,
        (Standing.WITHDRAWN, Act.APPROVE): Standing.APPROVED,
        (Standing.WITHDRAWN, Act.REFUSE): Standing.REFUSED,
    }
)
"""What an owner may do when; a missing key is refused."""

_SAID = {Decided.PENDING: Standing.PENDING, Decided.REFUSED: Standing.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """`account` decided, at its own clock's `at` (seconds); `releases` are those that CEN holds, oldest first."""

    standing: Standing
    account: AccountId | None = None
    at: int | None = None
    ground: Ground = Ground.NOT_SAID
    releases: tuple[Item, ...] = ()

    def after(self, act: Act) -> Standing:
        """Raises UsageError for what cannot be done to a seizure that stands so."""
        following = NEXT.get((self.standing, act))
        if following is None:
            raise UsageError(f"this seizure is {self.standing.value}: there is nothing to {act.value}")
        return following


@dataclass(frozen=True, slots=True)
class OwnSeizure:
    item: Item
    stands: Stands


class Releases:
    """Seizures and releases of one operation as the mailbox has them now. One for each look."""

    def __init__(self, mailbox: Mailbox, reports: Reports, operation: OperationId) -> None:
        self._mailbox = mailbox
        self._reports = reports
        self._operation = mailbox.operation(operation)

    async def own(self) -> Sequence[OwnSeizure]:
        """Every seizure of our service, the newest first."""
        seizures: list[Item] = []
        releases: dict[MessageId, list[Item]] = {}
        async for item in inboxes.messages(self._mailbox, self._operation.id):
            name = self._form_name(item.message.envelope.form)
            if name == SEIZURE and self._is_ours(item.message):
                seizures.append(item)
            elif name == RELEASE and item.message.envelope.reply_to is not None:
                releases.setdefault(item.message.envelope.reply_to, []).append(item)
        return [OwnSeizure(one, await self._stands(one, releases)) for one in seizures]

    async def of(self, number: int) -> OwnSeizure:
        """The seizure with this number.

        Raises:
            UsageError: there is none, it is no seizure, or it belongs to another service.
        """
        message = (await inboxes.message(self._mailbox, number)).message
        if self._form_name(message.envelope.form) != SEIZURE:
            raise UsageError(f"message {number} is no seizure: only seizures are released")
        if not self._is_ours(message):
            owner = reader(self._operation, message.account)
            raise UsageError(f"this seizure belongs to {owner.profile.name}: they release it, or nobody")
        return next(one for one in await self.own() if one.item.number == number)

    async def _stands(self, seizure: Item, releases: Mapping[MessageId, Sequence[Item]]) -> Stands:
        message = seizure.message
        said = [
            one
            for one in await self._decisions(message)
            if one.decided in _SAID and self._decides(one.account, message.account)
        ]
        live: list[Item] = []
        for one in reversed(releases.get(message.envelope.message, ())):  # the oldest first
            if not self._decides(one.message.account, message.account):
                continue
            withdrawn = [
                decision
                for decision in await self._decisions(one.message)
                if decision.decided is Decided.WITHDRAWN and self._decides(decision.account, one.message.account)
            ]
            said += withdrawn
            if not withdrawn:
                live.append(one)
        if live:
            last = live[-1].message
            return Stands(
                standing=Standing.APPROVED,
                account=last.account,
                at=last.envelope.body.written_at,
                releases=tuple(live),
            )
        if not said:
            return Stands(standing=Standing.UNDECIDED)
        newest = max(_last_of_each_channel(said), key=lambda one: one.at)
        return Stands(
            standing=_SAID.get(newest.decided, Standing.WITHDRAWN),
            account=newest.account,
            at=newest.at,
            ground=newest.ground,
        )

    async def _decisions(self, message: MessageDelivered) -> Sequence[Decision]:
        return await decisions_on(
            self._mailbox.store, self._operation.id, message.identity_key, message.envelope.message
        )

    def _is_ours(self, message: MessageDelivered) -> bool:
        return self._decides(self._mailbox.identity.account, message.account)

    def _decides(self, account: AccountId, author: AccountId) -> bool:
        members = self._operation.ledger.members
        if account not in members or author not in members:
            return False
        return is_owner(reader(self._operation, author), reader(self._operation, account))

    def _form_name(self, form: BlobId) -> str | None:
        try:
            return self._reports.form(self._operation, form).name
        except (ProtocolError, Unavailable):  # its definition is not here: nothing can be said of it
            return None


def _last_of_each_channel(said: Sequence[Decision]) -> Sequence[Decision]:
    """Within a channel the log says which came last, whatever the clocks of two posts; between two, the clocks do."""
    last: dict[bytes, Decision] = {}
    for one in sorted(said, key=lambda one: one.order):
        last[one.channel] = one
    return list(last.values())
