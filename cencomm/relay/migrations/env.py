"""Run by `cencomm.site.migrating.upgrade`, in the transaction of who called it."""

from cencomm.relay.tables.schema import METADATA
from cencomm.site.migrating import run

run(METADATA, version_table="alembic_version")
