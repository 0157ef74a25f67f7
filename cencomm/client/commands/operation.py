"""`cencomm operation …`: what a coordination unit and those who join it do."""

import asyncio
from pathlib import Path

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.commands.channels import channel
from cencomm.client.commands.choosing import choose_operation, operation_option
from cencomm.client.commands.coordinators_seal import advise_coordinator, require_device_secret
from cencomm.client.commands.cosigning import cosign, pending
from cencomm.client.commands.declaring import form, phase
from cencomm.client.commands.devices import add_devices, end_device, stale_devices
from cencomm.client.commands.founding import cofound, create
from cencomm.client.commands.locks import locks
from cencomm.client.commands.membership import admit, invite, revoke
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.resetting import reset
from cencomm.client.commands.restarting import restart
from cencomm.client.commands.translated import TranslatedCommand, TranslatedGroup, option
from cencomm.client.desk import open_desk
from cencomm.client.operation import enrolling
from cencomm.client.overview import overview, overview_document
from cencomm.client.terminal import Terminal, read_text
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.ledger import fingerprint
from cencomm.ledger.kinds import Role
from cencomm.ledger.letter import MAX_LETTER_CHARACTERS, read_letter


@click.group(cls=TranslatedGroup)
def operation() -> None:
    """Found operations, join them, admit and revoke."""


@operation.command(cls=TranslatedCommand)
@click.argument("letter", type=click.Path(path_type=Path, dir_okay=False))
@option("--yes", is_flag=True, help="The words were compared already.")
@click.pass_obj
def join(terminal: Terminal, letter: Path, *, yes: bool) -> None:
    """Ask to be admitted to the operation of the access letter in the file LETTER."""
    read = read_letter(read_text(letter, most=4 * MAX_LETTER_CHARACTERS))
    words = fingerprint.words(read.operation)
    terminal.tell("The operation's words: {words}", words=" ".join(words))
    terminal.tell("Compare them, word by word, with those that your coordination unit says.")
    terminal.confirm("Are they the same?", yes=yes)

    async def run() -> None:
        async with open_desk(terminal) as desk:
            if read.relay_address.rstrip("/") != desk.mailbox.relay.address.rstrip("/"):
                raise UsageError(f"the letter is for {read.relay_address}: sign up there, with a folder of its own")
            if read.asks_for_device_secret:
                require_device_secret(desk.access)
            await introduce_device(desk.mailbox)
            await enrolling.enrol(desk.mailbox, read)
            await keep_pins(desk.mailbox, desk.access)
        terminal.show(
            terminal.say("You have asked to be admitted."), {"operation": read.operation.hex(), "words": list(words)}
        )
        terminal.tell("Next: the unit admits you; then cencomm inbox shows what there is. Destroy the letter then.")

    asyncio.run(run())


@operation.command(cls=TranslatedCommand)
@operation_option
@click.pass_obj
def show(terminal: Terminal, operation: str | None) -> None:
    """Show phase, fingerprint, members, channels with their readers, and forms."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            presenter = load_presenter(terminal, desk.reports)
            known = desk.mailbox.operation(chosen)
            text, document = overview(presenter, known), overview_document(presenter, known)
            stale = await stale_devices(desk.mailbox, chosen, presenter)
            terminal.show("\n".join([text, *stale]), document)
            own = known.ledger.members.get(desk.mailbox.identity.account)
            exercise = known.ledger.charter.policy.exercise
            if own is not None and own.role is Role.COORDINATOR and not exercise:
                advise_coordinator(terminal, desk.access)

    asyncio.run(run())


for command in (
    create,
    cofound,
    invite,
    admit,
    add_devices,
    revoke,
    reset,
    end_device,
    channel,
    pending,
    cosign,
    form,
    phase,
    restart,
    locks,
):
    operation.add_command(command)
