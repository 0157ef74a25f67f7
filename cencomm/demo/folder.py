"""The one folder of a demonstration: what each process holds lies in a folder of its own beneath it.

relay/  archive/  ncen/  cen/  each server's own
mailboxes/<name>/       each member's, sealed under the password
accounts/<name>.txt     that password, mode 0600; a real officer has it in the head
letters/<name>.txt      access letters, mode 0600; a real one goes by hand
logs/                   what the servers say
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cencomm.errors import Unavailable, UsageError

FOLDER_MODE, FILE_MODE = 0o700, 0o600
FOLDERS = ("relay", "archive", "ncen", "cen", "mailboxes", "accounts", "letters", "logs")
MARK = "demonstration"  # says that the folder is ours to clear; locked by the process that plays in it


@dataclass(frozen=True, slots=True)
class DemoFolder:
    path: Path

    @property
    def relay(self) -> Path:
        return self.path / "relay"

    @property
    def archive(self) -> Path:
        return self.node("archive")

    def node(self, kind: str) -> Path:
        """The data folder of the node of this kind."""
        return self.path / kind

    def mailbox(self, name: str) -> Path:
        return self.path / "mailboxes" / name

    def password_file(self, name: str) -> Path:
        return self.path / "accounts" / f"{name}.txt"

    def letter(self, name: str) -> Path:
        return self.path / "letters" / f"{name}.txt"

    def log(self, server: str) -> Path:
        return self.path / "logs" / f"{server}.log"

    @contextlib.contextmanager
    def cleared(self) -> Iterator[None]:
        """Empty but for our mark, and ours alone for the block; what an earlier demonstration left is gone.

        Raises:
            UsageError: the folder holds something else. Nothing was removed.
            Unavailable: another demonstration plays in it, or it cannot be written.
        """
        mark = self.path / MARK
        if self.path.exists() and not mark.is_file() and any(self.path.iterdir()):
            raise UsageError(f"{self.path} holds something that no demonstration made: name another folder")
        try:
            self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            descriptor = os.open(mark, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            raise Unavailable(f"no demonstration can be made in {self.path}: {error.strerror}") from error
        try:
            _lock(descriptor, self.path)
            for name in FOLDERS:
                if (self.path / name).exists():
                    shutil.rmtree(self.path / name)
            (self.path / "mailboxes").mkdir(mode=FOLDER_MODE)
            yield
        finally:
            os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    """The kernel lets go of it with the process: a demonstration that was killed does not stand in the way."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Unavailable(f"another demonstration plays in {path}: end it first") from None


def write_private(path: Path, text: str) -> None:
    """A new file that only its owner can read, from its first byte on."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE), "w", encoding="utf-8") as file:
        file.write(text)
