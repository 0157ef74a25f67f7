"""Channels that members ask the unit for: said in the main channel, kept by everybody, opened by any coordinator.

    an officer  --asked, main channel-->  all
    a coordinator opens: the ledger's entry shows it, nothing is said
    the asker withdraws, or a coordinator refuses  --ended-->  all

Whoever hears a request learns no more than the ledger will show of the channel: who reads it, and its title.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.client.events import ControlDelivered
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.unit import is_coordinator
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.errors import MalformedError
from cencomm.forms.channel_request import (
    ChannelAsked,
    ChannelRequestEnded,
    decode_channel_request,
)
from cencomm.ids import AccountId, ChannelId, MessageId, OperationId, short
from cencomm.ledger.kinds import ChannelKind

PREFIX = "channel-request/"
MAX_WAITING = 20  # of one account; beyond, what a program floods with is set aside


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChannel:
    """A request that nobody has carried out, refused or withdrawn; `since` is the ledger's head when it was made."""

    account: AccountId
    message: MessageId
    since: int
    asked: ChannelAsked

    @property
    def digits(self) -> str:
        """What people call it by."""
        return short(self.message)


async def take_channel_request(store: StateStore, operation: Operation, event: ControlDelivered) -> Writes:
    """What to keep or forget.

    Raises:
        MalformedError: no request, or not in the main channel, or for others than the asker, or one too many.
    """
    if operation.ledger.channels[event.place.channel].kind is not ChannelKind.MAIN:
        raise MalformedError("a channel is asked for in the main channel")
    said = decode_channel_request(event.control.body)
    if isinstance(said, ChannelRequestEnded):
        may_end = said.account == event.account or is_coordinator(operation, event.account)
        return {_key(operation.id, said.account, said.message): None} if may_end else {}
    if event.account not in said.accounts:
        raise MalformedError("a channel is asked for by one of its readers")
    before = await _kept(store, _of(operation.id, event.account))
    done = {key: None for key, one in before.items() if not _waits(operation, one)}
    if len(before) - len(done) >= MAX_WAITING:
        raise MalformedError(f"more than {MAX_WAITING} channel requests of one member wait")
    kept = codec.uint(event.control.ledger_sequence, 8) + codec.opaque(event.control.body)
    return {**done, _key(operation.id, event.account, event.control.message): kept}


async def waiting_channel_requests(store: StateStore, operation: Operation) -> tuple[AskedChannel, ...]:
    """Those that could be opened now, the oldest first: everybody belongs, and no such channel came since."""
    found = (await _kept(store, _prefix(operation.id))).values()
    waiting = (one for one in found if _waits(operation, one))
    return tuple(sorted(waiting, key=lambda one: (one.since, one.message)))


def channel_for(operation: Operation, one: AskedChannel) -> ChannelId | None:
    """The bilateral channel of exactly these readers that was declared since."""
    for channel in operation.ledger.channels.values():
        exactly = channel.accounts == frozenset(one.asked.accounts) and not channel.roles
        if channel.kind is ChannelKind.BILATERAL and exactly and channel.declared_at > one.since:
            return channel.channel
    return None


def _waits(operation: Operation, one: AskedChannel) -> bool:
    members = (operation.ledger.members.get(account) for account in one.asked.accounts)
    belong = all(member is not None and member.revoked_at is None for member in members)
    return belong and channel_for(operation, one) is None


async def _kept(store: StateStore, prefix: str) -> dict[str, AskedChannel]:
    return {key: _read(key, value) for key, value in await store.scan(prefix)}


def _read(key: str, value: bytes) -> AskedChannel:
    *_, account, message = key.split("/")

    def read(reader: codec.Reader) -> AskedChannel:
        since, asked = reader.uint(8), decode_channel_request(reader.opaque())
        assert isinstance(asked, ChannelAsked)  # nothing else is kept
        by, named = AccountId(bytes.fromhex(account)), MessageId(bytes.fromhex(message))
        return AskedChannel(account=by, message=named, since=since, asked=asked)

    return codec.decode(value, read)


def _prefix(operation: OperationId) -> str:
    return f"{PREFIX}{operation.hex()}/"


def _of(operation: OperationId, account: AccountId) -> str:
    return f"{_prefix(operation)}{account.hex()}/"


def _key(operation: OperationId, account: AccountId, message: MessageId) -> str:
    return f"{_of(operation, account)}{message.hex()}"
