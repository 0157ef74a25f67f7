"""The one folder of a node: everything it is, and nobody else's business.

    node.key        the key that seals the database's secrets, and how the node signs in; mode 0600
    node.sqlite     sealed MLS state, quarantine, and the tables of its consumer; write-ahead log beside it
    kind            of which kind it is, for good; none: an archive's from before there were others
    lock            held by the process that runs the node
    spool           files on their way to whoever asked the API for them; emptied at start, in no backup
    restored        there until a node that was put back from a backup has committed in every channel (D5)
    recovered       there from then on: its key packages may have opened Welcomes in another life (D5)

A copy of the database alone holds no key. It does hold the records in clear: those are what a node is for, and the
disk below answers for them (docs/archive.md).
"""

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cencomm.errors import Unavailable
from cencomm.node.errors import NodeInUse, NoNode

FOLDER_MODE, FILE_MODE = 0o700, 0o600
KIND_FILE, LOCK_FILE, RESTORED_FILE, RECOVERED_FILE = "kind", "lock", "restored", "recovered"
SPOOL_FOLDER = "spool"


@dataclass(frozen=True, slots=True)
class DataFolder:
    path: Path

    @property
    def key_file(self) -> Path:
        return self.path / "node.key"

    @property
    def database(self) -> Path:
        return self.path / "node.sqlite"

    @property
    def kind_file(self) -> Path:
        return self.path / KIND_FILE

    @property
    def restored_mark(self) -> Path:
        return self.path / RESTORED_FILE

    @property
    def spool(self) -> Path:
        return self.path / SPOOL_FOLDER

    @property
    def recovered_mark(self) -> Path:
        return self.path / RECOVERED_FILE

    def make(self) -> None:
        """The folder is there and ours alone.

        Raises:
            NoNode: it was there before, and others may look into it.
            Unavailable: it cannot be made.
        """
        try:
            self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"the data folder {self.path} cannot be made: {error.strerror}") from error
        self._check_mode()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Ours alone until the block ends; the kernel lets go with the process, so a crash leaves nothing behind.

        Raises:
            NodeInUse: another process holds it.
            NoNode: there is no such folder, or others may look into it.
            Unavailable: the disk does not let us, for now.
        """
        self._check_mode()
        try:
            descriptor = os.open(self.path / LOCK_FILE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            raise Unavailable(f"the data folder {self.path} cannot be locked: {error.strerror}") from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NodeInUse from None
            yield
        finally:
            os.close(descriptor)

    def _check_mode(self) -> None:
        try:
            mode = stat.S_IMODE(self.path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            raise NoNode(f"there is no node in {self.path}") from None
        if mode & ~FOLDER_MODE:
            raise NoNode(f"others may look into {self.path}: chmod 700 it")


def write_whole(path: Path, content: bytes) -> None:
    """A new file that only its owner can read: on disk, whole, or not there.

    Raises:
        FileExistsError: there is one already; it stays what it was.
        Unavailable: the disk does not take it.
    """
    new = path.with_suffix(".new")
    try:
        descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.link(new, path)  # refuses to replace what is there, and shows the whole file or none
        new.unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError:
        raise
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from error
