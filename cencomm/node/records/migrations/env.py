"""Run by `cencomm.site.migrating.upgrade`, in the transaction of who called it."""

from sqlalchemy import inspect

from cencomm.node.records.tables import METADATA
from cencomm.site.migrating import caller_connection, run

# These tables were the archive's before other nodes kept records too (ADR 0015): its count of them goes on here.
COUNTED_IN, COUNTED_BEFORE_IN = "records_version", "archive_version"

connection = caller_connection()
if COUNTED_BEFORE_IN in inspect(connection).get_table_names():
    connection.exec_driver_sql(f"ALTER TABLE {COUNTED_BEFORE_IN} RENAME TO {COUNTED_IN}")
run(METADATA, version_table=COUNTED_IN)
