"""Who has acknowledged which message: control messages of kind 3, taken in, kept, and asked for by message.

One is kept for each (identity, message): the first in log order. It counts in the channel of its message alone, where
everybody who reads the message reads it too. One for a message that is not here is kept: whoever joined later, or gets
the message from history, finds it there. Its cost is bounded by what its author may send at all.
"""

from dataclasses import dataclass
from hashlib import sha256

from cencomm import codec
from cencomm.client.events import ControlDelivered, MessageDelivered
from cencomm.client.operation.operation import Operation
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.errors import MalformedError
from cencomm.forms.acknowledgement import Acknowledgement, decode_acknowledgement
from cencomm.forms.envelope import MAX_SECONDS
from cencomm.ids import ACCOUNT_ID_BYTES, AccountId, ChannelId, OperationId

PREFIX = "acknowledged/"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """`account` says that somebody there has seen the message; `at` is its own clock, in seconds."""

    account: AccountId
    at: int


def acknowledgement_of(message: MessageDelivered) -> Acknowledgement:
    return Acknowledgement(message.identity_key, message.envelope.message)


async def take_acknowledgement(store: StateStore, _operation: Operation, event: ControlDelivered) -> Writes:
    """What to keep of it; nothing when this identity acknowledged the message before.

    Raises:
        MalformedError: the body names no message, or the time is none of a calendar.
    """
    named = decode_acknowledgement(event.control.body)
    if event.control.written_at >= MAX_SECONDS:
        raise MalformedError("an acknowledgement from after the last calendar")
    key = _prefix(event.place.operation, event.place.channel, named) + event.identity_key.hex()
    if await store.get(key) is not None:
        return {}
    return {key: codec.fixed(event.account, ACCOUNT_ID_BYTES) + codec.uint(event.control.written_at, 8)}


async def acknowledged(store: StateStore, message: MessageDelivered) -> tuple[Acknowledged, ...]:
    """Everybody who acknowledged the message, the earliest first by their own clocks."""
    place = message.place
    rows = await store.scan(_prefix(place.operation, place.channel, acknowledgement_of(message)))
    found = [codec.decode(value, _acknowledged) for _, value in rows]
    return tuple(sorted(found, key=lambda one: (one.at, one.account)))


def _acknowledged(reader: codec.Reader) -> Acknowledged:
    return Acknowledged(AccountId(reader.fixed(ACCOUNT_ID_BYTES)), reader.uint(8))


def _prefix(operation: OperationId, channel: ChannelId, named: Acknowledgement) -> str:
    """A hash, since key names are short and this one has four parts."""
    return f"{PREFIX}{sha256(operation + channel + named.encode()).hexdigest()}/"
