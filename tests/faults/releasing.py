"""What an officer does in a release channel: give CEN the newest of their own seizures, or take a release back (R7)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from cencomm.client import inbox as inboxes
from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.posting import Draft, post_control, send
from cencomm.client.events import MessageDelivered
from cencomm.client.mailbox import Mailbox
from cencomm.client.releases.decisions import decision_body, decisions_on
from cencomm.client.releases.preparing import prepare
from cencomm.client.releases.rules import RELEASE
from cencomm.client.releases.standing import SEIZURE
from cencomm.client.reports import Reports
from cencomm.clock import system_clock
from cencomm.forms.control import ControlKind
from cencomm.forms.envelope import Body
from cencomm.forms.release_decision import Decided
from cencomm.ids import ChannelId, OperationId

LOOKED_AT = 60  # of the newest messages: a mailbox of thousands is not read for each release
WITHDRAW_EVERY = 3


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody with seizures of their own, at the release channel of their operation."""

    mailbox: Mailbox
    reports: Reports
    operation: OperationId
    channel: ChannelId

    async def act(self, number: int) -> Sent | None:
        """Release, or at every third number take back; None when there is nothing of ours to do it with."""
        if number % WITHDRAW_EVERY == 0:
            return await self._take_back()
        return await self._release()

    async def _release(self) -> Sent | None:
        known = self.mailbox.operation(self.operation)
        newest = self.reports.newest(known)
        form = self.reports.form(known, newest[RELEASE])
        async for message in self._own(SEIZURE):
            said = message.envelope.body
            prepared = prepare(self.reports.report(known, message.envelope.form, said), form)
            if not prepared.suspects():
                body = Body(values=prepared.values, language=said.language, written_at=system_clock(), tlp=said.tlp)
                draft = Draft(form=newest[RELEASE], body=body, reply_to=message.envelope.message)
                return await send(self.mailbox, self.operation, self.channel, draft)
        return None

    async def _take_back(self) -> Sent | None:
        async for message in self._own(RELEASE):
            named = message.identity_key, message.envelope.message
            if not await decisions_on(self.mailbox.store, self.operation, *named):
                body = decision_body(Decided.WITHDRAWN, *named)
                kind = ControlKind.RELEASE_DECISION
                return await post_control(self.mailbox, self.operation, self.channel, kind, body)
        return None

    async def _own(self, form: str) -> AsyncIterator[MessageDelivered]:
        """The newest first."""
        blob = self.reports.newest(self.mailbox.operation(self.operation))[form]
        left = LOOKED_AT
        async for item in inboxes.messages(self.mailbox, self.operation):
            if item.message.own and item.message.envelope.form == blob:
                yield item.message
            left -= 1
            if not left:
                return
