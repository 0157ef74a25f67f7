"""Backups of a relay: taken beside the running process, checked as strictly as a start checks its own database.

A restored relay is a relay of yesterday: members notice, give back the ledger entries that it lost (H4), and the unit
restarts the channels whose logs it lost the end of (C11). docs/operate.md says what to do.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine

from cencomm.clock import Clock
from cencomm.errors import ProtocolError, Unavailable, UsageError
from cencomm.ids import NO_HASH
from cencomm.ledger.log import FIRST_SEQUENCE, log_hash
from cencomm.relay.chunk_files import ChunkName
from cencomm.relay.database import migrate
from cencomm.relay.loading import load_state
from cencomm.relay.own_keys import KEY_FILES
from cencomm.relay.queries.attachments import all_chunks, drop_incomplete
from cencomm.relay.queries.log import all_channels
from cencomm.relay.queries.whole_log import whole_log
from cencomm.site.backup import BackupWriter, DamagedBackup, note_backup, open_backup

T = TypeVar("T")

KIND = "relay"
DATABASE = "relay.sqlite"
ATTACHMENTS = "attachments"
_EVER = 1 << 62  # seconds

Progress = Callable[[str], None]
"""Takes a line that says what is being done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a folder holds, all of it verified."""

    operations: int
    ledger_entries: int
    channels: int
    log_entries: int
    chunks: int


def back_up(data: Path, into: Path, *, clock: Clock, progress: Progress) -> Figures:
    """A whole backup of the relay's folder lies in `into`. The relay may be running, and does not wait.

    Raises:
        UsageError: there is no relay, or `into` is not empty.
        DamagedBackup: what was copied does not verify; the original is damaged.
    """
    if not (data / DATABASE).is_file():
        raise UsageError(f"{data} holds no relay")
    writer = BackupWriter.begin(into, kind=KIND)
    for name in KEY_FILES:
        writer.add_file(data / name, name)
    progress("copying the database")
    copy = writer.copy_database(data / DATABASE)
    # An upload under way may end before its files are copied; whoever sends it begins again.
    _use(copy, lambda connection: drop_incomplete(connection, before=_EVER))
    writer.note(DATABASE)
    chunks = _use(copy, all_chunks)
    progress(f"copying {len(chunks)} chunks of attachments")
    for chunk in chunks:
        name = f"{ATTACHMENTS}/{chunk.path}"
        writer.add_file(data / name, name)
    figures = _verify(into, progress)
    now = clock()
    writer.finish(now=now)
    note_backup(data, now=now)
    return figures


def restore(backup: Path, data: Path | None, *, progress: Progress) -> Figures:
    """The backup is whole and verifies; with `data`, a relay can be started from there.

    Raises:
        DamagedBackup: it is not, or does not; nothing was restored.
        UsageError: `data` is not empty.
    """
    progress("comparing every file with what was copied")
    opened = open_backup(backup, kind=KIND)
    figures = _verify(backup, progress)
    if data is not None:
        progress("restoring")
        opened.restore(data)
    return figures


def _verify(folder: Path, progress: Progress) -> Figures:
    """Every ledger replays, every log is one chain of its own messages, every chunk of a file is there.

    Raises:
        DamagedBackup: not so.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent) as aside:  # tables of an older version are migrated in a copy
        database = Path(aside) / DATABASE
        shutil.copyfile(folder / DATABASE, database)
        try:
            migrate(database)
            return _use(database, lambda connection: check(connection, folder, progress))
        except (ProtocolError, Unavailable) as error:
            raise DamagedBackup(f"what was copied does not verify: {error}") from error


def check(connection: Connection, folder: Path, progress: Progress) -> Figures:
    """What the tables say of a relay in `folder`, all of it verified.

    Raises:
        DamagedBackup, ProtocolError: it does not verify.
    """
    progress("replaying the ledgers")
    state = load_state(connection)
    if all_channels(connection).keys() != state.tips.keys():  # a ledger without its last entries replays all the same
        raise DamagedBackup("there are logs of channels that no ledger names: a ledger lost its end")
    progress("following the logs")
    entries = _follow_logs(connection)
    chunks = all_chunks(connection)
    progress("hashing the chunks of attachments")
    for chunk in chunks:
        _judge_chunk(folder, chunk)
    return Figures(
        operations=len(state.ledgers),
        ledger_entries=sum(ledger.sequence + 1 for ledger in state.ledgers.values()),
        channels=len(state.tips),
        log_entries=entries,
        chunks=len(chunks),
    )


def _follow_logs(connection: Connection) -> int:
    """Raises DamagedBackup for a log that is not the chain of the messages in it."""
    count, at, hash_ = 0, None, NO_HASH
    sequence = FIRST_SEQUENCE - 1
    for row in whole_log(connection):
        if at != (row.channel, row.generation):
            at, hash_, sequence = (row.channel, row.generation), NO_HASH, FIRST_SEQUENCE - 1
        sequence += 1
        hash_ = log_hash(row.channel, row.generation, hash_, sequence, row.kind, row.message)
        own = hashlib.sha256(row.message).digest()
        if (row.sequence, row.hash, row.message_hash) != (sequence, hash_, own):
            raise DamagedBackup(f"the log of channel {row.channel.hex()[:8]} breaks at entry {sequence}")
        count += 1
    return count


def _judge_chunk(folder: Path, chunk: ChunkName) -> None:
    try:
        own = hashlib.sha256((folder / ATTACHMENTS / chunk.path).read_bytes()).digest()
    except OSError:
        own = None
    if own != chunk.hash:
        raise DamagedBackup(f"chunk {chunk.path} of an attachment is missing or not the one that was stored")


def _use(database: Path, query: Callable[[Connection], T]) -> T:
    engine = create_engine(f"sqlite:///{database}")
    try:
        with engine.begin() as connection:
            return query(connection)
    finally:
        engine.dispose()
