"""One process to a relay's folder: two would sign two histories with one key, and convict this relay of lying (L4)."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from cencomm.errors import Unavailable, UsageError

RELAY_LOCK_FILE = "lock"
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600


@contextlib.contextmanager
def folder_locked(data: Path) -> Iterator[None]:
    """Ours alone until the block ends; the kernel lets go with the process, so a crash leaves nothing behind.

    Raises:
        UsageError: another process serves this folder.
        Unavailable: the disk does not let us, for now.
    """
    try:
        data.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        descriptor = os.open(data / RELAY_LOCK_FILE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _FILE_MODE)
    except OSError as error:
        raise Unavailable(f"the relay's folder {data} cannot be used: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"a relay is running on {data} already: two would contradict each other") from None
        yield
    finally:
        os.close(descriptor)
