"""Each byte of a mailbox's files, changed: it opens as it was written, or says clearly that it does not."""

import asyncio
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.account.remote_vault import RemoteVault, open_remote_vault
from cencomm.client.errors import VaultDamaged, WrongPassword
from cencomm.client.vault.folder import HEADER, STORE, read_header
from cencomm.client.vault.header import StoreKey, VaultHeader
from cencomm.client.vault.sealed_rows import SealedRows
from cencomm.client.vault.vault import open_vault
from cencomm.errors import MalformedError, Unavailable
from cencomm.secret import system_entropy
from tests.fakes.mailbox import ACCOUNT, WRAPPING_KEY, make_mailbox

WRITTEN = {"a": b"the value of a", "b": b"the value of b" * 400}
ZEROS_STEP = 64  # most zero bytes are unused space of a page; one in so many is changed too


async def filled(folder: Path) -> Path:
    await make_mailbox(folder)
    async with open_vault(folder, WRAPPING_KEY, entropy=system_entropy) as vault:
        await vault.apply(WRITTEN, expected_version=0)
    return folder


def test_each_changed_byte_of_the_header_is_noticed_before_a_password_is_asked(tmp_path: Path) -> None:
    folder = asyncio.run(filled(tmp_path / "mailbox"))
    header = (folder / HEADER).read_bytes()

    for position in range(len(header)):
        for mask in (0x01, 0x20, 0x80):
            changed = bytearray(header)
            changed[position] ^= mask
            (folder / HEADER).write_bytes(changed)
            try:
                read_header(folder)
            except VaultDamaged:
                continue
            raise AssertionError(f"byte {position} of the header changed by {mask:#x} and nobody noticed")


def test_a_store_with_a_changed_byte_never_gives_other_data(tmp_path: Path) -> None:
    folder = asyncio.run(filled(tmp_path / "mailbox"))
    key = read_header(folder).open_store_key(WRAPPING_KEY)
    store = (folder / STORE).read_bytes()
    positions = [n for n, byte in enumerate(store) if byte or n % ZEROS_STEP == 0]

    noticed = sum(_is_noticed(folder, store, position, key) for position in positions)

    assert noticed > len(WRITTEN["b"])  # at the least, each byte of the values


def _is_noticed(folder: Path, store: bytes, position: int, key: StoreKey) -> bool:
    changed = bytearray(store)
    changed[position] ^= 0xFF
    (folder / STORE).write_bytes(changed)
    for beside in folder.glob(f"{STORE}-*"):
        beside.unlink()
    try:
        rows = SealedRows.open(folder / STORE, key, ACCOUNT, system_entropy)
        try:
            assert dict(rows.scan("")) == WRITTEN, position
        finally:
            rows.close()
    except (VaultDamaged, Unavailable):
        return True
    return False


@given(st.binary(max_size=600))
def test_any_bytes_are_a_header_or_damaged(data: bytes) -> None:
    try:
        header = VaultHeader.decode(data)
    except VaultDamaged:
        return

    assert header.encode() == data


@given(st.binary(max_size=600))
def test_any_bytes_are_a_remote_vault_or_malformed(data: bytes) -> None:
    try:
        vault = RemoteVault.decode(data)
    except MalformedError:
        return

    assert vault.encode() == data


@given(st.binary(max_size=600))
def test_any_bytes_from_the_relay_are_no_vault_of_ours(data: bytes) -> None:
    try:
        open_remote_vault(data, account=ACCOUNT, version=1, wrapping_key=WRAPPING_KEY)
    except (MalformedError, WrongPassword):
        return
    raise AssertionError("bytes that nobody sealed were opened")
