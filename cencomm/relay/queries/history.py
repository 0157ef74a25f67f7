"""Answers to history requests: rows of sealed chunks."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.ledger.history_chunk import ChunkHeader
from cencomm.ledger.history_request import RequestId
from cencomm.relay.tables import HISTORY_CHUNKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is there of the answer to one request."""

    account: AccountId
    channel: ChannelId
    generation: int
    chunks: int
    reached: int
    complete: bool


def find_answer(connection: Connection, operation: OperationId, request: RequestId, *, now: int) -> Answer | None:
    """None: nothing is there, or no more."""
    newest = (
        select(HISTORY_CHUNKS)
        .where(HISTORY_CHUNKS.c.operation == operation, HISTORY_CHUNKS.c.request == request)
        .where(HISTORY_CHUNKS.c.expires > now)
        .order_by(HISTORY_CHUNKS.c.number.desc())
        .limit(1)
    )
    row = connection.execute(newest).one_or_none()
    if row is None:
        return None
    return Answer(
        account=AccountId(row.account),
        channel=ChannelId(row.channel),
        generation=row.generation,
        chunks=row.number + 1,
        reached=row.reached,
        complete=bool(row.is_last),
    )


def add_chunk(connection: Connection, header: ChunkHeader, chunk: bytes, *, expires: int) -> None:
    connection.execute(
        insert(HISTORY_CHUNKS).values(
            operation=header.operation,
            request=header.request,
            number=header.number,
            account=header.account,
            channel=header.channel,
            generation=header.generation,
            reached=header.last,
            is_last=int(header.is_last),
            expires=expires,
            chunk=chunk,
        )
    )


def postpone_expiry(connection: Connection, operation: OperationId, request: RequestId, *, expires: int) -> None:
    """The parts of an answer end together: one without its beginning would be of no use."""
    connection.execute(
        HISTORY_CHUNKS.update()
        .where(HISTORY_CHUNKS.c.operation == operation, HISTORY_CHUNKS.c.request == request)
        .values(expires=expires)
    )


def chunks_after(
    connection: Connection, operation: OperationId, request: RequestId, *, after: int, most_bytes: int
) -> list[bytes]:
    """In order; no more once they weigh `most_bytes`."""
    found = (
        select(HISTORY_CHUNKS.c.chunk)
        .where(HISTORY_CHUNKS.c.operation == operation, HISTORY_CHUNKS.c.request == request)
        .where(HISTORY_CHUNKS.c.number > after)
        .order_by(HISTORY_CHUNKS.c.number)
    )
    chunks: list[bytes] = []
    with connection.execute(found) as rows:
        for row in rows:
            if sum(map(len, chunks)) >= most_bytes:
                break
            chunks.append(row.chunk)
    return chunks


def drop_answer(connection: Connection, operation: OperationId, request: RequestId) -> None:
    connection.execute(
        delete(HISTORY_CHUNKS).where(HISTORY_CHUNKS.c.operation == operation, HISTORY_CHUNKS.c.request == request)
    )


def drop_expired(connection: Connection, *, now: int) -> None:
    connection.execute(delete(HISTORY_CHUNKS).where(HISTORY_CHUNKS.c.expires <= now))


def waiting_bytes(connection: Connection, operation: OperationId) -> int:
    weighed = select(func.coalesce(func.sum(func.length(HISTORY_CHUNKS.c.chunk)), 0))
    size: int = connection.execute(weighed.where(HISTORY_CHUNKS.c.operation == operation)).scalar_one()
    return size
