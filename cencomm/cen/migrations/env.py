"""Run by `cencomm.site.migrating.upgrade`, in the transaction of who called it."""

from cencomm.cen.tables import METADATA
from cencomm.site.migrating import run

run(METADATA, version_table="cen_version")
