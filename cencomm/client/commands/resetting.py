"""`operation reset`, `sign-up --reset`: somebody lost password or device, and goes on as the same member (D7)."""

import asyncio
from pathlib import Path

import click

from cencomm.client.account import device_secret as device_secrets
from cencomm.client.account.resetting import ask_for_reset
from cencomm.client.commands.choosing import choose_member, choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import open_desk
from cencomm.client.terminal import Terminal, read_text, write_secret_file
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.unit.resetting import offer_reset
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.ledger import fingerprint
from cencomm.ledger.letter import MAX_LETTER_CHARACTERS
from cencomm.ledger.reset_letter import read_reset_letter


@click.command(cls=TranslatedCommand)
@click.argument("who")
@option("--letter", type=click.Path(path_type=Path, dir_okay=False), help="Write the letter to this new file (0600).")
@option("--yes", is_flag=True, help="Do not ask again.")
@operation_option
@click.pass_obj
def reset(terminal: Terminal, who: str, letter: Path | None, operation: str | None, *, yes: bool) -> None:
    """Make the reset letter for WHO, who lost password or device: new keys, the same member."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            member = choose_member(desk.mailbox.operation(chosen), who)
            name = load_presenter(terminal, desk.reports).person(member)
            terminal.tell(
                "To be reset: {name}. Their password, devices and sessions end when you admit them.", name=name
            )
            terminal.confirm("Did you hear from them, by voice?", yes=yes)
            made = await offer_reset(desk.mailbox, chosen, member.member.account)
        if letter is None:
            terminal.show(made.text(), {"letter": made.text()})
        else:
            write_secret_file(letter, made.text())
            terminal.show(terminal.say("The letter is in {file}.", file=letter), {"file": str(letter)})
        terminal.tell("Hand it over in person or by a trusted messenger, never through this system.")
        terminal.tell("Next: they run cencomm sign-up --reset; then you run cencomm operation admit.")

    asyncio.run(run())


def sign_up_again(terminal: Terminal, letter: Path, name: str, device_secret: Path | None, *, yes: bool) -> None:
    """`sign-up --reset`: a new password and new keys for the account of the letter, which the unit has to take over."""
    read = read_reset_letter(read_text(letter, most=4 * MAX_LETTER_CHARACTERS))
    if read.access.asks_for_device_secret and device_secret is None:
        raise UsageError("this letter is a coordinator's: give --device-secret, the new file for its letter")
    terminal.tell("The operation's words: {words}", words=" ".join(fingerprint.words(read.access.operation)))
    terminal.tell("Compare them, word by word, with those that your coordination unit says.")
    terminal.confirm("Are they the same?", yes=yes)

    async def run() -> tuple[str, ...]:
        async with open_relay(read.access.relay_address) as relay:
            password = terminal.password(new=True)
            secret = None
            if device_secret is not None:
                secret = device_secrets.new_device_secret(terminal.entropy)
                device_secrets.write_letter(device_secret, secret, relay.address)
            return await ask_for_reset(
                relay, read, name=name, password=password, device_secret=secret, entropy=terminal.entropy
            )

    words = asyncio.run(run())
    terminal.show(
        terminal.say("Your new keys wait for the unit."), {"account": read.account.hex(), "words": list(words)}
    )
    terminal.tell("If the unit asks for the words of your keys: {words}", words=" ".join(words))
    terminal.tell("Next: the unit admits you; then sign in with a new folder (--data). Destroy the letter then.")
