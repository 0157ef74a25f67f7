"""The tables that every node has. Its consumer's stand beside them in the same database, in its own package."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from cencomm.site.naming import new_metadata

METADATA = new_metadata()

STATE = Table(  # one row: how often the values below were written
    "node_state",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    CheckConstraint("id = 1", name="single_row"),
    sqlite_strict=True,
)

VALUES = Table(  # the member's state store: names in clear (identifiers, no keys), values sealed
    "node_values",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("box", LargeBinary, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("operation", LargeBinary, nullable=False),
    Column("channel", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("log_hash", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),  # a word of cencomm.client.events.Reason
    Column("detail", Text, nullable=False),
    Column("account", LargeBinary),  # the sender as far as MLS authenticated one
    Column("evidence", LargeBinary, nullable=False),  # signed envelope, ciphertext, or hash of the Commit
    Column("set_aside_at", Integer, nullable=False),
    UniqueConstraint("operation", "channel", "generation", "sequence"),
    Index("ix_quarantine_reason", "reason"),
    sqlite_strict=True,
)
