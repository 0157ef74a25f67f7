"""The mailbox that roams: sealed rows of one account, one holder at a time (docs/protocol.md section 7.1)."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Counter, Hash, Seconds, Sequence
from cencomm.wire.limits import (
    MAX_MAILBOX_NAMES,
    MAX_MAILBOX_PAGE_ROWS,
    MAX_MAILBOX_ROW_BYTES,
    MAX_MAILBOX_SEAL_BYTES,
    MAX_MAILBOX_WRITE_ROWS,
)

NONCE_BYTES = 24  # of XChaCha20-Poly1305: the first bytes of whatever is sealed
Nonce = Annotated[bytes, Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]


class TakeMailbox(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/mailbox/hold. `take_over`: also from a holder that did not give it back."""

    take_over: bool = False


class HeldMailbox(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whoever asked is holder number `holder` from now on.

    `clean`: the holder before gave the mailbox back (or there was none); `since`: when that one took it, 0: never.
    """

    holder: Sequence
    version: Counter
    seal: bytes
    clean: bool
    since: Seconds

    def __post_init__(self) -> None:
        refuse_longer(self.seal, MAX_MAILBOX_SEAL_BYTES)


class MailboxRow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One sealed value under its blinded name; empty: the row goes. `cold` ones are read by name only."""

    name: Hash
    sealed: bytes
    cold: bool = False

    def __post_init__(self) -> None:
        refuse_longer(self.sealed, MAX_MAILBOX_ROW_BYTES)


class ColdRow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row that is there, cold or longer than was asked for: enough to see that it is the newest."""

    name: Hash
    nonce: Nonce


class MailboxPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET /v1/mailbox: rows in the order of their names. `next` is the cursor of the following page, null: none."""

    rows: Annotated[tuple[MailboxRow, ...], Meta(max_length=MAX_MAILBOX_PAGE_ROWS)]
    cold: Annotated[tuple[ColdRow, ...], Meta(max_length=MAX_MAILBOX_PAGE_ROWS)]
    next: Hash | None = None


class AskRows(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/mailbox/rows."""

    holder: Sequence
    names: Annotated[tuple[Hash, ...], Meta(min_length=1, max_length=MAX_MAILBOX_NAMES)]


class MailboxRows(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rows that were asked for, as far as they exist and fit into one answer; ask again for the others."""

    rows: Annotated[tuple[MailboxRow, ...], Meta(max_length=MAX_MAILBOX_NAMES)]


class WriteMailbox(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """PUT /v1/mailbox, or beside a publish: what changes from `version` to the next, which `seal` seals."""

    holder: Sequence
    version: Counter
    seal: bytes
    rows: Annotated[tuple[MailboxRow, ...], Meta(max_length=MAX_MAILBOX_WRITE_ROWS)] = ()

    def __post_init__(self) -> None:
        refuse_longer(self.seal, MAX_MAILBOX_SEAL_BYTES)


class MailboxWritten(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    version: Counter


class ReleaseMailbox(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/mailbox/release: the clean hand-over."""

    holder: Sequence
