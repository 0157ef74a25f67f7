"""Channel logs: entries, the newest of each, and the first receipt of a send id."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, func, insert, select

from cencomm.ids import AccountId, ChannelId, OperationId, SendId
from cencomm.ledger.log import LogKind
from cencomm.relay.channel_log import Logged
from cencomm.relay.database import driver
from cencomm.relay.tables.logs import CHANNELS, LOG_ENTRIES
from cencomm.wire.log import LogEntry

SendKey: TypeAlias = tuple[int, AccountId, SendId]
"""Row of the channel, who sends, and the send id of their choice: what makes a retry (S2)."""


# As text, and straight to the driver: these two run for every message.
_FIND_SENDS = (
    "SELECT channel, account, send_id, generation, sequence, epoch, hash, message_hash FROM log_entries"
    " WHERE send_id IN ({})"
)
_ADD_ENTRIES = (
    "INSERT INTO log_entries"
    " (channel, generation, sequence, kind, epoch, message, message_hash, hash, account, send_id) VALUES {}"
)
_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    channel: int
    logged: Logged
    kind: LogKind
    message: bytes
    account: AccountId
    send_id: SendId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnd:
    """The newest entry of a channel's generation and how many epochs its Commits ended."""

    sequence: int
    hash: bytes
    epoch: int
    epoch_began_at: int


class EpochEnded(Exception):  # noqa: N818 (names what happened)
    """Another Commit ended this epoch."""


def add_channel(connection: Connection, operation: OperationId, channel: ChannelId) -> int:
    """The row of a new channel."""
    added = insert(CHANNELS).values(operation=operation, channel=channel).returning(CHANNELS.c.row)
    row: int = connection.execute(added).scalar_one()
    return row


def all_channels(connection: Connection) -> Mapping[tuple[OperationId, ChannelId], int]:
    return {
        (OperationId(row.operation), ChannelId(row.channel)): row.row for row in connection.execute(select(CHANNELS))
    }


def log_end(connection: Connection, channel: int, generation: int) -> LogEnd | None:
    """None: nothing is in it."""
    here = (LOG_ENTRIES.c.channel == channel) & (LOG_ENTRIES.c.generation == generation)
    newest = select(LOG_ENTRIES.c.sequence, LOG_ENTRIES.c.hash).where(here).order_by(LOG_ENTRIES.c.sequence.desc())
    last = connection.execute(newest.limit(1)).one_or_none()
    if last is None:
        return None
    commits = select(func.max(LOG_ENTRIES.c.epoch), func.max(LOG_ENTRIES.c.sequence))
    commit = connection.execute(commits.where(here, LOG_ENTRIES.c.kind == LogKind.COMMIT)).one()
    epoch, began_at = commit
    return LogEnd(
        sequence=last.sequence,
        hash=last.hash,
        epoch=0 if epoch is None else epoch + 1,
        epoch_began_at=began_at or 0,
    )


def find_sends(connection: Connection, keys: Iterable[SendKey]) -> dict[SendKey, Logged]:
    """Of these sends, those that are in a log already."""
    wanted = set(keys)
    send_ids = tuple(send_id for _, _, send_id in wanted)
    found = driver(connection).execute(_FIND_SENDS.format(",".join("?" * len(send_ids))), send_ids)
    sends: dict[SendKey, Logged] = {}
    for channel, account, send_id, generation, sequence, epoch, hash_, message_hash in found:
        key: SendKey = (channel, AccountId(account), SendId(send_id))
        if key in wanted:
            sends[key] = Logged(
                generation=generation, sequence=sequence, epoch=epoch, hash=hash_, message_hash=message_hash
            )
    return sends


def add_log_entries(connection: Connection, entries: Sequence[NewEntry]) -> None:
    """Raises:
    EpochEnded: a Commit among them is the second of its epoch.
    """
    if not entries:
        return
    values = [
        value
        for entry in entries
        for value in (
            entry.channel,
            entry.logged.generation,
            entry.logged.sequence,
            int(entry.kind),
            entry.logged.epoch,
            entry.message,
            entry.logged.message_hash,
            entry.logged.hash,
            entry.account,
            entry.send_id,
        )
    ]
    try:  # one statement for all: at each one the thread lets go of the interpreter and has to get it back
        driver(connection).execute(_ADD_ENTRIES.format(",".join([_ROW] * len(entries))), values)
    except sqlite3.IntegrityError:
        raise EpochEnded from None


def hash_at(connection: Connection, channel: int, generation: int, sequence: int) -> bytes | None:
    found = select(LOG_ENTRIES.c.hash).where(
        LOG_ENTRIES.c.channel == channel, LOG_ENTRIES.c.generation == generation, LOG_ENTRIES.c.sequence == sequence
    )
    return connection.execute(found).scalar_one_or_none()


def entries_between(
    connection: Connection, channel: int, generation: int, *, after: int, up_to: int, most: int, most_bytes: int
) -> list[LogEntry]:
    """Entries after sequence `after`, in order: at most `most`, and no more once they weigh `most_bytes`."""
    size = func.sum(func.length(LOG_ENTRIES.c.message)).over(order_by=LOG_ENTRIES.c.sequence)
    weighed = (
        select(
            LOG_ENTRIES.c.sequence,
            (size - func.length(LOG_ENTRIES.c.message)).label("before"),
        )
        .where(LOG_ENTRIES.c.channel == channel, LOG_ENTRIES.c.generation == generation)
        .where(LOG_ENTRIES.c.sequence > after, LOG_ENTRIES.c.sequence <= min(up_to, after + most))
        .subquery()
    )
    page = (
        select(LOG_ENTRIES.c.sequence, LOG_ENTRIES.c.kind, LOG_ENTRIES.c.epoch, LOG_ENTRIES.c.message)
        .join(weighed, weighed.c.sequence == LOG_ENTRIES.c.sequence)
        .where(LOG_ENTRIES.c.channel == channel, LOG_ENTRIES.c.generation == generation)
        .where(weighed.c.before < most_bytes)
        .order_by(LOG_ENTRIES.c.sequence)
    )
    return [
        LogEntry(sequence=row.sequence, kind=row.kind, epoch=row.epoch, message=row.message)
        for row in connection.execute(page)
    ]
