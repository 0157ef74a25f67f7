"""Accounts, how their owners prove themselves, and where they are signed in."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from cencomm.relay.tables.metadata import METADATA

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("handle", LargeBinary, nullable=False, unique=True),
    Column("salt", LargeBinary, nullable=False),
    Column("profile", Integer, nullable=False),
    Column("verifier", Text, nullable=False),  # argon2-cffi of the sign-in secret
    Column("reset_identity", LargeBinary),  # for whom a unit reset it: a stranger where a ledger names another
    CheckConstraint("length(id) = 16", name="id_length"),
    sqlite_strict=True,
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),  # SHA-256: a stolen database opens no session
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("began", Integer, nullable=False),
    Column("used", Integer, nullable=False),  # to the hour
    Column("expires", Integer, nullable=False, index=True),
    Column("source", LargeBinary, nullable=False),  # of SOURCES, as long as that is kept
    Column("known", Integer, nullable=False),  # whether the source was known when it signed in
    CheckConstraint("known in (0, 1)", name="known"),
    Index("ix_sessions_account", "account", "expires"),
    sqlite_strict=True,
)

SOURCES = Table(  # computers from which a sign-in was completed (D6)
    "sources",
    METADATA,
    Column("key_hash", LargeBinary, primary_key=True),  # SHA-256 of 32 random bytes
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("used", Integer, nullable=False),
    Column("label", LargeBinary),  # sealed by the account for itself
    Column("device", LargeBinary),  # that it registered
    sqlite_strict=True,
)

TRIES = Table(  # wrong ones of late: under a handle from unknown sources, under a key hash from a known one (D6)
    "tries",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("account", ForeignKey("accounts.id"), index=True),  # null: a handle that nobody has
    Column("wrong", Integer, nullable=False),
    Column("since", Integer, nullable=False),
    Column("last", Integer, nullable=False, index=True),
    Column("until", Integer, nullable=False),  # nothing is tried before
    sqlite_strict=True,
)

SECOND_FACTORS = Table(
    "second_factors",
    METADATA,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("secret", LargeBinary, nullable=False),  # of TOTP; the relay computes the codes itself
    Column("last_step", Integer, nullable=False),  # no code of this time step or an earlier one counts again
    sqlite_strict=True,
)

RECOVERY_CODES = Table(
    "recovery_codes",
    METADATA,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("verifier", LargeBinary, primary_key=True),
    sqlite_strict=True,
)

VAULTS = Table(
    "vaults",
    METADATA,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_strict=True,
)
