"""The mailbox of one account on one computer: a folder that nobody reads without the password.

    header.json      whose mailbox this is, and the store key sealed under the password (`vault_header`)
    store.sqlite     the sealed values (`sealed_rows`)
    lock             held by the process that has it open

Works where `flock` does: Linux, macOS.
"""

import asyncio
import contextlib
import fcntl
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from cencomm.client.account.sign_in import SignInParameters, WrappingKey
from cencomm.client.errors import MailboxInUse
from cencomm.client.vault.header import MAX_HEADER_BYTES, StoreKey, VaultHeader
from cencomm.client.vault.sealed_rows import SealedRows
from cencomm.client.vault.state_store import Writes
from cencomm.errors import Unavailable, UsageError
from cencomm.ids import AccountId
from cencomm.primitives import secret_box
from cencomm.secret import Entropy

HEADER, STORE, LOCK = "header.json", "store.sqlite", "lock"
FOLDER_MODE, FILE_MODE = 0o700, 0o600

T = TypeVar("T")


class Vault:
    """An open mailbox: the officer's `StateStore`. One writer at a time, here and on the whole computer.

    A call that is cancelled while it waits still takes place, whole; the version tells.
    """

    def __init__(self, header: VaultHeader, rows: SealedRows, thread: ThreadPoolExecutor) -> None:
        self.header = header
        self._rows = rows
        self._thread = thread

    async def version(self) -> int:
        return await self._run(lambda: self._rows.version)

    async def get(self, key: str) -> bytes | None:
        return await self._run(lambda: self._rows.get(key))

    async def scan(self, prefix: str) -> list[tuple[str, bytes]]:
        return await self._run(lambda: self._rows.scan(prefix))

    async def apply(self, writes: Writes, *, expected_version: int) -> int:
        """See `StateStore.apply`."""
        kept = dict(writes)  # the caller may change its own while the thread works
        return await self._run(lambda: self._rows.apply(kept, expected_version))

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


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


async def create_vault(
    folder: Path,
    *,
    account: AccountId,
    relay_url: str,
    parameters: SignInParameters,
    wrapping_key: WrappingKey,
    entropy: Entropy,
) -> None:
    """Make an empty mailbox. The header is written last: until then there is none, and the next try starts anew.

    Raises:
        UsageError: the folder holds a mailbox already.
        MailboxInUse: somebody else is making it.
        Unavailable: the disk is full or cannot be written.
    """
    store_key = StoreKey(entropy(secret_box.KEY_BYTES))
    header = VaultHeader.seal(
        store_key,
        account=account,
        relay_url=relay_url,
        parameters=parameters,
        wrapping_key=wrapping_key,
        entropy=entropy,
    )
    await asyncio.to_thread(_create, folder, header, store_key, entropy)


@contextlib.asynccontextmanager
async def open_vault(folder: Path, wrapping_key: WrappingKey, *, entropy: Entropy) -> AsyncIterator[Vault]:
    """The mailbox in `folder`, whole and ours alone until the block ends.

    Raises:
        WrongPassword: `wrapping_key` does not open it.
        MailboxInUse: another process has it open.
        VaultDamaged: it is not what was last written here.
        UsageError: there is none, or others may look into its folder.
        Unavailable: the disk does not let us.
    """
    with _locked(folder), ThreadPoolExecutor(max_workers=1, thread_name_prefix="vault") as thread:
        loop = asyncio.get_running_loop()
        header = await loop.run_in_executor(thread, read_header, folder)
        key = header.open_store_key(wrapping_key)
        path = folder / STORE
        rows = await loop.run_in_executor(thread, SealedRows.open, path, key, header.account, entropy)
        try:
            yield Vault(header, rows, thread)
        finally:
            thread.submit(rows.close).result()  # not awaited: a cancelled block must close it too


def _create(folder: Path, header: VaultHeader, store_key: StoreKey, entropy: Entropy) -> None:
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        with _locked(folder):
            if (folder / HEADER).exists():
                raise UsageError(f"there is a mailbox in {folder} already")
            for leftover in folder.glob(f"{STORE}*"):
                leftover.unlink()
            os.close(os.open(folder / STORE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
            SealedRows.create(folder / STORE, store_key, header.account, entropy)
            _write_durably(folder / HEADER, header.encode())
    except OSError as error:
        raise Unavailable(f"no mailbox can be made in {folder}: {error.strerror}") from error


def _write_durably(path: Path, data: bytes) -> None:
    """Another name first, then the right one: a reader sees the whole file or none, also after a power cut."""
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
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
