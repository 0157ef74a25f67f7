"""Runs the migrations inside the transaction that `cencomm.node.database.migrate` opened."""

from alembic import context

from cencomm.ncen.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table="ncen_version",
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
