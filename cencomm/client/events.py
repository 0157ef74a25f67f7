"""What a member learns from one entry of a channel's log. A closed union: whoever consumes it handles each kind."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from cencomm.forms.control import Control, SignedControl
from cencomm.forms.envelope import Envelope, SignedEnvelope
from cencomm.ids import AccountId, ChannelId, OperationId


class Reason(StrEnum):
    """Why a message was set aside. The words are stored by nodes: add, never rename."""

    UNDECRYPTABLE = "undecryptable"
    WRONG_EPOCH = "wrong_epoch"
    BAD_ANCHOR = "bad_anchor"
    FOREIGN_LEDGER = "foreign_ledger"  # its view of the ledger contradicts ours: alarm (L4)
    FOREIGN_LOG = "foreign_log"  # its view of the log contradicts ours: alarm (L4)
    BAD_PAYLOAD = "bad_payload"
    BAD_COMMITMENT = "bad_commitment"
    BAD_SIGNATURE = "bad_signature"
    NOT_THE_AUTHOR = "not_the_author"  # the sender's leaf is not the author that the envelope names (S8): alarm
    WRONG_CHANNEL = "wrong_channel"
    UNKNOWN_FORM = "unknown_form"
    ILL_FORMED = "ill_formed"
    CONFLICT = "conflict"  # other bytes under an author and message id that we hold (S4): alarm
    OWN_UNKNOWN = "own_unknown"  # sent from our own leaf, but not by us (C10)
    RESTARTED = "restarted"  # its group ended before it could be read; its author sends it again (C11)
    BAD_COMMIT = "bad_commit"  # a Commit that breaks a rule: the channel waits for a restart (C11)


ALARMS = frozenset(
    {
        Reason.FOREIGN_LEDGER,
        Reason.FOREIGN_LOG,
        Reason.NOT_THE_AUTHOR,
        Reason.CONFLICT,
        Reason.OWN_UNKNOWN,
        Reason.BAD_COMMIT,
    }
)
"""Reasons that a person must be told of at once: somebody lies, or keys are in wrong hands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the suite an entry stands: enough to find it again and to prove it."""

    operation: OperationId
    channel: ChannelId
    generation: int
    sequence: int
    log_hash: bytes
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDelivered:
    """Decrypted, signed by a device of an entitled member, committed to by the log. First copy in log order.

    `author_revoked` marks a message of somebody who was entitled in its epoch and is known to be revoked since (C12).
    """

    place: Place
    account: AccountId
    identity_key: bytes
    certificate: bytes
    salt: bytes
    signed: SignedEnvelope
    envelope: Envelope
    own: bool
    author_revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlDelivered:
    """What a member's program said to the others: borne out like a message. Its body is not judged yet.

    `author_revoked` as in MessageDelivered.
    """

    place: Place
    account: AccountId
    identity_key: bytes
    certificate: bytes
    salt: bytes
    signed: SignedControl
    control: Control
    own: bool
    author_revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The same envelope again (a retry that was accepted twice): nothing to do."""

    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Set aside with a durable reason; the log goes on. `account` is the sender as far as MLS authenticated one."""

    place: Place
    reason: Reason
    detail: str
    message: bytes
    account: AccountId | None

    @property
    def alarm(self) -> bool:
        return self.reason in ALARMS


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochBegan:
    """A Commit that the ledger bears out changed who can read from here on."""

    place: Place
    committer: AccountId
    added: tuple[AccountId, ...]
    removed: tuple[AccountId, ...]
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedFromChannel:
    """Our own leaf is gone: nothing later can be read here."""

    place: Place
    committer: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStalled:
    """A Commit that the relay accepted breaks a rule, or our own state was used elsewhere (C10).

    Nothing after it can be processed; the coordination unit restarts the channel (C11). The state before is kept.
    """

    place: Place
    rule: str
    detail: str
    commit_hash: bytes


Event: TypeAlias = (
    MessageDelivered | ControlDelivered | Repeated | Quarantined | EpochBegan | RemovedFromChannel | ChannelStalled
)
