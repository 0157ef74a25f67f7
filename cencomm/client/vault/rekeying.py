"""A mailbox folder under a new password: every value sealed again under a new store key (D2).

    1  store.next.sqlite  the values under the new key, durable
    2  header.json        replaced: from here on the new password opens, and the old one does not
    3  store.sqlite       replaced by the new one

Killed after step 1, the old header opens the old store, and what lies beside it is thrown away. Killed after step 2,
the new header opens the new store only, which then takes its place. There is no moment at which neither opens.
What the old file held is freed, not overwritten: a disk may keep it for a while.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from cencomm.client.account.sign_in import SignInParameters, WrappingKey
from cencomm.client.errors import VaultDamaged
from cencomm.client.vault.folder import FILE_MODE, HEADER, NEXT, STORE, locked, read_header, sync_folder, write_durably
from cencomm.client.vault.header import StoreKey, VaultHeader
from cencomm.client.vault.sealed_rows import SealedRows
from cencomm.client.vault.state_store import Writes
from cencomm.errors import Unavailable
from cencomm.ids import AccountId
from cencomm.primitives import secret_box
from cencomm.secret import Entropy

ROWS_AT_ONCE = 64  # in memory, and in one transaction


async def rekey_vault(
    folder: Path,
    old: WrappingKey,
    new: WrappingKey,
    *,
    parameters: SignInParameters,
    more: Writes,
    entropy: Entropy,
) -> None:
    """The mailbox opens under `new` and no longer under `old`, and holds `more` besides. It is closed before and after.

    Raises:
        WrongPassword: `old` does not open it; nothing was changed.
        MailboxInUse, VaultDamaged, Unavailable: see `open_vault`; one of the two keys opens it still.
    """

    def run() -> None:
        with locked(folder):
            for _ in rekey_steps(folder, old, new, parameters=parameters, more=more, entropy=entropy):
                pass

    await asyncio.to_thread(run)


def rekey_steps(
    folder: Path, old: WrappingKey, new: WrappingKey, *, parameters: SignInParameters, more: Writes, entropy: Entropy
) -> Iterator[None]:
    """Stops after each step that is durable. The caller holds the folder's lock."""
    try:
        header = read_header(folder)
        store_key = header.open_store_key(old)
        settle_rekeying(folder, store_key, header.account, entropy)
        new_key = StoreKey(entropy(secret_box.KEY_BYTES))
        _copy(folder, store_key, new_key, header.account, more, entropy)
        sync_folder(folder)
        yield
        sealed = VaultHeader.seal(
            new_key,
            account=header.account,
            relay_url=header.relay_url,
            parameters=parameters,
            wrapping_key=new,
            entropy=entropy,
        )
        write_durably(folder / HEADER, sealed.encode())
        yield
        _adopt(folder)
        yield
    except OSError as error:
        raise Unavailable(f"the mailbox in {folder} cannot be sealed again: {error.strerror}") from error


def settle_rekeying(folder: Path, key: StoreKey, account: AccountId, entropy: Entropy) -> None:
    """What an interrupted change left is finished or thrown away, as the header with `key` says.

    Raises:
        VaultDamaged: `key` opens neither store; nothing was thrown away.
    """
    if not (folder / NEXT).exists():
        return
    try:
        SealedRows.open(folder / STORE, key, account, entropy).close()
    except VaultDamaged:
        SealedRows.open(folder / NEXT, key, account, entropy).close()
        _adopt(folder)
    else:
        _remove(folder, NEXT)


def _copy(folder: Path, key: StoreKey, new_key: StoreKey, account: AccountId, more: Writes, entropy: Entropy) -> None:
    _remove(folder, NEXT)
    os.close(os.open(folder / NEXT, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    SealedRows.create(folder / NEXT, new_key, account, entropy)
    old = SealedRows.open(folder / STORE, key, account, entropy)
    try:
        new = SealedRows.open(folder / NEXT, new_key, account, entropy)
        try:
            names = old.keys()
            for start in range(0, len(names), ROWS_AT_ONCE):
                batch = names[start : start + ROWS_AT_ONCE]
                new.apply({name: old.get(name) for name in batch}, new.version)
            new.apply(more, new.version)
        finally:
            new.close()
    finally:
        old.close()


def _adopt(folder: Path) -> None:
    """A write-ahead log of the old file beside the new one would be taken for its own: it goes first."""
    for suffix in ("-wal", "-shm"):
        (folder / f"{STORE}{suffix}").unlink(missing_ok=True)
    (folder / NEXT).replace(folder / STORE)
    _remove(folder, NEXT)
    sync_folder(folder)


def _remove(folder: Path, name: str) -> None:
    for path in folder.glob(f"{name}*"):
        path.unlink()
