"""From the type of an error to what a client is told: the one table."""

from cencomm.errors import AccessDenied, CencommError, MalformedError, ProtocolError, Unavailable, UsageError
from cencomm.ledger.refusal import Refused
from cencomm.relay.errors import (
    ChannelBusy,
    LedgerMoved,
    Locked,
    LogDiverged,
    MailboxHeld,
    NoKeyPackage,
    NotFound,
    NotHolder,
    StaleEpoch,
    StaleVersion,
    Taken,
    TooMany,
)
from cencomm.site.refusals import CodeNeeded, NoSession, WrongSignIn
from cencomm.wire.errors import Details, Error, ErrorCode, TooLarge
from cencomm.wire.limits import MAX_ERROR_LETTERS

CODES: tuple[tuple[type[CencommError], ErrorCode], ...] = (  # the first that fits counts
    (TooLarge, ErrorCode.TOO_LARGE),
    (WrongSignIn, ErrorCode.WRONG_SIGN_IN),
    (CodeNeeded, ErrorCode.CODE_NEEDED),
    (Locked, ErrorCode.LOCKED),
    (NoSession, ErrorCode.NO_SESSION),
    (NotFound, ErrorCode.NOT_FOUND),
    (AccessDenied, ErrorCode.NOT_ENTITLED),
    (Taken, ErrorCode.TAKEN),
    (LedgerMoved, ErrorCode.LEDGER_MOVED),
    (StaleEpoch, ErrorCode.STALE_EPOCH),
    (LogDiverged, ErrorCode.LOG_DIVERGED),
    (StaleVersion, ErrorCode.STALE_VERSION),
    (MailboxHeld, ErrorCode.MAILBOX_HELD),
    (NotHolder, ErrorCode.NOT_HOLDER),
    (NoKeyPackage, ErrorCode.NO_KEY_PACKAGE),
    (TooMany, ErrorCode.TOO_MANY),
    (Unavailable, ErrorCode.UNAVAILABLE),
    (MalformedError, ErrorCode.MALFORMED),
    (ProtocolError, ErrorCode.REFUSED),
)


def describe(error: CencommError) -> Error:
    """What goes out. A UsageError is a defect of ours, not the peer's: it is raised on, to be logged as one."""
    if isinstance(error, UsageError):
        raise error
    code = next(code for kind, code in CODES if isinstance(error, kind))
    return Error(code=code, message=str(error)[:MAX_ERROR_LETTERS], details=_details(error))


def _details(error: CencommError) -> Details:
    match error:
        case Refused():
            return Details(rule=error.rule)
        case LedgerMoved():
            return Details(sequence=error.sequence, hash=error.hash)
        case StaleEpoch():
            return Details(epoch=error.epoch, sequence=error.sequence)
        case StaleVersion():
            return Details(version=error.version)
        case MailboxHeld() | NotHolder():
            return Details(since=error.since)
        case NoKeyPackage():
            return Details(accounts=error.accounts)
        case ChannelBusy():
            return Details(rule="C7", retry_after=error.retry_after)
        case TooMany() | Locked():
            return Details(retry_after=error.retry_after)
        case _:
            return Details()
