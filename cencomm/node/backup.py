"""Backups of a node: taken beside the running process; a node that was put back commits before it says anything (D5).

A backup is a node of yesterday. Whatever it said since used keys that it will not remember, so a restored folder says
that it was restored until the node has caught up and begun an epoch of its own in each channel.
"""

from pathlib import Path

from cencomm.clock import Clock
from cencomm.errors import UsageError
from cencomm.node.data_folder import LOCK_FILE, RESTORED_FILE, DataFolder
from cencomm.site.backup import LAST_BACKUP_FILE, BackupWriter, note_backup, open_backup

_OF_THIS_FOLDER = frozenset({LOCK_FILE, RESTORED_FILE, LAST_BACKUP_FILE})
_TRANSIENT = ("-wal", "-shm", "-journal")  # of the database, whose copy has them inside


def back_up(folder: DataFolder, into: Path, *, kind: str, clock: Clock) -> int:
    """A whole backup of the node's folder lies in `into`. The node may be running, and does not wait.

    Args:
        kind: the consumer's package: an archive's backup does not become another kind of node.

    Returns:
        How many files it has.

    Raises:
        UsageError: there is no node, or `into` is not empty.
    """
    if not folder.database.is_file() or not folder.key_file.is_file():
        raise UsageError(f"{folder.path} holds no node")
    writer = BackupWriter.begin(into, kind=kind)
    writer.note(writer.copy_database(folder.database).name)
    others = [path for path in sorted(folder.path.rglob("*")) if path.is_file() and path != folder.database]
    names = [str(path.relative_to(folder.path)) for path in others if path.parent != folder.spool]
    kept = [name for name in names if name not in _OF_THIS_FOLDER and not name.endswith(_TRANSIENT)]
    for name in kept:
        writer.add_file(folder.path / name, name)
    now = clock()
    writer.finish(now=now)
    note_backup(folder.path, now=now)
    return len(kept) + 1


def restore(backup: Path, folder: DataFolder, *, kind: str) -> None:
    """A node can be started from `folder`, which was not there before.

    Raises:
        DamagedBackup: not a whole backup of this kind of node; nothing was restored.
        UsageError: the folder is not empty.
    """
    opened = open_backup(backup, kind=kind)
    opened.restore(folder.path)
    folder.restored_mark.touch(mode=0o600)
