"""Whoever changes a record, in whatever column, is found out."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest
from sqlalchemy import text

from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports
from cencomm.forms.envelope import sign_envelope
from cencomm.forms.payload import commitment
from cencomm.ids import OperationId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.log import LogKind
from cencomm.node.records.inspection import inspect_records
from cencomm.node.records.reading import evidence
from cencomm.node.records.record import Evidence
from cencomm.node.records.verify import Check, Verification, verify_log
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import Desk, Values


async def inspect(archive: Keep, desk: Desk, reports: Reports) -> Verification:
    operations: Mapping[OperationId, Operation] = {desk.operation.id: desk.operation}
    async with archive.database.reading() as connection:
        return await inspect_records(connection, operations, reports, lambda _: None)


@pytest.fixture
async def one(archive: Keep, desk: Desk, ivory: Values) -> Keep:
    await archive.take(desk.message("seizure", ivory))
    return archive


async def test_what_was_recorded_verifies_but_for_the_channel_that_this_ledger_lacks(
    one: Keep, desk: Desk, reports: Reports
) -> None:
    """The scenarios verify with a ledger that has the channel, down to the log."""
    verification = await inspect(one, desk, reports)

    assert verification.records == 1
    assert set(verification.passed) == {Check.CERTIFICATE, Check.SIGNATURE, Check.RECORD, Check.CELLS}
    assert [finding.detail for finding in verification.findings] == ["there is no such channel in the ledger"]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("UPDATE messages SET signed = CAST(substr(signed, 1, length(signed) - 1) || x'00' AS BLOB)", Check.SIGNATURE),
        (
            "UPDATE messages SET certificate = CAST(substr(certificate, 1, length(certificate) - 1) || x'00' AS BLOB)",
            Check.CERTIFICATE,
        ),
        ("UPDATE messages SET account = zeroblob(16)", Check.CERTIFICATE),
        ("UPDATE messages SET identity_key = zeroblob(32)", Check.CERTIFICATE),
        ("UPDATE messages SET message = zeroblob(16)", Check.RECORD),
        ("UPDATE messages SET channel = zeroblob(16)", Check.RECORD),
        ("UPDATE cells SET code = 'FR' WHERE code = 'KE'", Check.CELLS),
        ("UPDATE cells SET number = 2 WHERE number = 1", Check.CELLS),
        ("UPDATE cells SET text = '125' WHERE text = '12.50'", Check.CELLS),
        ("UPDATE cells SET moment = '2025-11-05' WHERE moment = '2026-11-05'", Check.CELLS),
        ('DELETE FROM cells WHERE "row" = 1', Check.CELLS),
        ('UPDATE cells SET "row" = 7 WHERE "row" = 1', Check.CELLS),
    ],
)
async def test_a_changed_record_fails_its_check(
    one: Keep, desk: Desk, reports: Reports, change: str, check: Check
) -> None:
    before = await inspect(one, desk, reports)
    changed = await one.database.transact(lambda connection: connection.execute(text(change)))
    assert changed.rowcount > 0

    after = await inspect(one, desk, reports)

    assert before.failed[check] == 0
    assert after.failed[check] == 1
    assert not after.sound


async def test_a_record_of_an_operation_whose_ledger_is_not_here_fails(one: Keep, reports: Reports) -> None:
    async with one.database.reading() as connection:
        verification = await inspect_records(connection, {}, reports, lambda _: None)

    assert verification.failed[Check.LEDGER] == 1


def anchor_of(record: Evidence, committed: bytes) -> Anchor:
    return Anchor(
        kind=LogKind.APPLICATION,
        operation=record.place.operation,
        channel=record.place.channel,
        generation=1,
        ledger_sequence=0,
        ledger_hash=record.place.operation,
        log_sequence=0,
        log_hash=bytes(32),
        commitment=committed,
    )


async def test_the_log_must_commit_to_the_envelope_at_its_place(one: Keep) -> None:
    async with one.database.reading() as connection:
        (record,) = await evidence(connection, after=0)
    place, committed = record.place, commitment(record.salt, record.signed)

    async def logged(log_hash: bytes, said: bytes | None) -> AsyncIterator[tuple[int, bytes, Anchor | None]]:
        yield place.sequence, log_hash, None if said is None else anchor_of(record, said)

    async def check(log_hash: bytes, said: bytes | None) -> Verification:
        verification = Verification()
        await verify_log(verification, {place.sequence: record}, logged(log_hash, said), None)
        return verification

    assert (await check(place.log_hash, committed)).passed[Check.LOG] == 1
    assert (await check(bytes(32), committed)).failed[Check.LOG] == 1
    assert (await check(place.log_hash, bytes(32))).failed[Check.LOG] == 1
    assert (await check(place.log_hash, None)).failed[Check.LOG] == 1
    other = replace(record, salt=bytes(32))
    verification = Verification()
    await verify_log(verification, {place.sequence: other}, logged(place.log_hash, committed), None)
    assert verification.failed[Check.LOG] == 1


@pytest.mark.parametrize(
    ("field", "check", "detail"),
    [
        ("author", Check.SIGNATURE, "another certificate"),
        ("ledger_hash", Check.LEDGER, "another ledger"),
    ],
)
async def test_an_envelope_that_names_another_author_or_ledger_fails(
    archive: Keep, desk: Desk, reports: Reports, field: str, check: Check, detail: str
) -> None:
    """Signed by the device, but not what the members would have taken: somebody put it into the tables."""
    author, message = desk.officers["KE"], desk.message("note", {"text": "x"})
    forged = replace(message.envelope, **{field: bytes(32)})  # type: ignore[arg-type]  # both fields are hashes
    await archive.take(desk.deliver(forged, sign_envelope(forged, author.device.signing_key), author))

    verification = await inspect(archive, desk, reports)

    assert verification.failed[check] == 1
    assert [detail in finding.detail for finding in verification.findings] == [True]
