"""Sealed chunks of attachments as files: written and synced before the row that names them (ADR 0009).

    <attachment's row>/<number>.<hash of the bytes>     never changed once it is there

Two clients that put different bytes at one place write two files; the row decides which one counts. Everything blocks,
and runs in threads of its own: neither the loop nor the log's writer waits for it.
"""

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cencomm.errors import Unavailable

T = TypeVar("T")

THREADS = 2  # a disk that is busy with chunks is to be free for the log
FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class ChunkName:
    """Which file: the row of the attachment, the chunk's number, and SHA-256 of its sealed bytes."""

    attachment: int
    number: int
    hash: bytes

    @property
    def path(self) -> str:
        return f"{self.attachment}/{self.number}.{self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class ChunkFiles:
    """Open it with `ChunkFiles.open`. `synchronous` is off in tests only, as for the database."""

    _folder: Path
    _synchronous: bool
    _threads: ThreadPoolExecutor

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Path, *, synchronous: bool) -> "Iterator[ChunkFiles]":
        with ThreadPoolExecutor(THREADS, "chunks") as threads:
            yield cls(folder, synchronous, threads)

    async def hash(self, chunk: bytes) -> bytes:
        """SHA-256, beside the loop."""
        return await self._run(lambda: hashlib.sha256(chunk).digest())

    async def put(self, name: ChunkName, chunk: bytes) -> None:
        """The chunk is on disk under its name, also after a power cut.

        Raises:
            Unavailable: the disk does not take it; nothing is there that was not there before.
        """
        await self._run(lambda: self._put(name, chunk))

    async def read(self, names: Iterable[ChunkName]) -> bytes:
        """The chunks, one behind the other.

        Raises:
            Unavailable: the disk does not give them.
        """
        return await self._run(lambda: b"".join((self._folder / name.path).read_bytes() for name in names))

    async def forget(self, attachments: Iterable[int]) -> None:
        """What the rows do not name any more. What cannot be removed now goes at the next start."""
        folders = [self._folder / str(row) for row in attachments]
        await self._run(lambda: _remove(folders))

    async def discard(self, name: ChunkName) -> None:
        """A chunk that was put and that no row came to name: nobody fills the disk with what is refused."""
        await self._run(lambda: (self._folder / name.path).unlink(missing_ok=True))

    async def sweep(self, kept: Collection[ChunkName]) -> None:
        """Remove every file that no row names: of a crash, of an upload that ended, of bytes that were refused."""
        await self._run(lambda: self._sweep({name.path for name in kept}))

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except OSError as error:
            raise Unavailable("the relay's disk does not take or give files now; what was accepted stays") from error

    def _put(self, name: ChunkName, chunk: bytes) -> None:
        path = self._folder / name.path
        if not path.parent.is_dir():
            path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self._sync_folder(self._folder)
            self._sync_folder(self._folder.parent)
        descriptor, new = tempfile.mkstemp(dir=path.parent)  # a name for each try: two may write the same chunk at once
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(chunk)
                file.flush()
                if self._synchronous:
                    os.fsync(descriptor)
            Path(new).replace(path)
        except OSError:
            Path(new).unlink(missing_ok=True)
            raise
        self._sync_folder(path.parent)

    def _sync_folder(self, folder: Path) -> None:
        if self._synchronous:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _sweep(self, kept: Collection[str]) -> None:
        for folder in self._folder.glob("*"):
            left = 0
            for file in folder.iterdir():
                if f"{folder.name}/{file.name}" in kept:
                    left += 1
                else:
                    file.unlink()
            if not left:
                folder.rmdir()


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
