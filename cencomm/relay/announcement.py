"""What became true with a transaction and is told to streams once it is on disk."""

from dataclasses import dataclass
from typing import TypeAlias

from cencomm.ids import AccountId, ChannelId, DeviceId, OperationId, RequestId
from cencomm.wire.log import LogEntry


@dataclass(frozen=True, slots=True)
class EntryLogged:
    operation: OperationId
    channel: ChannelId
    generation: int
    entry: LogEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerGrew:
    """`account`: whose entitlement may have changed; `channel`: which channel is new; `revoked`: `account` is out."""

    operation: OperationId
    sequence: int
    account: AccountId | None = None
    channel: ChannelId | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class WelcomeStored:
    operation: OperationId
    channel: ChannelId
    generation: int
    accounts: frozenset[AccountId]


@dataclass(frozen=True, slots=True)
class EnrolmentStored:
    operation: OperationId


@dataclass(frozen=True, slots=True)
class RejectionKept:
    operation: OperationId
    channel: ChannelId
    generation: int


@dataclass(frozen=True, slots=True)
class HistoryStirred:
    """Of the answers to a request something came, was taken or was refused: worth a look to `accounts`."""

    operation: OperationId
    request: RequestId
    accounts: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class KeyPackageTaken:
    account: AccountId
    device: DeviceId
    remaining: int


@dataclass(frozen=True, slots=True)
class SessionEnded:
    token_hash: bytes
    taken_over: bool = False  # another computer took the mailbox that it held


Announcement: TypeAlias = (
    EntryLogged
    | LedgerGrew
    | WelcomeStored
    | EnrolmentStored
    | RejectionKept
    | HistoryStirred
    | KeyPackageTaken
    | SessionEnded
)
