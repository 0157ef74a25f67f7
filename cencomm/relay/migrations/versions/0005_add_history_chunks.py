"""Answers to history requests that wait for who asked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "history_chunks",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("is_last", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.Column("chunk", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("is_last in (0, 1)", name=op.f("ck_history_chunks_flags")),
        sa.PrimaryKeyConstraint("operation", "request", "number", name=op.f("pk_history_chunks")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_history_chunks_expires"), "history_chunks", ["expires"], unique=False)
