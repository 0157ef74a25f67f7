"""Run by `cencomm.site.migrating.upgrade`, in the transaction of who called it."""

from cencomm.site.migrating import run
from cencomm.site.people.tables import METADATA

run(METADATA, version_table="people_version")
