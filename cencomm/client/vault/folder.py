"""The files of a mailbox folder: their names, the lock, and writes that are whole or not there."""

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cencomm.client.errors import MailboxInUse
from cencomm.client.vault.header import MAX_HEADER_BYTES, VaultHeader
from cencomm.errors import Unavailable, UsageError

HEADER, STORE, NEXT, LOCK = "header.json", "store.sqlite", "store.next.sqlite", "lock"
FOLDER_MODE, FILE_MODE = 0o700, 0o600


def read_header(folder: Path) -> VaultHeader:
    """What one may know without the password: the relay, and what to stretch the password with.

    Raises:
        UsageError: there is no mailbox in this folder.
        VaultDamaged: the header is not one that we wrote.
        Unavailable: it cannot be read.
    """
    try:
        with (folder / HEADER).open("rb") as file:
            return VaultHeader.decode(file.read(MAX_HEADER_BYTES + 1))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"there is no mailbox in {folder}") from None
    except OSError as error:
        raise Unavailable(f"the mailbox in {folder} cannot be read: {error.strerror}") from error


def write_durably(path: Path, data: bytes) -> None:
    """Another name first, then the right one: a reader sees the whole file or none, also after a power cut."""
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """What was made, renamed or removed in it stays so after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Ours alone. The kernel lets go of the lock with the process, so a crash leaves nothing to clean up."""
    try:
        if stat.S_IMODE(folder.stat().st_mode) & ~FOLDER_MODE:
            raise UsageError(f"others may look into {folder}: chmod 700 it")
        descriptor = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, FILE_MODE)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"there is no mailbox in {folder}") from None
    except OSError as error:
        raise Unavailable(f"the mailbox in {folder} cannot be locked: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise MailboxInUse from None
    try:
        yield
    finally:
        os.close(descriptor)
