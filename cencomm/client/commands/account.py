"""`sign-up`, `sign-in`, `sign-out`, `fingerprint`."""

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from cencomm.client.account import account, session
from cencomm.client.account import device_secret as device_secrets
from cencomm.client.account.shared_source import keep_source, read_source
from cencomm.client.commands.choosing import choose_operation, operation_option
from cencomm.client.commands.resetting import sign_up_again
from cencomm.client.commands.shared import begin, serve, sign_out_of
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import move_in, new_computer, open_desk, sign_in_here
from cencomm.client.errors import DeviceSecretNeeded, WrongPassword
from cencomm.client.qr_code import qr_code
from cencomm.client.terminal import Terminal, read_text
from cencomm.client.transport.relay_client import open_relay
from cencomm.errors import UsageError
from cencomm.ledger import fingerprint as fingerprints

MAX_CODE_FILE_BYTES = 4096


@click.command("sign-up", cls=TranslatedCommand)
@option("--relay", help="Address of the relay: https://… A reset letter names it.")
@option("--name", required=True, help="Sign-in name; the relay does not learn it.")
@option(
    "--registration-code-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the code that this relay asks new accounts for.",
)
@option(
    "--device-secret",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Make a device secret, as coordinators do, and write its letter to this new file (0600).",
)
@option("--own-computer", is_flag=True, help="This computer is yours: keep the device secret on it.")
@option("--shared", is_flag=True, help="This computer is shared: keep nothing on it, begin a session.")
@option(
    "--reset",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the reset letter that your unit gave you: the account stays, password and keys are new.",
)
@option("--yes", is_flag=True, help="With --reset: the words were compared already.")
@click.pass_obj
def sign_up(
    terminal: Terminal,
    relay: str | None,
    name: str,
    registration_code_file: Path | None,
    device_secret: Path | None,
    reset: Path | None,
    *,
    own_computer: bool,
    shared: bool,
    yes: bool,
) -> None:
    """Make an account and its mailbox on this computer, or at the relay for shared ones."""
    if reset is not None:
        sign_up_again(terminal, reset, name, device_secret, yes=yes)
        return
    if relay is None:
        raise UsageError("give --relay, the address of the relay")
    code = None if registration_code_file is None else read_text(registration_code_file, most=MAX_CODE_FILE_BYTES)

    async def run() -> Terminal | None:
        secret = device_secrets.given_device_secret(terminal)
        async with open_relay(relay) as client:
            if device_secret is not None:
                secret = device_secrets.new_device_secret(terminal.entropy)
                device_secrets.write_letter(device_secret, secret, client.address)
            access = await account.sign_up(
                client,
                name=name,
                password=terminal.password(new=True),
                registration_code=None if code is None else code.strip(),
                device_secret=secret,
                computer=new_computer(terminal),
                entropy=terminal.entropy,
            )
            if shared:
                return await begin(terminal, access, take_over=False)
            await move_in(terminal, access, secret, own_computer=own_computer)
        terminal.show(
            terminal.say("Your account is ready. Its mailbox is in {folder}.", folder=terminal.data),
            {"account": access.account.hex(), "folder": str(terminal.data)},
        )
        return None

    seat = asyncio.run(run())
    if seat is not None:
        serve(seat)


@click.command("sign-in", cls=TranslatedCommand)
@option("--relay", help="Address of the relay; needed where there is no mailbox yet.")
@option("--name", help="Sign-in name; needed where there is no mailbox yet.")
@option("--code", help="Code of your authenticator, or a recovery code; else you are asked.")
@option("--own-computer", is_flag=True, help="This computer is yours: keep the device secret on it.")
@option("--shared", is_flag=True, help="This computer is shared: keep nothing on it, begin a session.")
@option("--take-over", is_flag=True, help="With --shared: although another computer did not sign out.")
@option("--known", is_flag=True, help="With --shared: leave a key here, so that wrong tries elsewhere lock nobody out.")
@click.pass_obj
def sign_in(
    terminal: Terminal,
    relay: str | None,
    name: str | None,
    code: str | None,
    *,
    own_computer: bool,
    shared: bool,
    take_over: bool,
    known: bool,
) -> None:
    """Begin a session, on a new computer with a device of its own."""
    if shared:
        serve(asyncio.run(_sign_in_shared(terminal, relay, name, code, take_over=take_over, known=known)))
        return
    asyncio.run(sign_in_here(terminal, relay, name, code, own_computer=own_computer))
    terminal.show(terminal.say("You are signed in."), {"signed_in": True})


async def _sign_in_shared(
    terminal: Terminal, relay: str | None, name: str | None, code: str | None, *, take_over: bool, known: bool
) -> Terminal:
    if relay is None or name is None:
        raise UsageError("a shared computer knows nothing of you: give --relay and --name")
    async with open_relay(relay) as client:
        handle, secret = await account.handle_of(client, name), device_secrets.given_device_secret(terminal)
        computer = replace(new_computer(terminal, code), source=read_source(terminal.data, handle))
        password = terminal.password()
        access = await account.sign_in(client, name=name, password=password, device_secret=secret, computer=computer)
        if access.known.source is not None and (known or computer.source is not None):
            keep_source(terminal.data, handle, access.known.source)
        try:
            return await begin(terminal, access, take_over=take_over)
        except WrongPassword:
            raise DeviceSecretNeeded from None


@click.command("sign-out", cls=TranslatedCommand)
@click.pass_obj
def sign_out(terminal: Terminal) -> None:
    """End the session. The mailbox stays on this computer, sealed under the password; from a shared one it is gone."""
    if terminal.sitting is not None:
        sign_out_of(terminal)
        return

    async def run() -> None:
        async with open_desk(terminal) as desk:
            await account.keep_pins(desk.mailbox, desk.access)
            await session.sign_out(desk.store, desk.access.relay)
        terminal.show(terminal.say("You are signed out."), {"signed_in": False})

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
@operation_option
@click.pass_obj
def fingerprint(terminal: Terminal, operation: str | None) -> None:
    """Show an operation's twelve words and QR code, to be compared with the access letter."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
        words, text = fingerprints.words(chosen), fingerprints.qr_text(chosen)
        terminal.show(
            "\n".join([" ".join(words[:6]), " ".join(words[6:]), "", qr_code(text), text]),
            {"operation": chosen.hex(), "words": list(words), "qr": text},
        )

    asyncio.run(run())
