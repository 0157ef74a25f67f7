"""Whether what a server says of a log entry is what the log committed to, and what its author may have said (H2).

outline --anchor: place, ledger, log view (C1, C3, L4)--> commitment --opens to (S7)--> signed bytes
signed bytes --signature--> certificate --identity key, entitled in the epoch (C12)--> author (S8)

What only MLS could show is not shown here: from which leaf the entry came. That the author signed these bytes for this
channel, and that some member put them there, is (docs/attacks.md).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from cencomm.client.channel.bearing_out import (
    NotBorneOut,
    bear_out_anchor,
    bear_out_author,
    bear_out_commitment,
    delivered,
)
from cencomm.client.events import ControlDelivered, MessageDelivered, Place, Quarantined, Reason
from cencomm.client.history.outline import LoggedEntry
from cencomm.errors import MalformedError, ProtocolError
from cencomm.forms.payload import decode_signed
from cencomm.ids import NO_HASH, AccountId, ChannelId, OperationId
from cencomm.ledger.certificate import CertificateMemo, DeviceCertificate
from cencomm.ledger.history_items import Opened
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import LedgerBehind
from cencomm.ledger.replay import Ledger, NotEntitled

Verdict = MessageDelivered | ControlDelivered | Quarantined


@dataclass(frozen=True, slots=True)
class Outline:
    """The verified entries of a part of one log, in its order, from a Commit on."""

    operation: OperationId
    channel: ChannelId
    generation: int
    entries: Sequence[LoggedEntry]
    _commits: Sequence[LoggedEntry] = field(init=False)

    def __post_init__(self) -> None:
        commits = tuple(entry for entry in self.entries if entry.kind is LogKind.COMMIT)
        object.__setattr__(self, "_commits", commits)

    def between(self, first: int, last: int) -> Sequence[LoggedEntry]:
        """The entries from `first` to `last`."""
        begin = bisect_left(self.entries, first, key=lambda entry: entry.sequence)
        return self.entries[begin : bisect_left(self.entries, last + 1, key=lambda entry: entry.sequence)]

    def hash_at(self, sequence: int) -> bytes:
        found = self.between(sequence, sequence)
        return found[0].log_hash if found else NO_HASH

    def epoch_of(self, entry: LoggedEntry) -> LoggedEntry | None:
        """The Commit that began the epoch in which `entry` was said."""
        place = bisect_left(self._commits, entry.sequence, key=lambda commit: commit.sequence)
        return self._commits[place - 1] if place else None

    def place(self, entry: LoggedEntry) -> Place:
        return Place(
            operation=self.operation,
            channel=self.channel,
            generation=self.generation,
            sequence=entry.sequence,
            log_hash=entry.log_hash,
            epoch=entry.epoch,
        )


def judge_item(
    item: Opened, entry: LoggedEntry, outline: Outline, ledger: Ledger, certificates: CertificateMemo, own: AccountId
) -> Verdict:
    """The message of log entry `entry`, or why what the server gives for it is none.

    Raises:
        LedgerBehind: the entry names more of the ledger than we hold: fetch it, then judge again.
    """
    place = outline.place(entry)
    try:
        return _open(item, entry, outline, ledger, certificates, place, own)
    except NotBorneOut as wrong:
        detail = f"history: {wrong}"
        return Quarantined(place=place, reason=wrong.reason, detail=detail, message=item.signed, account=None)


def _open(
    item: Opened,
    entry: LoggedEntry,
    outline: Outline,
    ledger: Ledger,
    certificates: CertificateMemo,
    place: Place,
    own: AccountId,
) -> MessageDelivered | ControlDelivered:
    epoch = outline.epoch_of(entry)
    anchored_at = None if epoch is None else epoch.anchored_at
    if epoch is None or anchored_at is None:
        raise NotBorneOut(Reason.BAD_ANCHOR, "it was said before the channel began")
    anchor = bear_out_anchor(ledger, entry.anchor, place, epoch_began_at=epoch.sequence, hash_at=outline.hash_at)
    try:
        signed = decode_signed(item.signed)
    except MalformedError as error:
        raise NotBorneOut(Reason.BAD_PAYLOAD, str(error)) from None
    bear_out_commitment(anchor, item.salt, signed)
    certificate = _certificate(item, outline, ledger, certificates, anchored_at)
    said = bear_out_author(signed, certificate, ledger, place)
    is_own = certificate.account == own
    revoked = _has_left(certificate, ledger, is_own=is_own)
    return delivered(place, certificate, item.salt, signed, said, own=is_own, revoked=revoked)


def _certificate(
    item: Opened, outline: Outline, ledger: Ledger, certificates: CertificateMemo, anchored_at: int
) -> DeviceCertificate:
    """The device that signed was one of the channel's in that epoch (C5, C12)."""
    if anchored_at > ledger.sequence:  # the Commit names more than the entry does: an insider's, or a relay withholds
        raise LedgerBehind(needed=anchored_at, held=ledger.sequence)
    try:
        certificate = certificates.verify(item.certificate)
        member = ledger.entitled(outline.channel, certificate.identity_key, at=anchored_at)
    except NotEntitled as error:
        raise NotBorneOut(Reason.NOT_THE_AUTHOR, f"its author did not belong to the channel then: {error}") from None
    except ProtocolError as error:
        raise NotBorneOut(Reason.BAD_SIGNATURE, f"its certificate: {error}") from None
    if member.account != certificate.account:
        raise NotBorneOut(Reason.NOT_THE_AUTHOR, "the ledger has another account for its author's identity")
    if ledger.has_ended(certificate.account, certificate.device, at=anchored_at):
        raise NotBorneOut(Reason.NOT_THE_AUTHOR, "its author's device had ended")
    return certificate


def _has_left(certificate: DeviceCertificate, ledger: Ledger, *, is_own: bool) -> bool:
    """Another identity of one's own is the one before a reset, which says nothing."""
    newest = ledger.members.get(certificate.account)
    if newest is None or newest.revoked_at is not None:
        return True
    return not is_own and newest.identity_key != certificate.identity_key
