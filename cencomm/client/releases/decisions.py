"""Decisions about releases, as they came in the release channels: control messages of kind 7, kept by what they name.

Whether who said it may decide is asked when they are read (rule R7): names can come later than the message.
"""

from dataclasses import dataclass
from hashlib import sha256

from cencomm import codec
from cencomm.client.events import ControlDelivered
from cencomm.client.operation.operation import Operation
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.forms.envelope import MAX_SECONDS
from cencomm.forms.release_decision import Decided, Ground, ReleaseDecision, decode_release_decision
from cencomm.ids import ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES, AccountId, ChannelId, MessageId, OperationId
from cencomm.ledger.kinds import ChannelKind

PREFIX = "release-decision/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What `account` said, at its own clock's `at` (seconds); `order` is the place in the channel's log."""

    channel: ChannelId
    order: tuple[int, int]
    decided: Decided
    ground: Ground
    account: AccountId
    at: int


async def take_decision(_store: StateStore, operation: Operation, event: ControlDelivered) -> Writes:
    """What to keep of it.

    Raises:
        MalformedError: the body is no decision, its time is none of a calendar, or it stands in a channel in which
            nothing is released (R7).
    """
    said, place = decode_release_decision(event.control.body), event.place
    if operation.ledger.channels[place.channel].kind is not ChannelKind.RELEASE:
        raise MalformedError("a release is decided about in a release channel")
    if event.control.written_at >= MAX_SECONDS:
        raise MalformedError("a release decision from after the last calendar")
    key = f"{_prefix(place.operation, said.author, said.message)}{place.generation:08d}{place.sequence:016d}"
    value = codec.concat(
        [
            codec.fixed(place.channel, CHANNEL_ID_BYTES),
            codec.uint(place.generation, 4),
            codec.uint(place.sequence, 8),
            codec.uint(said.decided, 1),
            codec.uint(said.ground, 1),
            codec.fixed(event.account, ACCOUNT_ID_BYTES),
            codec.uint(event.control.written_at, 8),
        ]
    )
    return {f"{key}{place.channel.hex()[:8]}": value}


async def decisions_on(
    store: StateStore, operation: OperationId, author: bytes, message: MessageId
) -> tuple[Decision, ...]:
    """Everything that somebody said about the seizure or release, whoever it was."""
    rows = await store.scan(_prefix(operation, author, message))
    return tuple(codec.decode(value, _decision) for _, value in rows)


def decision_body(decided: Decided, author: bytes, message: MessageId, ground: Ground = Ground.NOT_SAID) -> bytes:
    return ReleaseDecision(decided, author, message, ground).encode()


def _decision(reader: Reader) -> Decision:
    channel, order = ChannelId(reader.fixed(CHANNEL_ID_BYTES)), (reader.uint(4), reader.uint(8))
    decided, ground = Decided(reader.uint(1)), Ground(reader.uint(1))
    account, at = AccountId(reader.fixed(ACCOUNT_ID_BYTES)), reader.uint(8)
    return Decision(channel=channel, order=order, decided=decided, ground=ground, account=account, at=at)


def _prefix(operation: OperationId, author: bytes, message: MessageId) -> str:
    """A hash, since key names are short and this one has three parts."""
    return f"{PREFIX}{sha256(operation + author + message).hexdigest()}/"
