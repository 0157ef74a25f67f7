"""`cencomm cen`: CEN's commands. `cencomm.__main__` mounts them."""

from cencomm.cen.commands.cases import export, search
from cencomm.cen.commands.statistics import statistics
from cencomm.cen.kind import CEN_NODE
from cencomm.node.commands.group import node_group

cen = node_group(
    CEN_NODE, "Keep what countries release of their seizures, search and count it.", search, export, statistics
)
