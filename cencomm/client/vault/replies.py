"""Which messages answer which: an index beside the messages, written in the transaction that takes a reply in.

A reply counts in the channel of the message that it answers alone: others cannot read it.
"""

from dataclasses import dataclass
from hashlib import sha256

from cencomm import codec
from cencomm.client.events import MessageDelivered
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.ids import ACCOUNT_ID_BYTES, BLOB_ID_BYTES, MESSAGE_ID_BYTES, AccountId, BlobId, MessageId

PREFIX = "reply/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message of `account` under `form` that names another in its reply-to.

    `number` is its own in this mailbox, `at` its author's clock in seconds.
    """

    number: int
    account: AccountId
    message: MessageId
    form: BlobId
    at: int


def reply_writes(event: MessageDelivered, number: int) -> Writes:
    """What a store must apply to find `event`, which gets `number` here, by what it answers."""
    answered = event.envelope.reply_to
    if answered is None:
        return {}
    place, envelope = event.place, event.envelope
    key = f"{_prefix(event, answered)}{place.generation:08d}{place.sequence:016d}"
    fields = [
        codec.uint(number, 8),
        codec.fixed(event.account, ACCOUNT_ID_BYTES),
        codec.fixed(envelope.message, MESSAGE_ID_BYTES),
        codec.fixed(envelope.form, BLOB_ID_BYTES),
        codec.uint(envelope.body.written_at, 8),
    ]
    return {key: codec.concat(fields)}


async def replies_to(store: StateStore, message: MessageDelivered) -> tuple[Reply, ...]:
    """The replies that this mailbox took in, in log order."""
    rows = await store.scan(_prefix(message, message.envelope.message))
    return tuple(codec.decode(value, _reply) for _, value in rows)


def _reply(reader: codec.Reader) -> Reply:
    return Reply(
        number=reader.uint(8),
        account=AccountId(reader.fixed(ACCOUNT_ID_BYTES)),
        message=MessageId(reader.fixed(MESSAGE_ID_BYTES)),
        form=BlobId(reader.fixed(BLOB_ID_BYTES)),
        at=reader.uint(8),
    )


def _prefix(beside: MessageDelivered, answered: MessageId) -> str:
    """A hash, since key names are short; a channel is of one operation, and `beside` is in it."""
    return f"{PREFIX}{sha256(beside.place.operation + beside.place.channel + answered).hexdigest()}/"
