"""What a relay answers instead of doing what was asked: one type for each code, and what it may not answer at all."""

from collections.abc import Mapping
from types import MappingProxyType

from cencomm.errors import AccessDenied, CencommError, ProtocolError, Unavailable, UsageError
from cencomm.wire.errors import Error, ErrorCode


class BadAnswer(ProtocolError):  # noqa: N818 (names what came)
    """The relay sent what the protocol does not know: too long, of another shape, or something that is no relay."""


class NoAnswer(Unavailable):
    """The connection broke. Whether the relay did what was asked is unknown: ask again with the same send id (S3)."""


class Refusal(CencommError):  # noqa: N818
    """The relay did nothing, and says why. `details` are its claim, like all that it says unsigned."""

    def __init__(self, error: Error) -> None:
        # A hostile relay writes this text: without line breaks and escape codes it stays one line on a terminal.
        message = "".join(letter if letter.isprintable() else " " for letter in error.message)
        super().__init__(f"the relay says: {message}")
        self.details = error.details


class MalformedRequest(Refusal, UsageError):  # noqa: N818 (named for the answer)
    """What we sent has not the shape of the protocol."""


class AgainstRule(Refusal, ProtocolError):  # noqa: N818 (named for the answer)
    """`details.rule` forbids it."""


class WrongSignIn(Refusal, AccessDenied):
    """Name, password or code; nobody says which."""


class CodeNeeded(Refusal, AccessDenied):
    """The password is right; the account's second factor is missing."""


class Locked(Refusal, Unavailable):
    """Too many wrong tries: this computer may try again in `details.retry_after` seconds (D6)."""


class NoSession(Refusal, AccessDenied):
    """The session has ended: sign in again."""


class NotEntitled(Refusal, AccessDenied):
    """The ledger does not admit this account here."""


class NotFound(Refusal, AccessDenied):
    """It does not exist, or not for this account."""


class Taken(Refusal, UsageError):  # noqa: N818 (named for the answer)
    """The sign-in name, device or operation exists already."""


class LedgerMoved(Refusal, ProtocolError):  # noqa: N818 (named for the answer)
    """The ledger has another head, `details.sequence` and `details.hash`: fetch, replay, decide anew (L3, C4)."""


class StaleEpoch(Refusal, ProtocolError):  # noqa: N818 (named for the answer)
    """The channel is in another epoch, `details.epoch`: read the log, encrypt again (S2, S3)."""


class LogDiverged(Refusal, ProtocolError):  # noqa: N818 (named for the answer)
    """The relay's log has another hash at our cursor: it shows two histories, or lost one (H4)."""


class StaleVersion(Refusal, ProtocolError):  # noqa: N818 (named for the answer)
    """Another computer wrote the vault; `details.version` is stored now."""


class MailboxHeld(Refusal, AccessDenied):
    """The mailbox is open on another computer since `details.since`: taking it over has to be said (D4)."""


class NotHolder(Refusal, AccessDenied):
    """Another computer opened the mailbox, at `details.since`: this one writes and sends nothing more (D4)."""


class NoKeyPackage(Refusal, Unavailable):
    """`details.accounts` have no device that could be added now."""


class TooLong(Refusal, UsageError):  # noqa: N818 (named for the answer)
    """What we sent is beyond the limits of the protocol."""


class TooMany(Refusal, Unavailable):
    """A quota is used up for `details.retry_after` seconds."""


class ChannelBusy(TooMany):
    """Our Commit revokes nobody and waits for its turn, for `details.retry_after` seconds (C7).

    Nothing is wrong with it: wait, read the log, and commit what is left to do then.
    """


class NotNow(Refusal, Unavailable):
    """The relay stored nothing; try again."""


PACING_RULE = "C7"

REFUSALS: Mapping[ErrorCode, type[Refusal]] = MappingProxyType(
    {
        ErrorCode.MALFORMED: MalformedRequest,
        ErrorCode.REFUSED: AgainstRule,
        ErrorCode.WRONG_SIGN_IN: WrongSignIn,
        ErrorCode.CODE_NEEDED: CodeNeeded,
        ErrorCode.LOCKED: Locked,
        ErrorCode.NO_SESSION: NoSession,
        ErrorCode.NOT_ENTITLED: NotEntitled,
        ErrorCode.NOT_FOUND: NotFound,
        ErrorCode.TAKEN: Taken,
        ErrorCode.LEDGER_MOVED: LedgerMoved,
        ErrorCode.STALE_EPOCH: StaleEpoch,
        ErrorCode.LOG_DIVERGED: LogDiverged,
        ErrorCode.STALE_VERSION: StaleVersion,
        ErrorCode.MAILBOX_HELD: MailboxHeld,
        ErrorCode.NOT_HOLDER: NotHolder,
        ErrorCode.NO_KEY_PACKAGE: NoKeyPackage,
        ErrorCode.TOO_LARGE: TooLong,
        ErrorCode.TOO_MANY: TooMany,
        ErrorCode.UNAVAILABLE: NotNow,
    }
)


def refusal(error: Error) -> Refusal:
    """The exception to raise for an error that the relay sent."""
    if error.code is ErrorCode.TOO_MANY and error.details.rule == PACING_RULE:
        return ChannelBusy(error)
    return REFUSALS[error.code](error)
