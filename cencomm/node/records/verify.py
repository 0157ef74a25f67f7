"""Whether each record is what its author signed and the log committed to, long after the MLS keys are gone.

signed bytes --signature--> device certificate --signature--> identity key --admitted--> ledger
signed bytes + salt --hash--> commitment --in the message--> log hash, stored when the message came
signed values --form--> cells, as they lie in the tables
signed hashes --> the files that came with it, as they lie in the tables
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports
from cencomm.errors import ProtocolError, Unavailable
from cencomm.forms.attachment import ContentHash
from cencomm.forms.envelope import Envelope
from cencomm.forms.payload import commitment
from cencomm.ids import OperationId, short
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.certificate import DeviceCertificate, verify_certificate
from cencomm.ledger.replay import Ledger
from cencomm.node.files.attachments import FileState, StoredFile
from cencomm.node.records.cells import field_keys, tabulate
from cencomm.node.records.record import Evidence
from cencomm.node.records.sheets import StoredCell

MAX_FINDINGS = 1_000  # kept in full; all are counted


class Check(StrEnum):
    """What was looked at."""

    CERTIFICATE = "certificate"  # the identity key certified the device
    SIGNATURE = "signature"  # the device signed exactly these bytes
    RECORD = "record"  # the columns say what the envelope says
    LEDGER = "ledger"  # the ledger admitted author and device to the channel when it was written
    SENDER = "sender"  # and when it was sent, in the channel's generation of then
    CELLS = "cells"  # the answers in the tables are the signed ones
    FILES = "files"  # the files that came with it, as far as they are here, are those whose hashes the author signed
    LOG = "log"  # the relay's log committed to this envelope, in this place


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that a record does not pass."""

    record: int
    message: str
    check: Check
    detail: str


@dataclass(slots=True)
class Verification:
    """How many records passed each check, and which did not."""

    records: int = 0
    passed: Counter[Check] = field(default_factory=Counter)
    failed: Counter[Check] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    absent_files: int = 0  # not fetched yet, or not given by the relay: no record is worse for it

    @property
    def sound(self) -> bool:
        """Every check that was made, was passed by every record."""
        return not self.failed

    @contextmanager
    def checking(self, evidence: Evidence, check: Check) -> Iterator[None]:
        """What the block raises is why the record does not pass."""
        try:
            yield
        except (ProtocolError, Unavailable) as fault:
            self.note(evidence, check, str(fault))
        else:
            self.note(evidence, check, None)

    def note(self, evidence: Evidence, check: Check, fault: str | None) -> None:
        if fault is None:
            self.passed[check] += 1
            return
        self.failed[check] += 1
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(evidence.record, evidence.message.hex(), check, fault))


class RecordAltered(ProtocolError):  # noqa: N818 (names what was found)
    """Columns or cells do not say what was signed."""


def verify_record(
    verification: Verification,
    evidence: Evidence,
    cells: Iterable[StoredCell],
    operations: Mapping[OperationId, Operation],
    reports: Reports,
) -> Envelope | None:
    """Every check of one record that needs no relay. One that builds on a failed one is not made.

    Returns:
        What the author signed; None when that is not known.
    """
    verification.records += 1
    certificate: DeviceCertificate | None = None
    envelope: Envelope | None = None
    with verification.checking(evidence, Check.CERTIFICATE):
        certificate = _certificate(evidence)
    if certificate is None:
        return None
    with verification.checking(evidence, Check.SIGNATURE):
        envelope = _envelope(evidence, certificate)
    if envelope is None:
        return None
    with verification.checking(evidence, Check.RECORD):
        _judge_record(evidence, envelope)
    operation: Operation | None = None
    with verification.checking(evidence, Check.LEDGER):
        operation = _operation(operations, envelope)
        _judge_author(evidence, envelope, operation)
    if operation is not None:
        with verification.checking(evidence, Check.CELLS):
            _judge_cells(envelope, cells, operation, reports)
    return envelope


async def verify_files(
    verification: Verification,
    evidence: Evidence,
    envelope: Envelope,
    files: Sequence[StoredFile],
    content: Callable[[StoredFile], AsyncIterator[bytes]],
) -> None:
    """The files of one record, if it has any; `content` reads one piece by piece."""
    described = envelope.body.attachments
    if not files and not described:
        return
    with verification.checking(evidence, Check.FILES):
        kept = tuple((one.name, one.size, one.hash) for one in files)
        if kept != tuple((one.name, one.size, one.hash) for one in described):
            raise RecordAltered("the tables name other files than the envelope")
        for file in files:
            if file.state is FileState.KEPT:
                await _judge_file(file, content(file))
            else:
                verification.absent_files += 1


async def _judge_file(file: StoredFile, content: AsyncIterator[bytes]) -> None:
    hashing = ContentHash(file.described.id, file.described.key, file.described.size)
    async for piece in content:
        hashing.add(piece)
    if hashing.digest() != file.described.hash:
        raise RecordAltered(f"file {file.number} is not the one whose hash its author signed")


async def verify_log(
    verification: Verification,
    records: Mapping[int, Evidence],
    logged: AsyncIterator[tuple[int, bytes, Anchor | None]],
    operation: Operation | None,
) -> None:
    """The records of one channel, by their sequence, against its log (`cencomm.node.logged`).

    Of a message that the log bears out, the head that its sender stood on is known too: the author is judged there
    once more, since a message may be written long before it is sent, and sent again after a restart (C11, C12).

    Raises:
        Unavailable: the relay does not show the whole log now.
    """
    async for sequence, log_hash, anchor in logged:
        evidence = records.get(sequence)
        if evidence is None:
            continue
        fault = None
        if log_hash != evidence.place.log_hash:
            fault = "the relay shows another log than the one in which the message came"
        elif anchor is None or anchor.commitment != commitment(evidence.salt, evidence.signed):
            fault = "the log commits to another envelope"
        verification.note(evidence, Check.LOG, fault)
        if anchor is not None and fault is None:
            with verification.checking(evidence, Check.SENDER):
                _judge_sender(evidence, anchor, operation)


def _certificate(evidence: Evidence) -> DeviceCertificate:
    certificate = verify_certificate(evidence.certificate)
    if (certificate.account, certificate.identity_key) != (evidence.account, evidence.identity_key):
        raise RecordAltered("the certificate is another account's or identity's")
    return certificate


def _envelope(evidence: Evidence, certificate: DeviceCertificate) -> Envelope:
    envelope = evidence.signed.verify(certificate.signature_key)
    if envelope.author != certificate.hash:
        raise RecordAltered("the envelope names another certificate as its author")
    return envelope


def _judge_record(evidence: Evidence, envelope: Envelope) -> None:
    place = evidence.place
    if (envelope.operation, envelope.channel) != (place.operation, place.channel):
        raise RecordAltered("the envelope was written for another channel than the record names")
    if envelope.message != evidence.message:
        raise RecordAltered("the record names another message than the envelope")


def _operation(operations: Mapping[OperationId, Operation], envelope: Envelope) -> Operation:
    operation = operations.get(envelope.operation)
    if operation is None:
        raise RecordAltered(f"the ledger of operation {short(envelope.operation)} is not here")
    return operation


def _judge_author(evidence: Evidence, envelope: Envelope, operation: Operation) -> None:
    ledger = operation.ledger
    if ledger.hash_at(envelope.ledger_sequence) != envelope.ledger_hash:
        raise RecordAltered("the author saw another ledger when writing")
    _judge_device(evidence, ledger, at=envelope.ledger_sequence)
    written_in = ledger.channels[evidence.place.channel].generation_at(envelope.ledger_sequence)
    if written_in is None or written_in.number > evidence.place.generation:  # an earlier one: sent again (C11)
        raise RecordAltered("it was written after the generation of the channel had ended in whose log it stands")


def _judge_sender(evidence: Evidence, anchor: Anchor, operation: Operation | None) -> None:
    """As `_judge_author`, at the head on which the message was sent: never before it was written."""
    if operation is None:
        raise RecordAltered(f"the ledger of operation {short(evidence.place.operation)} is not here")
    ledger, at = operation.ledger, anchor.ledger_sequence
    if ledger.hash_at(at) != anchor.ledger_hash:
        raise RecordAltered("the sender saw another ledger when sending")
    _judge_device(evidence, ledger, at=at)
    sent_in = ledger.channels[evidence.place.channel].generation_at(at)
    if sent_in is None or sent_in.number != evidence.place.generation:
        raise RecordAltered("it was sent in another generation of the channel than the one in whose log it stands")


def _judge_device(evidence: Evidence, ledger: Ledger, *, at: int) -> None:
    """The identity belongs to the channel at the head `at`, under this account, and the device has not ended there.

    Raises:
        NotEntitled, RecordAltered: it does not, or has.
    """
    member = ledger.entitled(evidence.place.channel, evidence.identity_key, at=at)
    if member.account != evidence.account:
        raise RecordAltered("the ledger names another account for this identity")
    if ledger.has_ended(evidence.account, verify_certificate(evidence.certificate).device, at=at):
        raise RecordAltered("the author's device had ended")


def _judge_cells(envelope: Envelope, cells: Iterable[StoredCell], operation: Operation, reports: Reports) -> None:
    report = reports.report(operation, envelope.form, envelope.body)
    signed = {
        (cell.key, cell.row, cell.ordinal, cell.code, cell.text, cell.moment, cell.number)
        for cell in tabulate(report, field_keys(report.form))
    }
    stored = {(cell.key, cell.row, cell.ordinal, cell.code, cell.text, cell.moment, cell.number) for cell in cells}
    if signed != stored:
        different = sorted({cell[0].name for cell in signed ^ stored})
        raise RecordAltered(f"the tables say something else than was signed, in {', '.join(different[:5])}")
