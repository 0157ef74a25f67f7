"""A relay's folder verified where it lies, beside the process that serves it."""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, create_engine, event

from cencomm.relay.backup import DATABASE, Figures, Progress, check
from cencomm.relay.database import faults_as_unavailable


def inspect(data: Path, *, progress: Progress) -> Figures:
    """Every ledger replays, every log is one chain, every chunk is the one that was stored: in one snapshot.

    Raises:
        DamagedBackup: not so.
        ProtocolError: a ledger is not one that its coordinators signed.
        Unavailable: the database cannot be read.
    """
    address = f"{(data / DATABASE).absolute().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    try:
        with faults_as_unavailable(), engine.connect() as connection:
            return check(connection, data, progress)
    finally:
        engine.dispose()
