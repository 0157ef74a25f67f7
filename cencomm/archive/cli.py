"""`cencomm archive`: the archive's commands. `cencomm.__main__` mounts them."""

import click

from cencomm.archive.commands.attachments import files, save
from cencomm.archive.commands.evidence import quarantine, verify
from cencomm.archive.commands.node import join, run
from cencomm.archive.commands.records import export, search
from cencomm.archive.commands.safekeeping import backup, restore
from cencomm.client.commands.translated import TranslatedGroup


@click.group("archive", cls=TranslatedGroup, context_settings={"help_option_names": ["-h", "--help"]})
def archive() -> None:
    """Keep an operation's archive, search and export it."""


for command in (join, run, search, export, files, save, verify, quarantine, backup, restore):
    archive.add_command(command)
