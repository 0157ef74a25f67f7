"""The mailbox of one account on one computer: a folder that nobody reads without the password.

    header.json      whose mailbox this is, and the store key sealed under the password (`vault_header`)
    store.sqlite     the sealed values (`sealed_rows`); store.next.sqlite while the password changes (`rekeying`)
    lock             held by the process that has it open

Works where `flock` does: Linux, macOS.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from cencomm.client.account.sign_in import SignInParameters, WrappingKey
from cencomm.client.vault.folder import FILE_MODE, FOLDER_MODE, HEADER, NEXT, STORE, locked, read_header, write_durably
from cencomm.client.vault.header import StoreKey, VaultHeader
from cencomm.client.vault.rekeying import settle_rekeying
from cencomm.client.vault.sealed_rows import SealedRows
from cencomm.client.vault.state_store import Writes
from cencomm.errors import Unavailable, UsageError
from cencomm.ids import AccountId
from cencomm.primitives import secret_box
from cencomm.secret import Entropy

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
    with locked(folder), ThreadPoolExecutor(max_workers=1, thread_name_prefix="vault") as thread:
        loop = asyncio.get_running_loop()
        header = await loop.run_in_executor(thread, read_header, folder)
        key = header.open_store_key(wrapping_key)
        await loop.run_in_executor(thread, settle_rekeying, folder, key, header.account, entropy)
        path = folder / STORE
        rows = await loop.run_in_executor(thread, SealedRows.open, path, key, header.account, entropy)
        try:
            yield Vault(header, rows, thread)
        finally:
            thread.submit(rows.close).result()  # not awaited: a cancelled block must close it too


def _create(folder: Path, header: VaultHeader, store_key: StoreKey, entropy: Entropy) -> None:
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        with locked(folder):
            if (folder / HEADER).exists():
                raise UsageError(f"there is a mailbox in {folder} already")
            for leftover in (*folder.glob(f"{STORE}*"), *folder.glob(f"{NEXT}*")):
                leftover.unlink()
            os.close(os.open(folder / STORE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
            SealedRows.create(folder / STORE, store_key, header.account, entropy)
            write_durably(folder / HEADER, header.encode())
    except OSError as error:
        raise Unavailable(f"no mailbox can be made in {folder}: {error.strerror}") from error
