"""Attachments and which of their chunks are on disk."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("attachment", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(attachment) = 16", name=op.f("ck_attachments_id_length")),
        sa.CheckConstraint("missing >= 0", name=op.f("ck_attachments_missing")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_attachments_account")),
        sa.ForeignKeyConstraint(["channel"], ["channels.row"], name=op.f("fk_attachments_channel")),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_attachments")),
        sa.UniqueConstraint("channel", "attachment", name=op.f("uq_attachments_channel")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_attachments_account"), "attachments", ["account"])
    op.create_index("ix_attachments_incomplete", "attachments", ["touched"], sqlite_where=sa.text("missing > 0"))
    op.create_table(
        "attachment_chunks",
        sa.Column("attachment", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["attachment"], ["attachments.row"], name=op.f("fk_attachment_chunks_attachment")),
        sa.PrimaryKeyConstraint("attachment", "number", name=op.f("pk_attachment_chunks")),
        sqlite_strict=True,
    )
