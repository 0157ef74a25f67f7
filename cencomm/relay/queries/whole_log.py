"""Every row of every log, in order: for checking a database as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from cencomm.ids import ChannelId
from cencomm.ledger.log import LogKind
from cencomm.relay.tables.logs import CHANNELS, LOG_ENTRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """An entry as it is stored, and whose log it is of."""

    channel: ChannelId
    generation: int
    sequence: int
    kind: LogKind
    message: bytes
    message_hash: bytes
    hash: bytes


def whole_log(connection: Connection) -> Iterator[LogRow]:
    """By channel, generation and sequence; a thousand rows in memory at a time."""
    rows = connection.execution_options(yield_per=1000).execute(
        select(CHANNELS.c.channel, *(LOG_ENTRIES.c[name] for name in _COLUMNS))
        .join(LOG_ENTRIES, LOG_ENTRIES.c.channel == CHANNELS.c.row)
        .order_by(LOG_ENTRIES.c.channel, LOG_ENTRIES.c.generation, LOG_ENTRIES.c.sequence)
    )
    for row in rows:
        yield LogRow(
            channel=ChannelId(row.channel),
            generation=row.generation,
            sequence=row.sequence,
            kind=LogKind(row.kind),
            message=row.message,
            message_hash=row.message_hash,
            hash=row.hash,
        )


_COLUMNS = ("generation", "sequence", "kind", "message", "message_hash", "hash")
