"""The messages of an officer's mailbox by the numbers that the journal gave them, and which of them were read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from cencomm.client.events import MessageDelivered, Quarantined
from cencomm.client.mailbox import Mailbox
from cencomm.client.vault.journal import NUMBER_PREFIX, decode_message, decode_quarantined, number_key
from cencomm.errors import UsageError
from cencomm.ids import MessageId, OperationId

READ_PREFIX = "message-read/"
QUARANTINE_PREFIX = "quarantine/"


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    message: MessageDelivered
    unread: bool


async def messages(mailbox: Mailbox, operation: OperationId | None = None) -> AsyncIterator[Item]:
    """Newest first; those of one operation, or all."""
    for name, key in reversed(await mailbox.store.scan(NUMBER_PREFIX)):
        number = int(name.removeprefix(NUMBER_PREFIX))
        item = await _item(mailbox, number, key)
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
    unread = not message.own and await mailbox.store.get(f"{READ_PREFIX}{number:012d}") is None
    return Item(number, message, unread)
