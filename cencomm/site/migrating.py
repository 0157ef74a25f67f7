"""Migrations of a package's tables: `upgrade` asks for them, `<package>/migrations/env.py` answers with `run`.

All happens in the transaction that the caller opened: a server has the newest tables of all its packages, or stays off.
"""

import importlib
from importlib.resources import as_file, files

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData

_CONNECTION = "connection"


def upgrade(connection: Connection, package: str) -> None:
    """The newest tables of `package`, made or migrated; the transaction stays the caller's."""
    with as_file(files(importlib.import_module(package)) / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.attributes[_CONNECTION] = connection
        command.upgrade(config, "head")


def caller_connection() -> Connection:
    """The one that `upgrade` was called with; only while it runs."""
    connection = context.config.attributes[_CONNECTION]
    assert isinstance(connection, Connection)
    return connection


def run(metadata: MetaData, *, version_table: str) -> None:
    """For an env.py: its package's migrations, counted in `version_table`, which is stored: never rename one."""
    context.configure(
        connection=caller_connection(),
        target_metadata=metadata,
        version_table=version_table,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
