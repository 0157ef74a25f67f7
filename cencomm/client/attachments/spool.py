"""Sealed chunks on this computer, from the moment they are sealed until their message is in the log (rule A6).

    <attachment id>/<number>

They are what the relay will get, byte for byte, so nothing of the file can be learnt from them without the envelope,
which lies in the vault. A file is sealed once and never again: a retry, also after a kill and with the original gone,
sends what lies here. Everything blocks: call it in a thread.
"""

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cencomm.errors import Unavailable
from cencomm.ids import AttachmentId

FOLDER_MODE, FILE_MODE = 0o700, 0o600
SPOOL = "attachments"  # beside the vault, in the folder of a mailbox
KEPT_SECONDS = 24 * 3600  # of chunks whose message was never signed: the program died, or the person said no


class Spool(Protocol):
    """Where sealed chunks lie until their message is in the log."""

    def keep(self, attachment: AttachmentId, number: int, sealed: bytes) -> None:
        """The chunk survives a kill; call `settle` for a power cut.

        Raises:
            Unavailable: there is no room.
        """
        ...

    def settle(self, attachment: AttachmentId) -> None:
        """All chunks that were kept survive a power cut: only now may a message name them.

        Raises:
            Unavailable: the disk does not take it.
        """
        ...

    def read(self, attachment: AttachmentId, number: int) -> bytes | None:
        """The chunk; None when it is not on this computer.

        Raises:
            Unavailable: the disk does not give it.
        """
        ...

    def forget(self, attachment: AttachmentId) -> None:
        """Its message is in the log, or never will be. What cannot be removed now goes with `forget_others`."""
        ...

    def forget_others(self, kept: Collection[AttachmentId], *, now: int) -> None:
        """Forget what no message names that still waits, once it has lain here for KEPT_SECONDS."""
        ...


@dataclass(slots=True)
class SpoolInMemory:
    """On a shared computer, whose disk gets nothing: chunks end with the program, and their message comes back."""

    _chunks: dict[AttachmentId, dict[int, bytes]] = field(default_factory=dict)

    def keep(self, attachment: AttachmentId, number: int, sealed: bytes) -> None:
        self._chunks.setdefault(attachment, {})[number] = sealed

    def settle(self, attachment: AttachmentId) -> None:
        """Nothing here survives anything."""

    def read(self, attachment: AttachmentId, number: int) -> bytes | None:
        return self._chunks.get(attachment, {}).get(number)

    def forget(self, attachment: AttachmentId) -> None:
        self._chunks.pop(attachment, None)

    def forget_others(self, kept: Collection[AttachmentId], *, now: int) -> None:  # noqa: ARG002 (a session is shorter)
        """One session is shorter than KEPT_SECONDS, so all that nobody names goes."""
        self._chunks = {attachment: chunks for attachment, chunks in self._chunks.items() if attachment in kept}


@dataclass(frozen=True, slots=True)
class SpoolFolder:
    """On the disk of a computer of one's own. The folder is made when the first chunk comes."""

    folder: Path

    def keep(self, attachment: AttachmentId, number: int, sealed: bytes) -> None:
        path = self._path(attachment, number)
        try:
            path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(descriptor)
        except OSError as error:
            raise Unavailable(f"the attachment cannot be kept in {self.folder}: {error.strerror}") from error

    def settle(self, attachment: AttachmentId) -> None:
        try:
            for folder in (self.folder / attachment.hex(), self.folder, self.folder.parent):
                descriptor = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
        except OSError as error:
            raise Unavailable(f"the attachment cannot be kept in {self.folder}: {error.strerror}") from error

    def read(self, attachment: AttachmentId, number: int) -> bytes | None:
        try:
            return self._path(attachment, number).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"the attachment in {self.folder} cannot be read: {error.strerror}") from error

    def forget(self, attachment: AttachmentId) -> None:
        shutil.rmtree(self.folder / attachment.hex(), ignore_errors=True)

    def forget_others(self, kept: Collection[AttachmentId], *, now: int) -> None:
        names = {attachment.hex() for attachment in kept}
        if self.folder.is_dir():
            for folder in self.folder.iterdir():
                if folder.name not in names and folder.stat().st_mtime < now - KEPT_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)

    def _path(self, attachment: AttachmentId, number: int) -> Path:
        return self.folder / attachment.hex() / str(number)
