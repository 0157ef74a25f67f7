"""Asking the unit for a channel, and ending such a request: as its asker, or for the unit."""

from collections.abc import Iterable

from cencomm.client.channel.posting import post_control
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.unit.channel_requests import MAX_WAITING, AskedChannel, waiting_channel_requests
from cencomm.errors import UsageError
from cencomm.forms.channel_request import ChannelAsked, ChannelRequestEnded
from cencomm.forms.control import ControlKind
from cencomm.ids import AccountId, MessageId, OperationId
from cencomm.ledger.kinds import ChannelKind


async def ask_for_channel(
    mailbox: Mailbox, operation: OperationId, *, readers: Iterable[AccountId], title: str
) -> MessageId:
    """The unit hears that we want a channel with these members, and what it is to be called.

    Raises:
        UsageError: one of ours for the same readers waits, or too many do.
        NotAMember, NotEntitled, ChannelNotUsable, Unavailable: nothing can be said to the unit now.
    """
    known, own = mailbox.operation(operation), mailbox.identity.account
    accounts = tuple(sorted({own, *readers}))
    waiting = await waiting_channel_requests(mailbox.store, known)
    if any(one.account == own and one.asked.accounts == accounts for one in waiting):
        raise UsageError("you have asked for a channel of these readers already: the unit has it before it")
    if sum(one.account == own for one in waiting) >= MAX_WAITING:
        raise UsageError(f"{MAX_WAITING} requests of yours wait: withdraw one with --withdraw")
    body = ChannelAsked(accounts, title).encode()
    return await _say(mailbox, known, body)


async def end_channel_request(mailbox: Mailbox, operation: OperationId, one: AskedChannel) -> None:
    """Nobody opens it: its asker withdraws it, or we refuse it for the unit."""
    await _say(mailbox, mailbox.operation(operation), ChannelRequestEnded(one.account, one.message).encode())


async def _say(mailbox: Mailbox, known: Operation, body: bytes) -> MessageId:
    mine = mailbox.entitled_channels(known.id)
    main = next((one for one in mine if known.ledger.channels[one].kind is ChannelKind.MAIN), None)
    if main is None:
        raise UsageError("there is no main channel that you are in: ask the unit by telephone")
    return (await post_control(mailbox, known.id, main, ControlKind.CHANNEL_REQUEST, body)).message
