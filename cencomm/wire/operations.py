"""Operations: the ledger, and what is sealed beside it (docs/protocol.md section 3)."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Account, Blob, Channel, Number32, Operation
from cencomm.wire.limits import (
    LEDGER_PAGE_ENTRIES,
    MAX_BLOB_BYTES,
    MAX_BLOBS,
    MAX_ENTRY_BYTES,
    MAX_OPERATIONS,
    MAX_WRAP_BYTES,
    MAX_WRAPS,
)
from cencomm.wire.log import Publish


class WrapFor(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Content key `number`, wrapped for one account (L7)."""

    account: Account
    number: Number32
    sealed: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.sealed, MAX_WRAP_BYTES)


class SealedBlob(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that the ledger names by hash, sealed under content key `number`."""

    blob: Blob
    number: Number32
    sealed: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.sealed, MAX_BLOB_BYTES)


Wraps = Annotated[tuple[WrapFor, ...], Meta(max_length=MAX_WRAPS)]
Blobs = Annotated[tuple[SealedBlob, ...], Meta(max_length=MAX_BLOBS)]


class CreateOperation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/operations: `entry` is the signed charter."""

    entry: bytes
    wraps: Wraps = ()
    blobs: Blobs = ()

    def __post_init__(self) -> None:
        refuse_longer(self.entry, MAX_ENTRY_BYTES)


class OperationHead(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An operation and the relay's signed statement of where its ledger ends (LedgerHead)."""

    operation: Operation
    head: bytes


class Operations(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    operations: Annotated[tuple[OperationHead, ...], Meta(max_length=MAX_OPERATIONS)]


class LedgerPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Entries after the last one held, in order. The head may be further: then there is another page."""

    entries: Annotated[tuple[bytes, ...], Meta(max_length=LEDGER_PAGE_ENTRIES)]
    head: bytes


class CommitToChannel(Publish, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The Commit that enacts the entry beside it, and the channel and generation that it is for."""

    channel: Channel
    generation: Number32


class AppendEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/operations/{op}/ledger. `commit` only beside `channel` and `admit` (L3)."""

    entry: bytes
    wraps: Wraps = ()
    blobs: Blobs = ()
    commit: CommitToChannel | None = None

    def __post_init__(self) -> None:
        refuse_longer(self.entry, MAX_ENTRY_BYTES)


class GiveBack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/operations/{op}/ledger/lost: entries that the relay lost, in order, and what they name (H4)."""

    entries: Annotated[tuple[bytes, ...], Meta(max_length=LEDGER_PAGE_ENTRIES)]
    wraps: Wraps = ()
    blobs: Blobs = ()

    def __post_init__(self) -> None:
        for entry in self.entries:
            refuse_longer(entry, MAX_ENTRY_BYTES)


class Appended(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The new signed head, and the receipt of the Commit if one came along."""

    head: bytes
    receipt: bytes | None = None


class Wrap(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    number: Number32
    sealed: bytes


class WrapsAnswer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET …/wraps: every content key that was ever wrapped for this account."""

    wraps: Annotated[tuple[Wrap, ...], Meta(max_length=MAX_WRAPS)]


class BlobsAnswer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET …/blobs: the newest sealing of each blob."""

    blobs: Blobs
