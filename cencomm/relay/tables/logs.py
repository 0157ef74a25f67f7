"""Channel logs, and the Welcomes and rejections beside them."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)

from cencomm.relay.tables.metadata import METADATA

CHANNELS = Table(
    "channels",
    METADATA,
    Column("row", Integer, primary_key=True),
    Column("operation", LargeBinary, nullable=False),
    Column("channel", LargeBinary, nullable=False),
    UniqueConstraint("operation", "channel"),
    sqlite_strict=True,
)

LOG_ENTRIES = Table(
    "log_entries",
    METADATA,
    Column("channel", ForeignKey("channels.row"), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("message", LargeBinary, nullable=False),  # the exact MLSMessage
    Column("message_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),  # of the chain, S1
    Column("account", LargeBinary, nullable=False),  # with send_id: the first receipt for a retry (S2)
    Column("send_id", LargeBinary, nullable=False),
    CheckConstraint("kind in (1, 2)", name="kind"),
    Index("uq_log_entries_send_id", "send_id", "account", "channel", unique=True),
    # One Commit ends an epoch, whatever the code above believes (L8, S2).
    Index("uq_log_entries_epoch", "channel", "generation", "epoch", unique=True, sqlite_where=text("kind = 1")),
    sqlite_strict=True,
)

WELCOMES = Table(
    "welcomes",
    METADATA,
    Column("channel", Integer, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),  # of the Commit that it belongs to
    Column("welcome", LargeBinary, nullable=False),
    Column("ratchet_tree", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["channel", "generation", "sequence"],
        ["log_entries.channel", "log_entries.generation", "log_entries.sequence"],
    ),
    sqlite_strict=True,
)

INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("channel", Integer, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column(
        "device", ForeignKey("devices.id"), primary_key=True
    ),  # the newest Welcome of a device is the one that counts
    Column("sequence", Integer, nullable=False),
    ForeignKeyConstraint(
        ["channel", "generation", "sequence"], ["welcomes.channel", "welcomes.generation", "welcomes.sequence"]
    ),
    Index("ix_invitations_welcome", "channel", "generation", "sequence"),
    sqlite_strict=True,
)

REJECTIONS = Table(
    "rejections",
    METADATA,
    Column("row", Integer, primary_key=True),
    Column("channel", ForeignKey("channels.row"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("account", LargeBinary, nullable=False),
    Column("rejection", LargeBinary, nullable=False),
    Index("ix_rejections_channel", "channel", "generation"),
    UniqueConstraint("rejection"),
    sqlite_strict=True,
)
