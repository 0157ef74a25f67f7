"""The messages of an officer's mailbox by the numbers that the journal gave them, and which of them were read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from cencomm.client.events import MessageDelivered, Quarantined
from cencomm.client.history.keeping import reading_order
from cencomm.client.mailbox import Mailbox
from cencomm.client.vault.journal import NUMBER_PREFIX, decode_message, decode_quarantined, from_history_key, number_key
from cencomm.errors import UsageError
from cencomm.ids import MessageId, OperationId

READ_PREFIX = "message-read/"
QUARANTINE_PREFIX = "quarantine/"


@dataclass(frozen=True, slots=True)
class Item:
    """`from_history`: it was said before this device came into the channel, and fetched later."""

    number: int
    message: MessageDelivered
    unread: bool
    from_history: bool


async def messages(mailbox: Mailbox, operation: OperationId | None = None) -> AsyncIterator[Item]:
    """Newest first, history where it stands in its log; those of one operation, or all."""
    rows = await mailbox.store.scan(NUMBER_PREFIX)
    numbered = [(int(name.removeprefix(NUMBER_PREFIX)), key.decode()) for name, key in rows]
    for number, key in reversed(reading_order(numbered)):
        item = await _item(mailbox, number, key.encode())
        if operation is None or item.message.place.operation == operation:
            yield item


async def message(mailbox: Mailbox, number: int) -> Item:
    """Raises UsageError when there is none with this number."""
    key = await mailbox.store.get(number_key(number)) if 0 < number < 1 << 40 else None
    if key is None:
        raise UsageError(f"there is no message {number} in this mailbox")
    return await _item(mailbox, number, key)


async def mark_read(mailbox: Mailbox, number: int) -> None:
    async with mailbox.lock:
        await mailbox.write({f"{READ_PREFIX}{number:012d}": b""})


async def find_number(mailbox: Mailbox, operation: OperationId, identifier: MessageId) -> int | None:
    """The number of the message that a reply refers to; None when it is not in this mailbox."""
    async for item in messages(mailbox, operation):
        if item.message.envelope.message == identifier:
            return item.number
    return None


async def set_aside(mailbox: Mailbox) -> list[Quarantined]:
    """What was quarantined, each with its reason."""
    return [decode_quarantined(value) for _, value in await mailbox.store.scan(QUARANTINE_PREFIX)]


async def _item(mailbox: Mailbox, number: int, key: bytes) -> Item:
    value = await mailbox.store.get(key.decode())
    assert value is not None  # the journal writes both in one transaction
    message = decode_message(value)
    from_history = await mailbox.store.get(from_history_key(number)) is not None
    was_read = from_history or message.own or await mailbox.store.get(f"{READ_PREFIX}{number:012d}") is not None
    return Item(number, message, not was_read, from_history)
