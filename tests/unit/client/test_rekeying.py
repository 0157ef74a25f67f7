"""A change of password on this computer, stopped after each of its steps (D2): one of the two passwords opens it."""

from pathlib import Path

import pytest

from cencomm.client.account.sign_in import WrappingKey
from cencomm.client.errors import MailboxInUse, VaultDamaged, WrongPassword
from cencomm.client.vault.folder import NEXT, STORE, locked
from cencomm.client.vault.rekeying import rekey_steps, rekey_vault
from cencomm.client.vault.vault import open_vault
from cencomm.secret import system_entropy
from tests.fakes.mailbox import PARAMETERS, WRAPPING_KEY, make_mailbox

NEW = WrappingKey(b"\x0e" * 32)
VALUES = {f"value/{number:03d}": bytes([number]) * 500 for number in range(150)}
MORE = {"more": b"more"}


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    folder = await make_mailbox(tmp_path / "mailbox")
    async with open_vault(folder, WRAPPING_KEY, entropy=system_entropy) as vault:
        await vault.apply(VALUES, expected_version=await vault.version())
    return folder


async def held(folder: Path, key: WrappingKey) -> dict[str, bytes]:
    async with open_vault(folder, key, entropy=system_entropy) as vault:
        return dict(await vault.scan(""))


def leftovers(folder: Path) -> list[Path]:
    return list(folder.glob(f"{NEXT}*"))


async def change(folder: Path) -> None:
    await rekey_vault(folder, WRAPPING_KEY, NEW, parameters=PARAMETERS, more=MORE, entropy=system_entropy)


def stop_after(folder: Path, steps: int) -> None:
    """As a kill there would leave it: nothing runs any more."""
    running = rekey_steps(folder, WRAPPING_KEY, NEW, parameters=PARAMETERS, more=MORE, entropy=system_entropy)
    with locked(folder):
        for _ in range(steps):
            next(running)


async def test_everything_is_there_under_the_new_key_and_nothing_under_the_old(folder: Path) -> None:
    before = (folder / STORE).read_bytes()

    await change(folder)

    assert await held(folder, NEW) == VALUES | MORE
    with pytest.raises(WrongPassword):
        await held(folder, WRAPPING_KEY)
    assert (folder / STORE).read_bytes() != before
    assert not leftovers(folder)


async def test_killed_before_the_header_the_old_password_opens_and_the_leftover_goes(folder: Path) -> None:
    """D2."""
    stop_after(folder, 1)
    assert (folder / NEXT).exists()

    assert await held(folder, WRAPPING_KEY) == VALUES

    assert not leftovers(folder)
    with pytest.raises(WrongPassword):
        await held(folder, NEW)
    await change(folder)
    assert await held(folder, NEW) == VALUES | MORE


async def test_killed_after_the_header_the_new_password_opens_and_finishes(folder: Path) -> None:
    """D2."""
    stop_after(folder, 2)
    assert (folder / NEXT).exists()

    assert await held(folder, NEW) == VALUES | MORE

    assert not leftovers(folder)
    assert await held(folder, NEW) == VALUES | MORE


async def test_a_change_that_was_cut_short_in_its_first_step_is_begun_anew(folder: Path) -> None:
    (folder / NEXT).write_bytes(b"half a file")

    await change(folder)

    assert await held(folder, NEW) == VALUES | MORE


async def test_a_damaged_new_store_is_not_thrown_away_when_the_old_one_is_no_answer(folder: Path) -> None:
    stop_after(folder, 2)
    whole = (folder / NEXT).read_bytes()
    (folder / NEXT).write_bytes(whole[: len(whole) // 2])

    with pytest.raises(VaultDamaged):
        await held(folder, NEW)

    assert (folder / NEXT).exists()
    (folder / NEXT).write_bytes(whole)
    assert await held(folder, NEW) == VALUES | MORE


async def test_a_wrong_old_password_changes_nothing(folder: Path) -> None:
    with pytest.raises(WrongPassword):
        await rekey_vault(folder, NEW, NEW, parameters=PARAMETERS, more=MORE, entropy=system_entropy)

    assert await held(folder, WRAPPING_KEY) == VALUES


async def test_an_open_mailbox_is_not_sealed_again(folder: Path) -> None:
    async with open_vault(folder, WRAPPING_KEY, entropy=system_entropy):
        with pytest.raises(MailboxInUse):
            await change(folder)
