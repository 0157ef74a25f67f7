"""A mailbox on disk without the 0.15 s of stretching a password."""

from pathlib import Path

from cencomm.client.account.sign_in import SignInParameters, WrappingKey
from cencomm.client.vault.vault import create_vault
from cencomm.ids import AccountId
from cencomm.secret import system_entropy

ACCOUNT = AccountId(b"\x0a" * 16)
WRAPPING_KEY = WrappingKey(b"\x0b" * 32)
PARAMETERS = SignInParameters(relay_name="relay.example", handle=b"\x0c" * 16, salt=b"\x0d" * 16, profile=1)


async def make_mailbox(folder: Path, *, account: AccountId = ACCOUNT, wrapping_key: WrappingKey = WRAPPING_KEY) -> Path:
    await create_vault(
        folder,
        account=account,
        relay_url="https://relay.example",
        parameters=PARAMETERS,
        wrapping_key=wrapping_key,
        entropy=system_entropy,
    )
    return folder
