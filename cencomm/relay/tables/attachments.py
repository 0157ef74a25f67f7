"""Attachments: what is announced, and which chunks are here."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint, text

from cencomm.relay.tables.metadata import METADATA

ATTACHMENTS = Table(
    "attachments",
    METADATA,
    Column("row", Integer, primary_key=True),
    Column("channel", ForeignKey("channels.row"), nullable=False),
    Column("attachment", LargeBinary, nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),  # who announced it, and alone may fill it
    Column("size", Integer, nullable=False),  # sealed bytes in all
    Column("chunk", Integer, nullable=False),  # sealed bytes of a chunk
    Column("missing", Integer, nullable=False),  # chunks; 0: complete
    Column("touched", Integer, nullable=False),  # seconds; of the announcement or the newest chunk
    UniqueConstraint("channel", "attachment"),
    CheckConstraint("length(attachment) = 16", name="id_length"),
    CheckConstraint("missing >= 0", name="missing"),
    Index("ix_attachments_incomplete", "touched", sqlite_where=text("missing > 0")),
    sqlite_strict=True,
    sqlite_autoincrement=True,  # folders of files are named by rows: no row comes back
)

ATTACHMENT_CHUNKS = Table(
    "attachment_chunks",
    METADATA,
    Column("attachment", ForeignKey("attachments.row"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the sealed bytes, which lie in a file of that name
    sqlite_strict=True,
)
