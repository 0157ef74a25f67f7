"""`cencomm` and `python -m cencomm`: the command line, assembled from each package's commands."""

import click

from cencomm.client.cli import cencomm
from cencomm.client.commands.translated import LazyCommand, TranslatedGroup


def assemble() -> click.Group:
    """All commands. Server packages are imported only when one of their own runs."""
    relay = TranslatedGroup("relay", help="Deliver sealed messages between members.")
    relay.add_command(LazyCommand("run", "cencomm.relay.__main__:main", "Serve until stopped."))
    relay.add_command(
        LazyCommand("backup", "cencomm.relay.backup_commands:backup_command", "Copy a relay while it runs.")
    )
    relay.add_command(
        LazyCommand("restore", "cencomm.relay.backup_commands:restore_command", "Check a copy, and put it back.")
    )
    web = TranslatedGroup("web", help="The browser client that the relay serves.")
    web.add_command(
        LazyCommand("manifest", "cencomm.relay.web_commands:manifest_command", "List the SHA-256 of each of its files.")
    )
    web.add_command(
        LazyCommand(
            "fingerprint", "cencomm.relay.web_commands:fingerprint_command", "Show one number for it, to be read out."
        )
    )
    for command in (
        relay,
        web,
        LazyCommand("archive", "cencomm.archive.cli:archive", "Keep an operation's archive, search and export it."),
        LazyCommand(
            "cen", "cencomm.cen.cli:cen", "Keep what countries release of their seizures, search and count it."
        ),
        LazyCommand("doctor", "cencomm.doctor.cli:doctor", "Say what is not well here, and what mends it."),
        LazyCommand("ncen", "cencomm.ncen.cli:ncen", "Keep a nation's own seizures, suspects and companies (nCEN)."),
        LazyCommand("demo", "cencomm.demo.cli:demo", "Watch an operation run on this computer."),
    ):
        cencomm.add_command(command)
    return cencomm


def main() -> None:
    assemble()(prog_name="cencomm")


if __name__ == "__main__":
    main()
