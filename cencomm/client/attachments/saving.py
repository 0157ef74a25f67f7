"""An attachment as a file in a folder that its reader chose: whole or not at all, and never over another (rule A7)."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from cencomm.client.attachments.file_names import numbered, safe_name
from cencomm.errors import Unavailable, UsageError

FILE_MODE = 0o600
MAX_SAME_NAMES = 1000


async def save(
    folder: Path, name: str, pieces: AsyncIterator[bytes], progress: Callable[[int], None] = lambda _: None
) -> Path:
    """Where the file is, under a safe name like `name`, with everything that `pieces` gave.

    Whatever `pieces` raises is raised on, and nothing is left in the folder.

    Raises:
        UsageError: there is no such folder.
        Unavailable: the disk does not take it.
    """
    if not await asyncio.to_thread(folder.is_dir):
        raise UsageError(f"{folder} is no folder: name one that exists")
    with _disk_faults(folder):
        descriptor, part = await asyncio.to_thread(tempfile.mkstemp, dir=folder, prefix=".cencomm-")  # mode 0600
        with _gone_afterwards(Path(part)):
            with os.fdopen(descriptor, "wb") as file:
                await _pour(file, pieces, progress)
            return await asyncio.to_thread(_give_name, folder, Path(part), safe_name(name))


async def _pour(file: BinaryIO, pieces: AsyncIterator[bytes], progress: Callable[[int], None]) -> None:
    done = 0
    async for piece in pieces:
        await asyncio.to_thread(file.write, piece)
        done += len(piece)
        progress(done)
    file.flush()
    await asyncio.to_thread(os.fsync, file.fileno())


def _give_name(folder: Path, part: Path, name: str) -> Path:
    """Claims a name that nobody has, then puts the file in its own claim's place: works where there are no links."""
    for number in range(1, MAX_SAME_NAMES):
        path = folder / numbered(name, number)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
        except FileExistsError:
            continue
        part.replace(path)
        return path
    raise UsageError(f"{folder} holds too many files called {name}: name another folder")


@contextlib.contextmanager
def _gone_afterwards(part: Path) -> Iterator[None]:
    """What was not given its name leaves nothing in the folder."""
    try:
        yield
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _disk_faults(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"nothing can be saved in {folder}: {error.strerror}") from error
