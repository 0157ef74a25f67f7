"""`cencomm operation form`, `phase`: what the unit declares."""

import asyncio
from pathlib import Path

import click

from cencomm.client.commands.choosing import choose_operation, operation_option
from cencomm.client.commands.outcome import show_outcome
from cencomm.client.commands.plans import MAX_TOML_BYTES
from cencomm.client.commands.translated import TranslatedCommand
from cencomm.client.desk import open_desk
from cencomm.client.errors import FileRefused
from cencomm.client.terminal import Terminal, read_text
from cencomm.client.unit import declaring
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.form import FormError
from cencomm.forms.form_json import compile_form, encode_form
from cencomm.ledger.kinds import Phase

PHASES = click.Choice([phase.name.lower().replace("_", "-") for phase in Phase])


@click.command(cls=TranslatedCommand)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@operation_option
@click.pass_obj
def form(terminal: Terminal, file: Path, operation: str | None) -> None:
    """Publish a form, or a newer version of one, from a TOML FILE."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            try:
                made = compile_form(read_text(file, most=MAX_TOML_BYTES), desk.reports.lists)
            except FormError as error:
                raise FileRefused(file, str(error)) from None
            await catch_up(desk.mailbox)
            known = desk.mailbox.operation(chosen)
            blob = desk.reports.newest(known).get(made.name)
            if blob is not None and desk.reports.form(known, blob).version >= made.version:
                raise UsageError(f"the operation has version {desk.reports.form(known, blob).version} of {made.name!r}")
            asked = await declaring.publish_form(desk.mailbox, chosen, encode_form(made), version=made.version)
        show_outcome(
            terminal,
            asked,
            terminal.say("Published: {form} {version}", form=made.name, version=made.version),
            {"form": made.name, "version": made.version},
        )

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
@click.argument("phase", type=PHASES)
@operation_option
@click.pass_obj
def phase(terminal: Terminal, phase: str, operation: str | None) -> None:
    """Begin a phase of the operation."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            asked = await declaring.change_phase(desk.mailbox, chosen, Phase[phase.upper().replace("-", "_")])
        said = terminal.say("The phase is now: {phase}", phase=terminal.say(phase))
        show_outcome(terminal, asked, said, {"phase": phase})

    asyncio.run(run())
