"""Ledgers, and what is sealed or waits beside them."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint

from cencomm.relay.tables.metadata import METADATA

LEDGER_ENTRIES = Table(
    "ledger_entries",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),  # the exact SignedEntry
    sqlite_strict=True,
)

WRAPS = Table(
    "wraps",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("account", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_strict=True,
)

BLOBS = Table(
    "blobs",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("blob", LargeBinary, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_strict=True,
)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("row", Integer, primary_key=True),  # order of arrival
    Column("operation", LargeBinary, nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("request", LargeBinary, nullable=False),
    UniqueConstraint("operation", "account"),
    sqlite_strict=True,
)

RESETS = Table(
    "resets",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("ticket_hash", LargeBinary, nullable=False, unique=True),  # SHA-256 of what the letter's code tells
    Column("until", Integer, nullable=False),
    Column("identity_key", LargeBinary),  # null, as what follows, until somebody showed the ticket
    Column("salt", LargeBinary),
    Column("profile", Integer),
    Column("verifier", Text),
    Column("vault", LargeBinary),
    sqlite_strict=True,
)

FOUNDING_ANSWERS = Table(
    "founding_answers",
    METADATA,
    Column("slot", LargeBinary, primary_key=True),  # only holders of the letter's code can tell it
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("answer", LargeBinary, nullable=False),
    Column("until", Integer, nullable=False),
    sqlite_strict=True,
)
