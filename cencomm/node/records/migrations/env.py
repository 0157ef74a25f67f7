"""Runs the migrations inside the transaction that `cencomm.node.database.migrate` opened."""

from alembic import context
from sqlalchemy import inspect

from cencomm.node.records.tables import METADATA

# These tables were the archive's before other nodes kept records too (ADR 0015): its count of them goes on here.
COUNTED_IN, COUNTED_BEFORE_IN = "records_version", "archive_version"

connection = context.config.attributes["connection"]
if COUNTED_BEFORE_IN in inspect(connection).get_table_names():
    connection.exec_driver_sql(f"ALTER TABLE {COUNTED_BEFORE_IN} RENAME TO {COUNTED_IN}")
context.configure(
    connection=connection,
    target_metadata=METADATA,
    version_table=COUNTED_IN,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
