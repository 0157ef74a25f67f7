"""Devices and the key packages by which others add them (C8)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, text

from cencomm.relay.tables.metadata import METADATA

DEVICES = Table(
    "devices",
    METADATA,
    Column("row", Integer, primary_key=True),  # order of registration
    Column("id", LargeBinary, nullable=False, unique=True),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("identity_key", LargeBinary, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("not_after", Integer, nullable=False),
    sqlite_strict=True,
)

KEY_PACKAGES = Table(
    "key_packages",
    METADATA,
    Column("ref", LargeBinary, primary_key=True),  # KeyPackageRef: once in the life of the relay
    Column("device", ForeignKey("devices.id"), nullable=False, index=True),
    Column("key_package", LargeBinary, nullable=False),
    Column("last_resort", Integer, nullable=False),
    Column("not_after", Integer, nullable=False),
    Column("spent", Integer, nullable=False),  # consumed by a Commit, or a last resort that was replaced
    Column("used", Integer, CheckConstraint("used in (0, 1)", name="used"), nullable=False, server_default="0"),
    # a last resort that a Commit consumed: it serves on, until its owner puts another
    CheckConstraint("last_resort in (0, 1) and spent in (0, 1)", name="flags"),
    Index("uq_key_packages_last_resort", "device", unique=True, sqlite_where=text("last_resort = 1 AND spent = 0")),
    sqlite_strict=True,
)

CLAIMS = Table(
    "claims",
    METADATA,
    Column("ref", ForeignKey("key_packages.ref"), primary_key=True),
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("until", Integer, nullable=False, index=True),
    sqlite_strict=True,
)
