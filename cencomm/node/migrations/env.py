"""Run by `cencomm.site.migrating.upgrade`, in the transaction of who called it."""

from cencomm.node.tables import METADATA
from cencomm.site.migrating import run

run(METADATA, version_table="node_version")
