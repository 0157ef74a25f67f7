"""A channel's log: publishing into it, reading it, and the signed receipts (docs/protocol.md section 4)."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Counter, Hash, Kind, Send, Sequence
from cencomm.wire.limits import (
    LOG_PAGE_ENTRIES,
    MAX_MESSAGE_BYTES,
    MAX_RATCHET_TREE_BYTES,
    MAX_WELCOME_BYTES,
)
from cencomm.wire.mailbox import WriteMailbox


class Publish(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST …/channels/{ch}/{gen}/log: one exact MLSMessage; Welcome and tree only beside a Commit that adds."""

    send_id: Send
    kind: Kind
    message: bytes
    welcome: bytes | None = None
    ratchet_tree: bytes | None = None
    mailbox: WriteMailbox | None = None  # of a device that roams: stored with the message, or neither is (D4)

    def __post_init__(self) -> None:
        refuse_longer(self.message, MAX_MESSAGE_BYTES)
        refuse_longer(self.welcome, MAX_WELCOME_BYTES)
        refuse_longer(self.ratchet_tree, MAX_RATCHET_TREE_BYTES)


class Published(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The signed Receipt: the row is on disk. A retry of the send id gets the first one, whatever it carries (S2)."""

    receipt: bytes


class TurnReserved(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST …/turn: for `seconds` nobody else commits in the channel who revokes nobody (C7)."""

    seconds: Counter


class LogEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`epoch` is the one that the message was made in; for a Commit, the one that it ends."""

    sequence: Sequence
    kind: Kind
    epoch: Counter
    message: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.message, MAX_MESSAGE_BYTES)


class LogPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Entries after the cursor, in order, and the signed LogHead; the head may be further: ask again.

    `previous` is the log hash at the cursor (zeros at 0): a newcomer starts at the Commit that added it.
    """

    previous: Hash
    entries: Annotated[tuple[LogEntry, ...], Meta(max_length=LOG_PAGE_ENTRIES)]
    head: bytes
