"""The commands that every node has which keeps records; each kind puts them under its own name."""

import click

from cencomm.client.commands.translated import TranslatedGroup
from cencomm.node.commands.attachments import files, save
from cencomm.node.commands.consultations import log
from cencomm.node.commands.evidence import quarantine, verify
from cencomm.node.commands.node import join, run
from cencomm.node.commands.people import user
from cencomm.node.commands.records import export, search
from cencomm.node.commands.safekeeping import backup, restore
from cencomm.node.kind import NodeKind

_COMMANDS = (join, run, search, export, files, save, verify, quarantine, backup, restore, user, log)


def node_group(kind: NodeKind, summary: str, *own: click.Command) -> click.Group:
    """`cencomm NAME` with the commands of all nodes. One of its `own` takes the place of theirs of the same name."""
    settings = {"help_option_names": ["-h", "--help"], "obj": kind}
    group = TranslatedGroup(kind.name, help=summary, context_settings=settings)
    for command in (*_COMMANDS, *own):
        group.add_command(command)
    return group
