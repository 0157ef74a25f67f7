"""The one shape of every error, its codes, and the HTTP status that follows from each."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta, Struct

from cencomm.errors import ProtocolError
from cencomm.wire.fields import Account, Counter, Hash
from cencomm.wire.limits import MAX_CLAIM_ACCOUNTS, MAX_ERROR_LETTERS


class ErrorCode(StrEnum):
    """What a client decides by; the message beside it is for people."""

    MALFORMED = "malformed"
    REFUSED = "refused"
    WRONG_SIGN_IN = "wrong_sign_in"
    CODE_NEEDED = "code_needed"
    LOCKED = "locked"
    NO_SESSION = "no_session"
    NOT_ENTITLED = "not_entitled"
    NOT_FOUND = "not_found"
    TAKEN = "taken"
    LEDGER_MOVED = "ledger_moved"
    STALE_EPOCH = "stale_epoch"
    LOG_DIVERGED = "log_diverged"
    STALE_VERSION = "stale_version"
    MAILBOX_HELD = "mailbox_held"
    NOT_HOLDER = "not_holder"
    NO_KEY_PACKAGE = "no_key_package"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


STATUS: Mapping[ErrorCode, int] = MappingProxyType(
    {
        ErrorCode.MALFORMED: 400,
        ErrorCode.REFUSED: 422,
        ErrorCode.WRONG_SIGN_IN: 401,
        ErrorCode.CODE_NEEDED: 401,
        ErrorCode.LOCKED: 429,
        ErrorCode.NO_SESSION: 401,
        ErrorCode.NOT_ENTITLED: 403,
        ErrorCode.NOT_FOUND: 404,
        ErrorCode.TAKEN: 409,
        ErrorCode.LEDGER_MOVED: 409,
        ErrorCode.STALE_EPOCH: 409,
        ErrorCode.LOG_DIVERGED: 409,
        ErrorCode.STALE_VERSION: 409,
        ErrorCode.MAILBOX_HELD: 409,
        ErrorCode.NOT_HOLDER: 409,
        ErrorCode.NO_KEY_PACKAGE: 409,
        ErrorCode.TOO_LARGE: 413,
        ErrorCode.TOO_MANY: 429,
        ErrorCode.UNAVAILABLE: 503,
    }
)


class Details(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a program needs beside the code; which fields are set follows from the code."""

    rule: Annotated[str, Meta(max_length=64)] | None = None  # refused; too_many: C7, the Commit waits for its turn
    epoch: Counter | None = None  # stale_epoch: the current one
    sequence: Counter | None = None  # stale_epoch: of the log; ledger_moved: of the ledger
    hash: Hash | None = None  # ledger_moved: of the ledger's head
    version: Counter | None = None  # stale_version: the one that is stored
    since: Counter | None = None  # mailbox_held, not_holder: when the holder of now took the mailbox, in seconds
    accounts: Annotated[tuple[Account, ...], Meta(max_length=MAX_CLAIM_ACCOUNTS)] | None = None  # no_key_package
    retry_after: Counter | None = None  # too_many, locked: seconds, as in the Retry-After header


class Error(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: ErrorCode
    message: Annotated[str, Meta(max_length=MAX_ERROR_LETTERS)]
    details: Details = Details()


class ErrorAnswer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of every answer whose status is 400 or more."""

    error: Error


class TooLarge(ProtocolError):  # noqa: N818 (names what the bytes are)
    """A field is longer than docs/protocol.md section 9 allows."""


def refuse_longer(value: bytes | None, most: int) -> None:
    """`value` has at most `most` bytes.

    Raises:
        TooLarge: it has more.
    """
    if value is not None and len(value) > most:
        raise TooLarge(f"a field of {len(value)} bytes where at most {most} are allowed")
