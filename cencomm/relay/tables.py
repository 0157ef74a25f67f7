"""The relay's tables. docs/relay.md says what each is for and when its rows go."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

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

HISTORY_REQUESTS = Table(
    "history_requests",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("request", LargeBinary, primary_key=True),
    Column("account", LargeBinary, primary_key=True),  # who asked: nobody spoils a request by naming it for another
    Column("taken", Integer, nullable=False),  # the last log entry that they have an answer for
    Column("ended", Integer, nullable=False),  # they want no more
    Column("expires", Integer, nullable=False, index=True),
    CheckConstraint("ended in (0, 1)", name="flags"),
    sqlite_strict=True,
)

HISTORY_ANSWERS = Table(
    "history_answers",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("request", LargeBinary, primary_key=True),
    Column("account", LargeBinary, primary_key=True),
    Column("server", LargeBinary, primary_key=True),  # whose device signs: each server has an answer of its own
    Column("chunks", Integer, nullable=False),
    Column("answered", Integer, nullable=False),  # the last log entry that it answers for
    Column("bytes", Integer, nullable=False),  # of its chunks that wait
    Column("refused", Integer, nullable=False),  # who asked takes nothing (more) of it
    CheckConstraint("refused in (0, 1)", name="flags"),
    ForeignKeyConstraint(
        ["operation", "request", "account"],
        ["history_requests.operation", "history_requests.request", "history_requests.account"],
        ondelete="CASCADE",
    ),
    Index("ix_history_answers_server", "operation", "server"),
    sqlite_strict=True,
)

HISTORY_CHUNKS = Table(
    "history_chunks",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("request", LargeBinary, primary_key=True),
    Column("account", LargeBinary, primary_key=True),
    Column("server", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 0, in its server's answer
    Column("channel", LargeBinary, nullable=False),
    Column("first", Integer, nullable=False),  # the log entries that it answers for
    Column("last", Integer, nullable=False),
    Column("chunk", LargeBinary, nullable=False),  # the exact SignedChunk
    ForeignKeyConstraint(
        ["operation", "request", "account", "server"],
        [
            "history_answers.operation",
            "history_answers.request",
            "history_answers.account",
            "history_answers.server",
        ],
        ondelete="CASCADE",
    ),
    sqlite_strict=True,
)

PULSE = Table(
    "pulse",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("beat", Integer, nullable=False),  # what /healthz writes
    CheckConstraint("id = 1", name="single_row"),
    sqlite_strict=True,
)
