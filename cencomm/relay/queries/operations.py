"""Ledgers, and what is sealed beside them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from cencomm.ids import AccountId, BlobId, OperationId
from cencomm.ledger.entry import SignedEntry, decode_signed_entry
from cencomm.relay.errors import Taken
from cencomm.relay.tables.operations import BLOBS, ENROLMENTS, LEDGER_ENTRIES, WRAPS
from cencomm.wire.operations import SealedBlob, Wrap, WrapFor


def add_entry(connection: Connection, operation: OperationId, signed: SignedEntry) -> None:
    """The entry at its place.

    Raises:
        Taken: there is one already.
    """
    values = {"operation": operation, "sequence": signed.entry.sequence, "entry": signed.encode()}
    try:
        connection.execute(insert(LEDGER_ENTRIES).values(values))
    except IntegrityError:
        raise Taken("the operation exists already") from None


def all_entries(connection: Connection) -> dict[OperationId, list[SignedEntry]]:
    """Every ledger, in order."""
    ordered = select(LEDGER_ENTRIES).order_by(LEDGER_ENTRIES.c.operation, LEDGER_ENTRIES.c.sequence)
    ledgers: defaultdict[OperationId, list[SignedEntry]] = defaultdict(list)
    for row in connection.execute(ordered):
        ledgers[OperationId(row.operation)].append(decode_signed_entry(row.entry))
    return ledgers


def entries_between(
    connection: Connection, operation: OperationId, *, after: int, up_to: int, most: int
) -> list[bytes]:
    """At most `most` exact entries after sequence `after`, in order."""
    page = (
        select(LEDGER_ENTRIES.c.entry)
        .where(LEDGER_ENTRIES.c.operation == operation)
        .where(LEDGER_ENTRIES.c.sequence > after, LEDGER_ENTRIES.c.sequence <= up_to)
        .order_by(LEDGER_ENTRIES.c.sequence)
        .limit(most)
    )
    return [row.entry for row in connection.execute(page)]


def put_wraps(connection: Connection, operation: OperationId, wraps: Iterable[WrapFor]) -> None:
    rows = [
        {"operation": operation, "account": wrap.account, "number": wrap.number, "sealed": wrap.sealed}
        for wrap in wraps
    ]
    if rows:
        put = upsert(WRAPS)
        replace = put.on_conflict_do_update(
            index_elements=["operation", "account", "number"], set_={"sealed": put.excluded.sealed}
        )
        connection.execute(replace, rows)


def wraps_for(connection: Connection, operation: OperationId, account: AccountId) -> list[Wrap]:
    found = (
        select(WRAPS.c.number, WRAPS.c.sealed)
        .where(WRAPS.c.operation == operation, WRAPS.c.account == account)
        .order_by(WRAPS.c.number)
    )
    return [Wrap(number=row.number, sealed=row.sealed) for row in connection.execute(found)]


def put_blobs(connection: Connection, operation: OperationId, blobs: Sequence[SealedBlob]) -> None:
    rows = [{"operation": operation, "blob": blob.blob, "number": blob.number, "sealed": blob.sealed} for blob in blobs]
    if rows:
        put = upsert(BLOBS)
        replace = put.on_conflict_do_update(
            index_elements=["operation", "blob"],
            set_={"sealed": put.excluded.sealed, "number": put.excluded.number},
        )
        connection.execute(replace, rows)


def add_missing_wraps(connection: Connection, operation: OperationId, wraps: Iterable[WrapFor]) -> None:
    """Those that are not there."""
    rows = [
        {"operation": operation, "account": wrap.account, "number": wrap.number, "sealed": wrap.sealed}
        for wrap in wraps
    ]
    if rows:
        put = upsert(WRAPS).on_conflict_do_nothing(index_elements=["operation", "account", "number"])
        connection.execute(put, rows)


def add_missing_blobs(connection: Connection, operation: OperationId, blobs: Sequence[SealedBlob]) -> None:
    """Those that are not there, or under an older content key."""
    rows = [{"operation": operation, "blob": blob.blob, "number": blob.number, "sealed": blob.sealed} for blob in blobs]
    if rows:
        put = upsert(BLOBS)
        newer = put.on_conflict_do_update(
            index_elements=["operation", "blob"],
            set_={"sealed": put.excluded.sealed, "number": put.excluded.number},
            where=BLOBS.c.number < put.excluded.number,
        )
        connection.execute(newer, rows)


def measure_blobs(connection: Connection, operation: OperationId) -> tuple[int, int]:
    """How many blobs there are, and their bytes."""
    measured = select(func.count(), func.coalesce(func.sum(func.length(BLOBS.c.sealed)), 0))
    count, size = connection.execute(measured.where(BLOBS.c.operation == operation)).one()
    return count, size


def all_blobs(connection: Connection, operation: OperationId) -> list[SealedBlob]:
    found = select(BLOBS.c.blob, BLOBS.c.number, BLOBS.c.sealed).where(BLOBS.c.operation == operation)
    return [
        SealedBlob(blob=BlobId(row.blob), number=row.number, sealed=row.sealed) for row in connection.execute(found)
    ]


def put_enrolment(connection: Connection, operation: OperationId, account: AccountId, request: bytes) -> None:
    connection.execute(
        upsert(ENROLMENTS)
        .values(operation=operation, account=account, request=request)
        .on_conflict_do_update(index_elements=["operation", "account"], set_={"request": request})
    )


def count_enrolments(connection: Connection, operation: OperationId, *, but: AccountId) -> int:
    """Those who wait, beside `but`."""
    counted = select(func.count()).where(ENROLMENTS.c.operation == operation, ENROLMENTS.c.account != but)
    return connection.execute(counted).scalar_one()


def all_enrolments(connection: Connection, operation: OperationId) -> list[bytes]:
    """Oldest first."""
    found = select(ENROLMENTS.c.request).where(ENROLMENTS.c.operation == operation).order_by(ENROLMENTS.c.row)
    return [row.request for row in connection.execute(found)]


def enrolments_of(connection: Connection, account: AccountId) -> list[OperationId]:
    """The operations that the account has asked to join and was not admitted to since."""
    found = select(ENROLMENTS.c.operation).where(ENROLMENTS.c.account == account)
    return [OperationId(row.operation) for row in connection.execute(found)]


def drop_enrolment(connection: Connection, operation: OperationId, account: AccountId) -> None:
    connection.execute(delete(ENROLMENTS).where(ENROLMENTS.c.operation == operation, ENROLMENTS.c.account == account))
