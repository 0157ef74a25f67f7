"""`cencomm relay backup` and `cencomm relay restore`."""

from pathlib import Path

import click

from cencomm.clock import system_clock
from cencomm.errors import UsageError
from cencomm.relay.backup import Figures, back_up, restore

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("backup")
@click.option("--data", type=_FOLDER, required=True, help="The relay's folder; it may be running.")
@click.option("--to", "into", type=_FOLDER, required=True, help="A folder that is not there yet.")
def backup_command(data: Path, into: Path) -> None:
    """Copy the relay beside its running process, and verify the copy."""
    try:
        figures = back_up(data, into, clock=system_clock, progress=_say)
    except UsageError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{into} is a whole backup of {_in_words(figures)}. It holds the relay's keys: keep it sealed.")


@click.command("restore")
@click.option("--from", "backup", type=_FOLDER, required=True, help="A backup.")
@click.option("--data", type=_FOLDER, help="Where the relay is to lie: a folder that is not there yet.")
@click.option("--verify", is_flag=True, help="Check the backup, restore nothing.")
def restore_command(backup: Path, data: Path | None, *, verify: bool) -> None:
    """Check a backup, byte by byte and rule by rule, and put a relay's folder back from it."""
    if verify == (data is not None):
        raise click.UsageError("say either --data, where to restore to, or --verify, to check only")
    try:
        figures = restore(backup, data, progress=_say)
    except UsageError as error:
        raise click.ClickException(str(error)) from None
    done = "is whole:" if data is None else f"is restored to {data}:"
    click.echo(f"{backup} {done} {_in_words(figures)}.")


def _say(what: str) -> None:
    click.echo(f"{what} …", err=True)


def _in_words(figures: Figures) -> str:
    return (
        f"{figures.operations} operations with {figures.ledger_entries} ledger entries, {figures.channels} channels "
        f"with {figures.log_entries} messages and Commits, {figures.chunks} chunks of attachments"
    )
