"""Why the relay says no, beside `cencomm.site.refusals`. What goes out is decided in `edge/answer.py`, by type."""

from collections.abc import Iterable
from datetime import UTC, datetime

from cencomm.errors import AccessDenied, CencommError, ProtocolError, Unavailable
from cencomm.ids import AccountId


class Locked(Unavailable):
    """Too many wrong tries from computers that the account does not know, or from this known one (D6)."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__("too many wrong tries: wait, use a computer that the account knows, or ask its unit")
        self.retry_after = retry_after


class NotFound(AccessDenied):
    """There is none, or this account may not know of it."""

    def __init__(self) -> None:
        super().__init__("there is nothing here for this account")


class Taken(CencommError):  # noqa: N818 (reads as the answer that it is)
    """A name or identifier that somebody has already."""


class LedgerMoved(ProtocolError):  # noqa: N818 (names what happened)
    """The ledger ends elsewhere than the entry or the Commit believes (L3, C4)."""

    def __init__(self, *, sequence: int, hash_: bytes) -> None:
        super().__init__("the ledger has moved: fetch it and do this again")
        self.sequence, self.hash = sequence, hash_


class StaleEpoch(ProtocolError):  # noqa: N818
    """The message is for another epoch than the channel's current one, or lost the race for it."""

    def __init__(self, *, epoch: int, sequence: int) -> None:
        super().__init__("the channel is in another epoch: read the log and send again")
        self.epoch, self.sequence = epoch, sequence


class LogDiverged(ProtocolError):  # noqa: N818
    """The reader's cursor is not on this log."""

    def __init__(self) -> None:
        super().__init__("the log has another hash at this sequence number")


class StaleVersion(ProtocolError):  # noqa: N818
    """The vault was written by somebody else meanwhile."""

    def __init__(self, *, version: int) -> None:
        super().__init__("the vault was written elsewhere: fetch it, merge and write again")
        self.version = version


class _HolderError(ProtocolError):
    """About the one computer that may write an account's mailbox (D4). `since`: when it took it."""

    def __init__(self, sentence: str, *, since: int) -> None:
        moment = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M UTC")
        super().__init__(sentence.format(moment=moment))
        self.since = since


class MailboxHeld(_HolderError):  # noqa: N818 (names what is)
    """Somebody has the mailbox open; taking it over has to be said."""

    def __init__(self, *, since: int) -> None:
        super().__init__("the mailbox is open on another computer since {moment}", since=since)


class NotHolder(_HolderError):  # noqa: N818
    """A newer holder has the mailbox, or it was given back: this one writes and sends nothing more."""

    def __init__(self, *, since: int) -> None:
        super().__init__("this mailbox is open on another computer since {moment}", since=since)


class NoKeyPackage(ProtocolError):  # noqa: N818
    """These accounts have no device that could be added now; nothing was reserved for the others."""

    def __init__(self, accounts: Iterable[AccountId]) -> None:
        super().__init__("some accounts have no key package: ask for the others alone")
        self.accounts = tuple(accounts)


class TooMany(Unavailable):
    """A quota is used up."""

    def __init__(self, *, retry_after: int, message: str = "too many: wait before you try again") -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ChannelBusy(TooMany):
    """A Commit that revokes nobody has to wait for its turn (C7). Nothing is wrong with it."""

    def __init__(self, reason: str, *, retry_after: int) -> None:
        message = f"{reason}: wait {retry_after} s, read the log, and commit what is left to do"
        super().__init__(retry_after=retry_after, message=message)
