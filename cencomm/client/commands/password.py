"""`cencomm account password`, `device-secret`: changing what opens one's account (D2, D3)."""

import asyncio
from pathlib import Path

import click

from cencomm.client.account import device_secret as device_secrets
from cencomm.client.account.account import VAULT_VERSION_KEY
from cencomm.client.account.new_password import Changed, change_password, follow
from cencomm.client.account.second_factor import second_factor_of
from cencomm.client.account.session import Access
from cencomm.client.account.sign_in import DeviceSecret, WrappingKey, new_password, typed_password
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import local_keys, new_computer, open_desk, this_computer
from cencomm.client.errors import DeviceSecretLost
from cencomm.client.terminal import Terminal
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.vault.folder import read_header
from cencomm.client.vault.rekeying import rekey_vault
from cencomm.client.vault.state_store import StateStore
from cencomm.client.vault.vault import open_vault
from cencomm.errors import UsageError


@click.command(cls=TranslatedCommand)
@option("--changed-elsewhere", is_flag=True, help="Only bring the account's new password to this computer.")
@option(
    "--new-password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File whose first line is the new password, for scripts.",
)
@option("--code", help="Code of your authenticator, or a recovery code; else you are asked.")
@click.pass_obj
def password(terminal: Terminal, new_password_file: Path | None, code: str | None, *, changed_elsewhere: bool) -> None:
    """Change your password. Your sessions on other computers end; bring the new one to each of your own."""
    if changed_elsewhere:
        asyncio.run(_follow(terminal, new_password_file, code))
    else:
        asyncio.run(_change(terminal, new_password_file, code))
    terminal.show(terminal.say("The new password opens this account and this mailbox."), {"changed": True})


@click.command("device-secret", cls=TranslatedCommand)
@option(
    "--letter",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Write the letter with the device secret to this new file (0600). Print it, then delete it.",
)
@option("--own-computer", is_flag=True, help="This computer is yours: keep the device secret on it.")
@option("--code", help="Code of your authenticator, or a recovery code; else you are asked.")
@click.pass_obj
def device_secret(terminal: Terminal, letter: Path, code: str | None, *, own_computer: bool) -> None:
    """Seal your account with a device secret too, as coordinators do: no guess at the password opens it then."""

    async def run() -> None:
        made = device_secrets.new_device_secret(terminal.entropy)
        _require_folder(terminal)
        device_secrets.write_letter(letter, made, read_header(terminal.data).relay_url)
        await _change(terminal, terminal.password_file, code, made, same_password=True)
        device_secrets.keep(terminal.data, made, own_computer=own_computer)

    asyncio.run(run())
    terminal.show(terminal.say("The letter is in {file}.", file=letter), {"file": str(letter)})
    terminal.tell("Each new computer asks for it. Without it nobody opens your account, you neither: keep it safe.")


async def _change(
    terminal: Terminal,
    new_file: Path | None,
    code: str | None,
    new_secret: DeviceSecret | None = None,
    *,
    same_password: bool = False,
) -> None:
    async with open_desk(terminal) as desk:
        access = desk.access
        secret = new_secret or _device_secret_of(terminal, access)
        if same_password:
            typed = typed_password(terminal.password())
        else:
            typed = new_password(terminal.new_password(new_file), name=None, relay_name=access.parameters.relay_name)
        needs_code = (await second_factor_of(access)).totp
        changed = await change_password(
            access,
            typed,
            device_secret=secret,
            code=await terminal.code(code) if needs_code else None,
            remembered_version=await _remembered(desk.store),
            computer=new_computer(terminal),
            entropy=terminal.entropy,
        )
        if terminal.sitting is not None:
            terminal.sitting.follow(changed.access)
            return
        old = desk.access.keys.wrapping_key
    await _rekey(terminal, old, changed)


async def _follow(terminal: Terminal, new_file: Path | None, code: str | None) -> None:
    _require_folder(terminal)
    header, given = read_header(terminal.data), device_secrets.given_device_secret(terminal)
    secret = given or device_secrets.device_secret_here(terminal)
    old = await local_keys(terminal, header)
    async with open_vault(terminal.data, old.wrapping_key, entropy=terminal.entropy) as vault:
        remembered, computer = await _remembered(vault), await this_computer(terminal, vault, code)
    typed = typed_password(terminal.new_password(new_file))
    async with open_relay(header.relay_url) as relay:
        changed = await follow(
            relay, header, typed, device_secret=secret, remembered_version=remembered, computer=computer
        )
    await _rekey(terminal, old.wrapping_key, changed)
    if given is not None:
        own_computer = device_secrets.is_own_computer(terminal.data)
        device_secrets.keep(terminal.data, given, own_computer=own_computer)


def _device_secret_of(terminal: Terminal, access: Access) -> DeviceSecret | None:
    """The one that the account has, which a new password is not to take from it (D3).

    Raises:
        DeviceSecretLost: it has one, and this computer was not given it.
    """
    if terminal.sitting is None:
        secret = device_secrets.device_secret_here(terminal)
    else:  # of whatever lies in the folder of a shared computer, nothing is this person's
        secret = device_secrets.given_device_secret(terminal)
    if secret is None and access.keys.with_device_secret:
        raise DeviceSecretLost
    return secret


async def _rekey(terminal: Terminal, old: WrappingKey, changed: Changed) -> None:
    await rekey_vault(
        terminal.data,
        old,
        changed.access.keys.wrapping_key,
        parameters=changed.access.parameters,
        more=changed.writes,
        entropy=terminal.entropy,
    )


async def _remembered(store: StateStore) -> int:
    return int.from_bytes(await store.get(VAULT_VERSION_KEY) or b"", "big")


def _require_folder(terminal: Terminal) -> None:
    if terminal.sitting is not None:
        raise UsageError("this is for computers that keep a mailbox: do it on one of your own")
