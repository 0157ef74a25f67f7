"""The mailbox of the command line, open for one command: unlocked, signed in, and left as it will be found again."""

import contextlib
import platform
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from cencomm.client.account import device_secret as device_secrets
from cencomm.client.account.account import fetch_vault, keep_pins, settle, sign_in, stretch
from cencomm.client.account.session import (
    TOKEN_KEY,
    Access,
    Computer,
    begin_session,
    kept_source,
    kept_token,
    remember_session,
    resume_session,
    session_writes,
)
from cencomm.client.account.sign_in import DeviceSecret, SignInKeys, typed_password
from cencomm.client.attachments.spool import SPOOL, Spool, SpoolFolder
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.errors import DeviceSecretNeeded, PasswordChangedElsewhere, WrongPassword
from cencomm.client.mailbox import Environment, Mailbox, open_mailbox
from cencomm.client.reports import Reports
from cencomm.client.roaming.holding import open_held
from cencomm.client.roaming.sitting import Sitting
from cencomm.client.terminal import Terminal
from cencomm.client.transport.errors import NoSession, NotHolder, WrongSignIn
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.vault.folder import HEADER, read_header
from cencomm.client.vault.header import VaultHeader
from cencomm.client.vault.journal import VaultJournal
from cencomm.client.vault.state_store import StateStore
from cencomm.client.vault.vault import create_vault, open_vault
from cencomm.errors import UsageError
from cencomm.forms.code_list import load_code_lists


@dataclass(frozen=True, slots=True)
class Desk:
    mailbox: Mailbox
    access: Access
    reports: Reports
    store: StateStore
    journal: VaultJournal


@contextlib.asynccontextmanager
async def open_desk(terminal: Terminal) -> AsyncIterator[Desk]:
    """The mailbox in the terminal's folder, under the session that it kept; or the one that is open at a shared one.

    Raises:
        UsageError: there is none, or its owner signed out.
        WrongPassword, MailboxInUse, VaultDamaged: see `open_vault`.
        NotHolder: another computer took the mailbox that was open here.
    """
    if terminal.sitting is not None:
        async with _held_desk(terminal, terminal.sitting) as desk:
            yield desk
        return
    header = read_header(terminal.data)
    keys = await local_keys(terminal, header)
    async with (
        open_vault(terminal.data, keys.wrapping_key, entropy=terminal.entropy) as vault,
        open_relay(header.relay_url) as relay,
    ):
        token, computer = await kept_token(vault), await this_computer(terminal, vault)
        access = resume_session(relay, header.parameters, keys, account=header.account, token=token, computer=computer)
        kept = session_writes(access)
        desk = await _desk(terminal, vault, access)
        try:
            yield desk
        finally:
            if session_writes(access) != kept and await vault.get(TOKEN_KEY) is not None:
                await remember_session(vault, access)


@contextlib.asynccontextmanager
async def _held_desk(terminal: Terminal, sitting: Sitting) -> AsyncIterator[Desk]:
    """What a command did is at the relay when the next one is typed, whichever way it ended."""
    async with open_relay(sitting.relay_url) as relay:
        access = sitting.resume(relay)
        store, reports = sitting.holding.store, Reports(load_code_lists())
        journal = VaultJournal(store)
        mailbox = await open_held(sitting.holding, journal, access, _environment(terminal, reports, sitting.spool))
        try:
            try:
                yield Desk(mailbox, access, reports, store, journal)
            finally:
                if not sitting.has_ended:
                    await store.save()
        except BaseException as error:
            sitting.is_lost = sitting.is_lost or _says_that_it_is_lost(error)
            raise


def _says_that_it_is_lost(error: BaseException) -> bool:
    """Also from among several tasks: `watch` has them."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup((NotHolder, NoSession)) is not None
    return isinstance(error, NotHolder | NoSession)


async def move_in(
    terminal: Terminal, access: Access, device_secret: DeviceSecret | None = None, *, own_computer: bool = False
) -> None:
    """The mailbox folder of somebody who has signed in: made if need be, with a device that others can add.

    Raises:
        UsageError: the folder holds somebody else's mailbox.
        DeviceSecretNeeded: the password opens the account, and something else is needed for its vault (D3).
    """
    if _has_mailbox(terminal):
        if read_header(terminal.data).account != access.account:
            raise UsageError(f"{terminal.data} holds somebody else's mailbox: choose another folder with --data")
    else:
        try:  # before anything is sealed here under half a key
            await fetch_vault(access)
        except WrongPassword:
            raise DeviceSecretNeeded from None
        await create_vault(
            terminal.data,
            account=access.account,
            relay_url=access.relay.address,
            parameters=access.parameters,
            wrapping_key=access.keys.wrapping_key,
            entropy=terminal.entropy,
        )
        device_secrets.keep(terminal.data, device_secret, own_computer=own_computer)
    async with open_vault(terminal.data, access.keys.wrapping_key, entropy=terminal.entropy) as vault:
        await settle(vault, access, now=terminal.clock(), entropy=terminal.entropy)
        desk = await _desk(terminal, vault, access)
        await introduce_device(desk.mailbox)
        await keep_pins(desk.mailbox, access)


async def sign_in_here(
    terminal: Terminal,
    relay_url: str | None,
    name: str | None,
    code: str | None = None,
    *,
    own_computer: bool = False,
) -> None:
    """A session for the mailbox folder that is there, or a new folder for an account that exists.

    Raises:
        UsageError: there is no folder, and relay or name are not given.
        WrongPassword: another password, or device secret, sealed the folder.
        PasswordChangedElsewhere: this one did, and it is not the account's any more.
    """
    if _has_mailbox(terminal):
        header = read_header(terminal.data)
        keys = await local_keys(terminal, header)
        async with open_vault(terminal.data, keys.wrapping_key, entropy=terminal.entropy) as vault:
            computer = await this_computer(terminal, vault)
        asked = False

        async def ask_code() -> str:
            nonlocal asked
            asked = True  # the password was right, so what is wrong from here on is the code
            return await terminal.code(code)

        computer = replace(computer, ask_code=ask_code)
        async with open_relay(header.relay_url) as relay:
            try:
                access = await begin_session(relay, header.parameters, keys, computer=computer)
            except WrongSignIn:
                if asked:
                    raise
                raise PasswordChangedElsewhere from None
            await move_in(terminal, access)
        return
    if relay_url is None or name is None:
        raise UsageError(f"there is no mailbox in {terminal.data}: give --relay and --name to fetch yours")
    async with open_relay(relay_url) as relay:
        computer, secret = new_computer(terminal, code), device_secrets.given_device_secret(terminal)
        password = terminal.password()
        access = await sign_in(relay, name=name, password=password, device_secret=secret, computer=computer)
        await move_in(terminal, access, secret, own_computer=own_computer)


def new_computer(terminal: Terminal, code: str | None = None) -> Computer:
    """What a computer says on which the account never signed in. The person is asked for a code, if none is given."""
    return Computer(ask_code=lambda: terminal.code(code), name=platform.node(), entropy=terminal.entropy)


async def local_keys(terminal: Terminal, header: VaultHeader) -> SignInKeys:
    """Those that opened this folder last, from the password and the device secret, where there is one."""
    secret = device_secrets.device_secret_here(terminal)
    return await stretch(typed_password(terminal.password()), header.parameters, secret)


async def this_computer(terminal: Terminal, store: StateStore, code: str | None = None) -> Computer:
    """What it says with the source key that it was given before."""
    return replace(new_computer(terminal, code), source=await kept_source(store))


def _has_mailbox(terminal: Terminal) -> bool:
    return (terminal.data / HEADER).exists()


async def _desk(terminal: Terminal, store: StateStore, access: Access) -> Desk:
    reports, journal = Reports(load_code_lists()), VaultJournal(store)
    spool = SpoolFolder(terminal.data / SPOOL)
    mailbox = await open_mailbox(journal, access.relay, _environment(terminal, reports, spool))
    return Desk(mailbox, access, reports, store, journal)


def _environment(terminal: Terminal, reports: Reports, spool: Spool) -> Environment:
    return Environment(
        clock=terminal.clock,
        entropy=terminal.entropy,
        judge_report=reports.judge,
        spool=spool,
    )
