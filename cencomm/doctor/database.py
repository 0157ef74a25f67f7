"""A SQLite database from outside: whole, bound together, of this program's version, its write-ahead log short."""

import re
import sqlite3
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import as_file, files
from pathlib import Path

from alembic.script import ScriptDirectory

from cencomm.doctor.finding import Finding, broken, look, ok

LONG_WAL_BYTES = 500 << 20
BUSY_SECONDS = 30.0  # that a reader waits for a transaction under way
_PACKAGES = {  # whose migrations a table of versions counts
    "alembic_version": "cencomm.relay",
    "node_version": "cencomm.node",
    "people_version": "cencomm.site.people",
    "records_version": "cencomm.node.records",
}
_VERSION_TABLE = re.compile(r"([a-z]+)_version")
_OLD = "The tables are of an older version of this program."
_RESTORE = "Stop the program, keep the folder, restore the newest backup into a new one, and tell the unit."


def judge_database(path: Path, *, is_migrated: bool) -> Iterator[Finding]:
    """Reads all of it, beside whoever writes. `is_migrated`: a server's, whose tables have versions."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    except sqlite3.Error as error:
        yield _unreadable(path, error)
        return
    try:
        yield _integrity(connection)
        yield _wal(path)
        if is_migrated:
            yield _versions(connection)
    except sqlite3.Error as error:
        yield _unreadable(path, error)
    finally:
        connection.close()


def _unreadable(path: Path, error: sqlite3.Error) -> Finding:
    return broken("database", "{path} cannot be read: {reason}.", _RESTORE, path=path, reason=str(error))


def _integrity(connection: sqlite3.Connection) -> Finding:
    said = [text for (text,) in connection.execute("PRAGMA quick_check(1)")]
    if said != ["ok"]:
        return broken("database", "The database is damaged: {reason}.", _RESTORE, reason=said[0] if said else "?")
    orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    if orphan is not None:
        return broken("database", "Rows of table {table} belong to nothing.", _RESTORE, table=orphan[0])
    return ok("database", "The database is whole.")


def _wal(path: Path) -> Finding:
    log = path.with_name(f"{path.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > LONG_WAL_BYTES:
        return look(
            "wal",
            "The database's write-ahead log has {mib} MiB.",
            "Look for a backup or another program that reads for hours, and end it; the log then shrinks by itself.",
            mib=size >> 20,
        )
    return ok("wal", "The write-ahead log has {mib} MiB.", mib=size >> 20)


def _versions(connection: sqlite3.Connection) -> Finding:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for name in sorted(name for name in names if _VERSION_TABLE.fullmatch(name)):
        reached = {number for (number,) in connection.execute(f'SELECT version_num FROM "{name}"')}  # noqa: S608 (matched)
        heads = _heads(_PACKAGES.get(name) or f"cencomm.{name.removesuffix('_version')}")
        if heads is None or not reached <= heads[1]:
            mend = "Start the version of this program that wrote them, or restore the backup from before."
            return broken("version", "The tables are of a newer version of this program.", mend)
        if reached != heads[0]:
            return look("version", _OLD, "Take a backup, then start the program: it brings them up to date.")
    return ok("version", "The tables are of this version of the program.")


def _heads(package: str) -> tuple[set[str], set[str]] | None:
    """The newest versions of a package's tables, and all of them; None: it is not ours, or not here any more."""
    try:
        folder = files(import_module(package)) / "migrations"
    except ImportError:
        return None
    with as_file(folder) as scripts:
        if not (scripts / "versions").is_dir():
            return None
        directory = ScriptDirectory(str(scripts))
        return set(directory.get_heads()), {script.revision for script in directory.walk_revisions()}
