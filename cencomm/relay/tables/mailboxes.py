"""Mailboxes that roam (D4): sealed rows, and who holds them."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, LargeBinary, Table

from cencomm.relay.tables.metadata import METADATA

MAILBOXES = Table(
    "mailboxes",
    METADATA,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("holder", Integer, nullable=False),  # grows with each taking; whoever has an older number writes nothing
    Column("held", Integer, nullable=False),  # 0: the holder gave it back
    Column("since", Integer, nullable=False),  # when the holder took it
    Column("version", Integer, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("byte_count", Integer, nullable=False),
    Column("session", LargeBinary),  # token hash of the holder's: it ends when the mailbox is taken over
    CheckConstraint("held in (0, 1)", name="flags"),
    sqlite_strict=True,
)

MAILBOX_ROWS = Table(
    "mailbox_rows",
    METADATA,
    Column("account", ForeignKey("mailboxes.account"), primary_key=True),
    Column("name", LargeBinary, primary_key=True),  # blinded by the client
    Column("cold", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("cold in (0, 1)", name="flags"),
    sqlite_strict=True,
)
