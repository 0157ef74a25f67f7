"""Copies of a server's data folder: made while it runs, believed only when every byte is the one that was copied.

backup/  backup.json          which files, how long, SHA-256 of each; written last, so half a backup is none
         relay.sqlite, …      a database as it was at one moment, and files that never change
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.errors import UsageError

MANIFEST = "backup.json"
LAST_BACKUP_FILE = "last-backup"  # in the folder that was copied, never in a copy
FORMAT = 1
FOLDER_MODE = 0o700
FILE_MODE = 0o600
MAX_MANIFEST_BYTES = 1 << 28  # a million files
_LOCK_SECONDS = 30.0
_MAX_TIME_LETTERS = 20


class DamagedBackup(UsageError):  # noqa: N818 (names what happened)
    """Not a backup, or not the one that was made: take another."""


@dataclass(slots=True)
class BackupWriter:
    """A backup on its way into `folder`, which is made, and is no backup before `finish`."""

    folder: Path
    kind: str
    _files: dict[str, dict[str, object]] = field(default_factory=dict)

    @classmethod
    def begin(cls, folder: Path, *, kind: str) -> "BackupWriter":
        """Raises:
        UsageError: something is there already; a backup is never written over.
        """
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty: name a folder that is not there yet")
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return cls(folder, kind)

    def copy_database(self, source: Path) -> Path:
        """All of a SQLite database as it is at one moment; whoever writes to it meanwhile does not wait.

        The copy may be changed before it is noted.
        """
        target = self.folder / source.name
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
        original = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=_LOCK_SECONDS)
        copy = sqlite3.connect(target)
        try:
            original.backup(copy)  # in one step: one read transaction, one moment
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, complete in itself
        except sqlite3.Error as error:
            raise UsageError(f"{source.name} cannot be copied: {error}") from error
        finally:
            copy.close()
            original.close()
        return target

    def add_file(self, source: Path, name: str) -> None:
        """Raises:
        UsageError: it is not there, or cannot be read.
        """
        target = self.folder / name
        target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        _copy(source, target)
        self.note(name)

    def finish(self, *, now: int) -> None:
        """The backup is whole and on disk."""
        manifest = {"format": FORMAT, "kind": self.kind, "made_at": now, "files": self._files}
        path = self.folder / MANIFEST
        path.write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
        path.chmod(FILE_MODE)
        for file in [path, *(self.folder / name for name in self._files), self.folder]:
            _sync(file)

    def note(self, name: str) -> None:
        """The file is of the backup, as it is now."""
        path = self.folder / name
        self._files[name] = {"size": path.stat().st_size, "sha256": _digest(path)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup whose files are all there, each as it was copied. `made_at` in seconds."""

    folder: Path
    made_at: int
    files: tuple[str, ...]

    def restore(self, data: Path) -> None:
        """The files lie in `data`, which must not hold anything yet.

        Raises:
            UsageError: it does, or the disk does not take them; remove the folder and try again.
        """
        if data.exists() and any(data.iterdir()):
            raise UsageError(f"{data} is not empty: restore into a folder that is not there yet, then start from it")
        data.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        for name in self.files:
            target = data / name
            target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            _copy(self.folder / name, target)
            _sync(target)
        _sync(data)


def note_backup(data: Path, *, now: int) -> None:
    """Whoever watches over `data` sees how old its newest backup is. Seconds.

    Best effort: whoever may read the folder need not be who may write to it, and the backup is whole either way.
    """
    with contextlib.suppress(OSError):
        path = data / LAST_BACKUP_FILE
        path.write_text(f"{now}\n", encoding="ascii")
        path.chmod(FILE_MODE)


def last_backup(data: Path) -> int | None:
    """When the newest backup of `data` was made, in seconds; None when none was noted."""
    try:
        with (data / LAST_BACKUP_FILE).open("rb") as file:
            noted = file.read(_MAX_TIME_LETTERS + 1)
        return int(noted) if len(noted) <= _MAX_TIME_LETTERS else None
    except (OSError, ValueError):
        return None


def open_backup(folder: Path, *, kind: str) -> Backup:
    """Raises:
    DamagedBackup: no finished backup of a `kind`, or a file is missing, changed, or too many.
    """
    try:
        text = (folder / MANIFEST).read_bytes()[: MAX_MANIFEST_BYTES + 1]
        manifest = json.loads(text)
        stated: Mapping[str, Mapping[str, object]] = manifest["files"]
        made_at = int(manifest["made_at"])
        whole = manifest["format"] == FORMAT and manifest["kind"] == kind
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise DamagedBackup(f"{folder} holds no finished backup") from None
    if not whole:
        raise DamagedBackup(f"{folder} holds no backup of a {kind} that this program can read")
    _judge_files(folder, stated)
    for name in stated:
        if name.endswith(".sqlite"):
            _judge_database(folder / name)
    return Backup(folder=folder, made_at=made_at, files=tuple(sorted(stated)))


def _judge_files(folder: Path, stated: Mapping[str, Mapping[str, object]]) -> None:
    # What is there and what is named are the same, so no name leads out of the folder.
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted(there ^ stated.keys()):
        raise DamagedBackup(f"{name} is {'missing' if name in stated else 'not of this backup'}")
    for name, facts in stated.items():
        path = folder / name
        if path.stat().st_size != facts.get("size") or _digest(path) != facts.get("sha256"):
            raise DamagedBackup(f"{name} is not the file that was copied")


def _judge_database(path: Path) -> None:
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            found: Iterable[tuple[str]] = connection.execute("PRAGMA integrity_check(1)").fetchall()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise DamagedBackup(f"{path.name} is no database: {error}") from error
    if [*found] != [("ok",)] or orphans is not None:
        raise DamagedBackup(f"{path.name} is damaged inside: take an older backup")


def _copy(source: Path, target: Path) -> None:
    try:
        with source.open("rb") as original, target.open("xb") as copy:
            os.fchmod(copy.fileno(), FILE_MODE)
            shutil.copyfileobj(original, copy)
    except OSError as error:
        raise UsageError(f"{source.name} cannot be copied: {error.strerror}") from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
