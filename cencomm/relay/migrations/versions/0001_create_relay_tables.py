"""Accounts, devices, operations, logs: everything that version 1 of the protocol keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "accounts",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.CheckConstraint("length(id) = 16", name=op.f("ck_accounts_id_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("handle", name=op.f("uq_accounts_handle")),
        sqlite_strict=True,
    )
    op.create_table(
        "blobs",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("operation", "blob", name=op.f("pk_blobs")),
        sqlite_strict=True,
    )
    op.create_table(
        "channels",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_channels")),
        sa.UniqueConstraint("operation", "channel", name=op.f("uq_channels_operation")),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_entries",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("operation", "sequence", name=op.f("pk_ledger_entries")),
        sqlite_strict=True,
    )
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_pulse_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulse")),
        sqlite_strict=True,
    )
    op.create_table(
        "wraps",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("operation", "account", "number", name=op.f("pk_wraps")),
        sqlite_strict=True,
    )
    op.create_table(
        "devices",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("identity_key", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("not_after", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_devices_account")),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_devices")),
        sa.UniqueConstraint("id", name=op.f("uq_devices_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_devices_account"), "devices", ["account"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_enrolments_account")),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("operation", "account", name=op.f("uq_enrolments_operation")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_enrolments_account"), "enrolments", ["account"], unique=False)
    op.create_table(
        "log_entries",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("message_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("send_id", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind in (1, 2)", name=op.f("ck_log_entries_kind")),
        sa.ForeignKeyConstraint(["channel"], ["channels.row"], name=op.f("fk_log_entries_channel")),
        sa.PrimaryKeyConstraint("channel", "generation", "sequence", name=op.f("pk_log_entries")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_log_entries_epoch",
        "log_entries",
        ["channel", "generation", "epoch"],
        unique=True,
        sqlite_where=sa.text("kind = 1"),
    )
    op.create_index("uq_log_entries_send_id", "log_entries", ["send_id", "account", "channel"], unique=True)
    op.create_table(
        "rejections",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("rejection", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channels.row"], name=op.f("fk_rejections_channel")),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_rejections")),
        sa.UniqueConstraint("rejection", name=op.f("uq_rejections_rejection")),
        sqlite_strict=True,
    )
    op.create_index("ix_rejections_channel", "rejections", ["channel", "generation"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_sessions_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sessions_expires"), "sessions", ["expires"], unique=False)
    op.create_table(
        "vaults",
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_vaults_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_vaults")),
        sqlite_strict=True,
    )
    op.create_table(
        "key_packages",
        sa.Column("ref", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.Column("key_package", sa.LargeBinary(), nullable=False),
        sa.Column("last_resort", sa.Integer(), nullable=False),
        sa.Column("not_after", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_resort in (0, 1) and spent in (0, 1)", name=op.f("ck_key_packages_flags")),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_key_packages_device")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_key_packages")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_key_packages_device"), "key_packages", ["device"], unique=False)
    op.create_index(
        "uq_key_packages_last_resort",
        "key_packages",
        ["device"],
        unique=True,
        sqlite_where=sa.text("last_resort = 1 AND spent = 0"),
    )
    op.create_table(
        "welcomes",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("welcome", sa.LargeBinary(), nullable=False),
        sa.Column("ratchet_tree", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel", "generation", "sequence"],
            ["log_entries.channel", "log_entries.generation", "log_entries.sequence"],
            name=op.f("fk_welcomes_channel"),
        ),
        sa.PrimaryKeyConstraint("channel", "generation", "sequence", name=op.f("pk_welcomes")),
        sqlite_strict=True,
    )
    op.create_table(
        "claims",
        sa.Column("ref", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_claims_account")),
        sa.ForeignKeyConstraint(["ref"], ["key_packages.ref"], name=op.f("fk_claims_ref")),
        sa.PrimaryKeyConstraint("ref", "account", name=op.f("pk_claims")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_claims_until"), "claims", ["until"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel", "generation", "sequence"],
            ["welcomes.channel", "welcomes.generation", "welcomes.sequence"],
            name=op.f("fk_invitations_channel"),
        ),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_invitations_device")),
        sa.PrimaryKeyConstraint("channel", "generation", "device", name=op.f("pk_invitations")),
        sqlite_strict=True,
    )
    op.create_index("ix_invitations_welcome", "invitations", ["channel", "generation", "sequence"], unique=False)

    op.execute(sa.text("INSERT INTO pulse (id, beat) VALUES (1, 0)"))
