"""What a write without a meaning is written to."""

from sqlalchemy import CheckConstraint, Column, Integer, Table

from cencomm.relay.tables.metadata import METADATA

PULSE = Table(
    "pulse",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("beat", Integer, nullable=False),  # what /healthz writes
    CheckConstraint("id = 1", name="single_row"),
    sqlite_strict=True,
)
