"""Runs the migrations inside the transaction that `cencomm.relay.database.migrate` opened."""

from alembic import context

from cencomm.relay.tables.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
