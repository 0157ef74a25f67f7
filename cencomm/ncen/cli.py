"""`cencomm ncen`: the commands of a nation's own store. `cencomm.__main__` mounts them."""

from cencomm.ncen.commands.export import export
from cencomm.ncen.commands.join import join
from cencomm.ncen.commands.search import search
from cencomm.ncen.commands.tally import tally
from cencomm.ncen.kind import NATION
from cencomm.node.commands.group import node_group

ncen = node_group(NATION, "Keep a nation's own seizures, suspects and companies (nCEN).", join, search, export, tally)
