"""Whether what a server says of a log entry is what the log committed to, and what its author may have said (H2).

outline --anchor: place, ledger, log view (C1, C3, L4)--> commitment --opens to (S7)--> signed bytes
signed bytes --signature--> certificate --identity key, entitled in the epoch (C12)--> author (S8)

What only MLS could show is not shown here: from which leaf the entry came. That the author signed these bytes for this
channel, and that some member put them there, is (docs/attacks.md).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from cencomm.client.events import ControlDelivered, MessageDelivered, Place, Quarantined, Reason
from cencomm.client.history.outline import LoggedEntry
from cencomm.errors import MalformedError, ProtocolError
from cencomm.forms.control import SignedControl
from cencomm.forms.payload import Signed, commitment, decode_signed
from cencomm.ids import NO_HASH, AccountId, ChannelId, OperationId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.anchor_rules import judge_anchor, judge_log_view
from cencomm.ledger.certificate import CertificateMemo, DeviceCertificate
from cencomm.ledger.history_items import Opened
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import AnchorRefused
from cencomm.ledger.replay import Ledger, NotEntitled
from cencomm.primitives.signatures import BadSignature

Verdict = MessageDelivered | ControlDelivered | Quarantined


class _Wrong(Exception):  # noqa: N818 (never leaves this module)
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


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
    except _Wrong as wrong:
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
        raise _Wrong(Reason.BAD_ANCHOR, "it was said before the channel began")
    anchor = _anchor(entry, epoch, outline, ledger)
    try:
        signed = decode_signed(item.signed)
    except MalformedError as error:
        raise _Wrong(Reason.BAD_PAYLOAD, str(error)) from None
    if commitment(item.salt, signed) != anchor.commitment:
        raise _Wrong(Reason.BAD_COMMITMENT, "the log commits to something else than what was given for it")
    certificate = _certificate(item, outline, ledger, certificates, anchored_at)
    return _delivered(item, signed, certificate, ledger, place, own)


def _anchor(entry: LoggedEntry, epoch: LoggedEntry, outline: Outline, ledger: Ledger) -> Anchor:
    try:
        anchor = judge_anchor(
            ledger,
            entry.anchor,
            kind=LogKind.APPLICATION,
            channel=outline.channel,
            generation=outline.generation,
            sequence=entry.sequence,
            epoch_began_at=epoch.sequence,
        )
    except AnchorRefused as error:
        foreign = error.rule == "C3"
        raise _Wrong(Reason.FOREIGN_LEDGER if foreign else Reason.BAD_ANCHOR, str(error)) from None
    try:
        judge_log_view(anchor, outline.hash_at(anchor.log_sequence))
    except AnchorRefused as error:
        raise _Wrong(Reason.FOREIGN_LOG, str(error)) from None
    return anchor


def _certificate(
    item: Opened, outline: Outline, ledger: Ledger, certificates: CertificateMemo, anchored_at: int
) -> DeviceCertificate:
    """The device that signed was one of the channel's in that epoch (C5, C12)."""
    try:
        certificate = certificates.verify(item.certificate)
        member = ledger.entitled(outline.channel, certificate.identity_key, at=anchored_at)
    except NotEntitled as error:
        raise _Wrong(Reason.NOT_THE_AUTHOR, f"its author did not belong to the channel then: {error}") from None
    except ProtocolError as error:
        raise _Wrong(Reason.BAD_SIGNATURE, f"its certificate: {error}") from None
    if member.account != certificate.account:
        raise _Wrong(Reason.NOT_THE_AUTHOR, "the ledger has another account for its author's identity")
    if ledger.has_ended(certificate.account, certificate.device, at=anchored_at):
        raise _Wrong(Reason.NOT_THE_AUTHOR, "its author's device had ended")
    return certificate


def _delivered(
    item: Opened, signed: Signed, certificate: DeviceCertificate, ledger: Ledger, place: Place, own: AccountId
) -> MessageDelivered | ControlDelivered:
    is_own = certificate.account == own
    newest = ledger.members.get(certificate.account)
    revoked = newest is None or newest.revoked_at is not None
    if not is_own:  # another identity of one's own is the one before a reset, which says nothing
        revoked = revoked or newest is None or newest.identity_key != certificate.identity_key
    try:
        if isinstance(signed, SignedControl):
            control = signed.verify(certificate.signature_key)
            _judge_said(control.author, control.operation, control.channel, certificate, place)
            _judge_ledger(ledger, control.ledger_sequence, control.ledger_hash)
            return ControlDelivered(
                place=place,
                account=certificate.account,
                identity_key=certificate.identity_key,
                certificate=item.certificate,
                salt=item.salt,
                signed=signed,
                control=control,
                own=is_own,
                author_revoked=revoked,
            )
        envelope = signed.verify(certificate.signature_key)
    except BadSignature as error:
        raise _Wrong(Reason.BAD_SIGNATURE, str(error)) from None
    except MalformedError as error:
        raise _Wrong(Reason.BAD_PAYLOAD, str(error)) from None
    _judge_said(envelope.author, envelope.operation, envelope.channel, certificate, place)
    _judge_ledger(ledger, envelope.ledger_sequence, envelope.ledger_hash)
    return MessageDelivered(
        place=place,
        account=certificate.account,
        identity_key=certificate.identity_key,
        certificate=item.certificate,
        salt=item.salt,
        signed=signed,
        envelope=envelope,
        own=is_own,
        author_revoked=revoked,
    )


def _judge_said(
    author: bytes, operation: OperationId, channel: ChannelId, certificate: DeviceCertificate, place: Place
) -> None:
    if author != certificate.hash:
        raise _Wrong(Reason.NOT_THE_AUTHOR, "it names another author than the device that signed it")
    if (operation, channel) != (place.operation, place.channel):
        raise _Wrong(Reason.WRONG_CHANNEL, "it was written for another channel")


def _judge_ledger(ledger: Ledger, sequence: int, hash_: bytes) -> None:
    if ledger.hash_at(sequence) != hash_:
        raise _Wrong(Reason.FOREIGN_LEDGER, "its author saw another ledger when writing")
