"""What this mailbox knows about who has seen and answered a message, and saying so ourselves."""

from collections.abc import Sequence

from cencomm.client.answering import Answering, answering
from cencomm.client.channel.acknowledgements import acknowledged, acknowledgement_of
from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.posting import post_control
from cencomm.client.channel.readership import Reader, readers_then
from cencomm.client.events import MessageDelivered
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports
from cencomm.client.vault.replies import replies_to
from cencomm.errors import ProtocolError, Unavailable, UsageError
from cencomm.forms.control import ControlKind
from cencomm.ids import BlobId, ChannelId, OperationId

RESPONSE = "response"  # the form that stops a clock: what was done about a message


class Answers:
    """What messages ask, as the store has it. One for each look: rosters of earlier heads are remembered meanwhile."""

    def __init__(self, mailbox: Mailbox, reports: Reports) -> None:
        self._mailbox = mailbox
        self._reports = reports
        self._rosters: dict[tuple[OperationId, ChannelId, int], Sequence[Reader]] = {}

    async def of(self, message: MessageDelivered) -> Answering:
        store, envelope = self._mailbox.store, message.envelope
        operation = self._mailbox.operation(message.place.operation)
        replies = await replies_to(store, message)
        return answering(
            envelope.body,
            author=message.account,
            readers=self._roster(operation, message) if envelope.body.to else (),
            acknowledged=await acknowledged(store, message),
            answers=[one for one in replies if self._is_response(operation, one.form)],
        )

    async def acknowledged_by_us(self, message: MessageDelivered) -> bool:
        account = self._mailbox.identity.account
        return any(one.account == account for one in await acknowledged(self._mailbox.store, message))

    def _roster(self, operation: Operation, message: MessageDelivered) -> Sequence[Reader]:
        key = (operation.id, message.place.channel, message.envelope.ledger_sequence)
        if key not in self._rosters:
            self._rosters[key] = readers_then(operation, key[1], at=key[2])
        return self._rosters[key]

    def _is_response(self, operation: Operation, form: BlobId) -> bool:
        try:
            return self._reports.form(operation, form).name == RESPONSE
        except (ProtocolError, Unavailable):  # its definition is not here: nothing can be said of it
            return False


async def acknowledge(mailbox: Mailbox, message: MessageDelivered) -> Sent:
    """Tell everybody in the message's channel that we have seen it.

    Raises:
        UsageError: the message is ours.
        NotAMember, ChannelNotUsable, Unavailable: see `post_control`.
    """
    if message.account == mailbox.identity.account:
        raise UsageError("this message is yours: the others acknowledge it")
    place = message.place
    body = acknowledgement_of(message).encode()
    return await post_control(mailbox, place.operation, place.channel, ControlKind.ACKNOWLEDGEMENT, body)
