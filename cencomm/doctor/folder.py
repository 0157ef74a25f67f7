"""A folder as the operating system has it: owner, modes, room, kind of file system, who works in it, its backup."""

import contextlib
import fcntl
import os
import stat
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cencomm.doctor.finding import Finding, broken, look, ok
from cencomm.doctor.patient import Kind, Patient
from cencomm.site.backup import last_backup

DAY_SECONDS = 24 * 3600
LITTLE_ROOM_BYTES, NO_ROOM_BYTES = 2 << 30, 200 << 20
LITTLE_INODES = 10_000
OLD_BACKUP_DAYS = 2
_SYNCS = 5
_TOO_FAST_SECONDS = 20e-6  # no disk answers so soon, a battery-backed cache neither: somebody says yes without asking
_SLOW_SECONDS = 0.1
_FORGETFUL = frozenset({"tmpfs", "ramfs"})
_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "vboxsf", "fuse.sshfs", "fuse.vmhgfs-fuse", "afs", "ceph"})
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_GIB, _MIB = 1 << 30, 1 << 20


@dataclass(frozen=True, slots=True)
class FileSystem:
    """`seconds`: what an fsync took, the median of some."""

    kind: str
    seconds: float


def judge_folder(patient: Patient, *, now: int, preloaded: str) -> Iterator[Finding]:
    yield _modes(patient)
    yield _owner(patient.folder)
    disk = os.statvfs(patient.folder)
    yield judge_room(disk.f_bavail * disk.f_frsize, disk.f_favail if disk.f_files else None)
    yield _syncing(patient.folder, preloaded)
    yield _lock(patient)
    if patient.kind is not Kind.MAILBOX:
        yield judge_backup(last_backup(patient.folder), patient.kind, now=now)


def _modes(patient: Patient) -> Finding:
    """Of the folder and of what must be secret in it, as a stranger on the same computer finds them."""
    if stat.S_IMODE(patient.folder.stat().st_mode) & ~_FOLDER_MODE:
        mend = "Type chmod 700 {path}, and think of who may have looked."
        return broken("modes", "Others may look into {path}.", mend, path=patient.folder)
    for secret in patient.secrets:
        if not secret.is_file():
            return broken(
                "modes",
                "{path} is missing: without it nothing here can be opened or signed.",
                "Put it back from a backup; where there is none, read docs/operate.md before you start anything.",
                path=secret,
            )
        if stat.S_IMODE(secret.stat().st_mode) & ~_FILE_MODE:
            mend = "Type chmod 600 {path}, and think of who may have read it."
            return broken("modes", "Others may read {path}, which is secret.", mend, path=secret)
    return ok("modes", "Folder and keys are closed to others.")


def _owner(folder: Path) -> Finding:
    strangers = [path for path in (folder, *folder.iterdir()) if path.lstat().st_uid != os.geteuid()]
    if strangers:
        return look(
            "owner",
            "{path} belongs to another account of this computer than yours.",
            "Run the doctor as the account that runs the program; if it is that one, type chown -R on the folder.",
            path=strangers[0],
        )
    return ok("owner", "The folder and its files belong to this account.")


def judge_room(free: int, inodes: int | None) -> Finding:
    """`free` in bytes; `inodes` None where the file system does not count any."""
    if free < NO_ROOM_BYTES or inodes == 0:
        return broken(
            "room",
            "The disk is as good as full: {mib} MiB are free. Messages are refused, none is lost.",
            "Make room: delete what is not in the data folder; nothing in it may be deleted by hand.",
            mib=free // _MIB,
        )
    if free < LITTLE_ROOM_BYTES:
        return look("room", "{mib} MiB are free on the disk.", "Make room before it is full.", mib=free // _MIB)
    if inodes is not None and inodes < LITTLE_INODES:
        mend = "Delete small files elsewhere on this disk: it has bytes left, and no room for names."
        return look("room", "{inodes} more files can be made on the disk.", mend, inodes=inodes)
    return ok("room", "{gib} GiB are free on the disk.", gib=free // _GIB)


def _syncing(folder: Path, preloaded: str) -> Finding:
    try:
        system = FileSystem(file_system_of(folder, Path("/proc/self/mountinfo")), _time_sync(folder))
    except OSError as error:
        return broken(
            "fsync",
            "Nothing can be written into {path}: {reason}.",
            "Look whether the disk is mounted read-only (mount), and at the system's log (dmesg).",
            path=folder,
            reason=error.strerror,
        )
    return judge_syncing(system, preloaded)


def judge_syncing(system: FileSystem, preloaded: str) -> Finding:
    """As far as can be known from above: a disk that lies about its cache looks like a fast one."""
    facts = {"kind": system.kind, "milliseconds": f"{1000 * system.seconds:.2f}"}
    if "eatmydata" in preloaded:
        mend = "Start the program without LD_PRELOAD: what is acknowledged must be on the disk."
        return broken("fsync", "A library in LD_PRELOAD makes fsync do nothing.", mend)
    if system.kind in _FORGETFUL:
        mend = "Move the folder to a disk: a restart of the computer empties this one."
        return broken("fsync", "The folder lies in memory ({kind}).", mend, **facts)
    if system.kind in _REMOTE:
        return look(
            "fsync",
            "The folder lies on another computer or outside the virtual machine ({kind}): locks and flushes may fail.",
            "Move the folder to a disk of this computer: SQLite is not safe on such file systems.",
            **facts,
        )
    if system.seconds < _TOO_FAST_SECONDS:
        return look(
            "fsync",
            "A flush to disk took {milliseconds} ms: faster than disks are. Something says yes without writing.",
            "Look at the virtual machine's cache mode and at the mount options (nobarrier, async).",
            **facts,
        )
    if system.seconds > _SLOW_SECONDS:
        mend = "Use a faster disk, or look what else writes to this one (iotop)."
        return look("fsync", "A flush to disk takes {milliseconds} ms: everybody waits for it.", mend, **facts)
    return ok("fsync", "A flush to disk ({kind}) takes {milliseconds} ms.", **facts)


def file_system_of(folder: Path, mountinfo: Path) -> str:
    """The kind of the file system below `folder`: of the longest mount point above it; empty where nobody says."""
    try:
        lines = mountinfo.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    found = Path("/"), ""
    for line in lines:  # proc(5): … mount point (field 5) … - kind source options
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:  # noqa: PLR2004 (proc(5))
            continue
        point = Path(fields[4].replace("\\040", " "))
        if folder.resolve().is_relative_to(point) and len(point.parts) >= len(found[0].parts):
            found = point, after.split()[0]
    return found[1]


def _time_sync(folder: Path) -> float:
    """In seconds. The file has no name, so nothing is left behind."""
    with tempfile.TemporaryFile(dir=folder) as file:
        taken = []
        for _ in range(_SYNCS):
            file.write(b"doctor")
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _lock(patient: Patient) -> Finding:
    """Whether a process works here. Two cannot, where locks work at all."""
    with contextlib.ExitStack() as held:
        try:
            descriptors = [_opened(held, patient.lock) for _ in range(2)]
            fcntl.flock(descriptors[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return ok("lock", "No process works in this folder.")
        except BlockingIOError:
            return ok("lock", "One process works in this folder, and locks out others.")
        try:
            fcntl.flock(descriptors[1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return ok("lock", "No process works in this folder.")
        return broken(
            "lock",
            "Locks do nothing on this file system: two processes could work in the folder and burn each other's keys.",
            "Move the folder to a disk of this computer.",
        )


def _opened(held: contextlib.ExitStack, path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    held.callback(os.close, descriptor)
    return descriptor


def judge_backup(made_at: int | None, kind: Kind, *, now: int) -> Finding:
    """`made_at` in seconds; None: no backup was noted."""
    command = "cencomm relay backup" if kind is Kind.RELAY else "cencomm archive backup"
    mend = "Type {command} --data FOLDER --to BACKUP; it runs beside the server. Let a timer do it every night."
    if made_at is None:
        return look("backup", "No backup of this folder was ever made here.", mend, command=command)
    days = max(0, now - made_at) // DAY_SECONDS
    if days >= OLD_BACKUP_DAYS:
        return look("backup", "The newest backup is {days} days old.", mend, days=days, command=command)
    return ok("backup", "The newest backup is {hours} hours old.", hours=max(0, now - made_at) // 3600)
