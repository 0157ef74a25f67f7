"""Requests for history, the answer of each server to them, and the sealed chunks of these."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from cencomm.ids import AccountId, ChannelId, OperationId, RequestId
from cencomm.ledger.history_chunk import ChunkHeader
from cencomm.relay.tables.history import HISTORY_ANSWERS, HISTORY_CHUNKS, HISTORY_REQUESTS


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A request and who asked. Under the same number of somebody else there is another one."""

    operation: OperationId
    request: RequestId
    account: AccountId


@dataclass(frozen=True, slots=True)
class Request:
    """`taken`: the last entry that who asked has an answer for. `ended`: they want no more."""

    taken: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One server's: so many chunks until now, up to entry `answered`. `refused`: nothing of it is handed out."""

    chunks: int
    answered: int
    refused: bool


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """Where a chunk is, and which entries it answers for."""

    server: AccountId
    number: int
    channel: ChannelId
    first: int
    last: int


def find_request(connection: Connection, key: RequestKey, *, now: int) -> Request | None:
    """None: nobody has answered it, or nobody did for long."""
    found = select(HISTORY_REQUESTS).where(_of(HISTORY_REQUESTS, key), HISTORY_REQUESTS.c.expires > now)
    row = connection.execute(found).one_or_none()
    return None if row is None else Request(taken=row.taken, ended=bool(row.ended))


def find_answer(connection: Connection, key: RequestKey, server: AccountId) -> Answer | None:
    found = select(HISTORY_ANSWERS).where(_of(HISTORY_ANSWERS, key), HISTORY_ANSWERS.c.server == server)
    row = connection.execute(found).one_or_none()
    return None if row is None else Answer(chunks=row.chunks, answered=row.answered, refused=bool(row.refused))


def add_request(connection: Connection, key: RequestKey, *, expires: int) -> None:
    values = {"operation": key.operation, "request": key.request, "account": key.account}
    connection.execute(insert(HISTORY_REQUESTS).values(**values, taken=0, ended=0, expires=expires))


def add_answer(connection: Connection, key: RequestKey, server: AccountId) -> None:
    values = {"operation": key.operation, "request": key.request, "account": key.account, "server": server}
    connection.execute(insert(HISTORY_ANSWERS).values(**values, chunks=0, answered=0, bytes=0, refused=0))


def add_chunk(connection: Connection, header: ChunkHeader, server: AccountId, chunk: bytes, *, expires: int) -> None:
    """All that there is for the request ends with its newest chunk: a beginning without the rest is of no use."""
    key = RequestKey(header.operation, header.request, header.account)
    connection.execute(
        insert(HISTORY_CHUNKS).values(
            operation=key.operation,
            request=key.request,
            account=key.account,
            server=server,
            number=header.number,
            channel=header.channel,
            first=header.first,
            last=header.last,
            chunk=chunk,
        )
    )
    connection.execute(
        update(HISTORY_ANSWERS)
        .where(_of(HISTORY_ANSWERS, key), HISTORY_ANSWERS.c.server == server)
        .values(chunks=header.number + 1, answered=header.last, bytes=HISTORY_ANSWERS.c.bytes + len(chunk))
    )
    connection.execute(update(HISTORY_REQUESTS).where(_of(HISTORY_REQUESTS, key)).values(expires=expires))


def chunks_from(connection: Connection, key: RequestKey, first: int) -> list[StoredChunk]:
    """Those that answer for entry `first` or a later one, by the first entry of each."""
    columns = HISTORY_CHUNKS.c
    found = (
        select(columns.server, columns.number, columns.channel, columns.first, columns.last)
        .where(_of(HISTORY_CHUNKS, key), columns.last >= first)
        .order_by(columns.first)
    )
    return [
        StoredChunk(AccountId(server), number, ChannelId(channel), begin, end)
        for server, number, channel, begin, end in connection.execute(found)
    ]


def read_chunks(
    connection: Connection, key: RequestKey, chunks: Sequence[StoredChunk], *, most_bytes: int
) -> list[bytes]:
    """Their bytes, in the same order; no more once they weigh `most_bytes`."""
    read, size = list[bytes](), 0
    for one in chunks:
        if size >= most_bytes:
            break
        place = HISTORY_CHUNKS.c.server == one.server, HISTORY_CHUNKS.c.number == one.number
        chunk: bytes = connection.execute(
            select(HISTORY_CHUNKS.c.chunk).where(_of(HISTORY_CHUNKS, key), *place)
        ).scalar_one()
        read.append(chunk)
        size += len(chunk)
    return read


def take(connection: Connection, key: RequestKey, last: int) -> None:
    """Chunks that answer for nothing behind entry `last` go."""
    connection.execute(delete(HISTORY_CHUNKS).where(_of(HISTORY_CHUNKS, key), HISTORY_CHUNKS.c.last <= last))
    connection.execute(update(HISTORY_REQUESTS).where(_of(HISTORY_REQUESTS, key)).values(taken=last))
    left = select(func.coalesce(func.sum(func.length(HISTORY_CHUNKS.c.chunk)), 0)).where(
        _of(HISTORY_CHUNKS, key), HISTORY_CHUNKS.c.server == HISTORY_ANSWERS.c.server
    )
    connection.execute(
        update(HISTORY_ANSWERS)
        .where(_of(HISTORY_ANSWERS, key))
        .values(bytes=left.correlate(HISTORY_ANSWERS).scalar_subquery())
    )


def refuse(connection: Connection, key: RequestKey, server: AccountId) -> None:
    """The chunks of this server's answer go."""
    connection.execute(delete(HISTORY_CHUNKS).where(_of(HISTORY_CHUNKS, key), HISTORY_CHUNKS.c.server == server))
    connection.execute(
        update(HISTORY_ANSWERS)
        .where(_of(HISTORY_ANSWERS, key), HISTORY_ANSWERS.c.server == server)
        .values(refused=1, bytes=0)
    )


def end(connection: Connection, key: RequestKey) -> None:
    """All chunks go; that it ended is kept until it expires, so that no server answers again."""
    connection.execute(delete(HISTORY_CHUNKS).where(_of(HISTORY_CHUNKS, key)))
    connection.execute(update(HISTORY_ANSWERS).where(_of(HISTORY_ANSWERS, key)).values(bytes=0))
    connection.execute(update(HISTORY_REQUESTS).where(_of(HISTORY_REQUESTS, key)).values(ended=1))


def drop_expired(connection: Connection, *, now: int) -> None:
    connection.execute(delete(HISTORY_REQUESTS).where(HISTORY_REQUESTS.c.expires <= now))


def waiting_bytes(connection: Connection, operation: OperationId, server: AccountId) -> int:
    """What the server's chunks weigh that wait in the operation."""
    columns = HISTORY_ANSWERS.c
    weighed = select(func.coalesce(func.sum(columns.bytes), 0))
    size: int = connection.execute(weighed.where(columns.operation == operation, columns.server == server)).scalar_one()
    return size


def _of(table: Table, key: RequestKey) -> ColumnElement[bool]:
    columns = table.c
    return (columns.operation == key.operation) & (columns.request == key.request) & (columns.account == key.account)
