"""Attachments and their chunks: what was announced, what is there, what has ended."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cencomm.ids import AccountId, AttachmentId, OperationId
from cencomm.relay.chunk_files import ChunkName
from cencomm.relay.tables.attachments import ATTACHMENT_CHUNKS, ATTACHMENTS
from cencomm.relay.tables.logs import CHANNELS


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttachment:
    """`size` and `chunk` in sealed bytes; `missing` chunks."""

    row: int
    account: AccountId
    size: int
    chunk: int
    missing: int


def add_attachment(
    connection: Connection,
    channel: int,
    attachment: AttachmentId,
    account: AccountId,
    *,
    size: int,
    chunk: int,
    chunks: int,
    now: int,
) -> StoredAttachment:
    added = insert(ATTACHMENTS).values(
        channel=channel, attachment=attachment, account=account, size=size, chunk=chunk, missing=chunks, touched=now
    )
    row: int = connection.execute(added.returning(ATTACHMENTS.c.row)).scalar_one()
    return StoredAttachment(row=row, account=account, size=size, chunk=chunk, missing=chunks)


def find_attachment(connection: Connection, channel: int, attachment: AttachmentId) -> StoredAttachment | None:
    found = select(ATTACHMENTS).where(ATTACHMENTS.c.channel == channel, ATTACHMENTS.c.attachment == attachment)
    row = connection.execute(found).one_or_none()
    if row is None:
        return None
    return StoredAttachment(
        row=row.row, account=AccountId(row.account), size=row.size, chunk=row.chunk, missing=row.missing
    )


def measure_attachments(connection: Connection, operation: OperationId, account: AccountId) -> tuple[int, int]:
    """How many attachments an account announced in an operation, and their sealed bytes."""
    measured = select(func.count(), func.coalesce(func.sum(ATTACHMENTS.c.size), 0)).join(
        CHANNELS, CHANNELS.c.row == ATTACHMENTS.c.channel
    )
    here = measured.where(ATTACHMENTS.c.account == account, CHANNELS.c.operation == operation)
    count, size = connection.execute(here).one()
    return count, size


def add_chunk(connection: Connection, name: ChunkName, *, now: int) -> None:
    """One chunk is missing less, unless the same one is there already.

    Raises:
        IntegrityError: other bytes are there.
    """
    values = {"attachment": name.attachment, "number": name.number, "hash": name.hash}
    try:
        with connection.begin_nested():
            connection.execute(insert(ATTACHMENT_CHUNKS).values(values))
    except IntegrityError:
        if chunk_hash(connection, name.attachment, name.number) != name.hash:
            raise
        return
    one_less = {"missing": ATTACHMENTS.c.missing - 1, "touched": now}
    connection.execute(update(ATTACHMENTS).where(ATTACHMENTS.c.row == name.attachment).values(one_less))


def chunk_hash(connection: Connection, attachment: int, number: int) -> bytes | None:
    here = ATTACHMENT_CHUNKS.c
    found = select(here.hash).where(here.attachment == attachment, here.number == number)
    return connection.execute(found).scalar_one_or_none()


def chunk_names(connection: Connection, attachment: int, *, first: int, count: int) -> list[ChunkName]:
    """The chunks from `first` on that are there, in order."""
    here = ATTACHMENT_CHUNKS.c
    found = select(here.number, here.hash).where(
        here.attachment == attachment, here.number >= first, here.number < first + count
    )
    return [ChunkName(attachment, number, digest) for number, digest in connection.execute(found.order_by(here.number))]


def all_chunks(connection: Connection) -> list[ChunkName]:
    here = ATTACHMENT_CHUNKS.c
    return [ChunkName(*row) for row in connection.execute(select(here.attachment, here.number, here.hash))]


def drop_incomplete(connection: Connection, *, before: int) -> list[int]:
    """The rows of the attachments that are not complete and got nothing since `before`; they are gone."""
    ended = select(ATTACHMENTS.c.row).where(ATTACHMENTS.c.missing > 0, ATTACHMENTS.c.touched < before)
    rows = [row.row for row in connection.execute(ended)]
    connection.execute(delete(ATTACHMENT_CHUNKS).where(ATTACHMENT_CHUNKS.c.attachment.in_(rows)))
    connection.execute(delete(ATTACHMENTS).where(ATTACHMENTS.c.row.in_(rows)))
    return rows
