"""`cencomm archive`: the archive's commands. `cencomm.__main__` mounts them."""

from cencomm.archive.commands import retention
from cencomm.archive.kind import ARCHIVE
from cencomm.node.commands.group import node_group

archive = node_group(ARCHIVE, "Keep an operation's archive, search and export it.", retention)
