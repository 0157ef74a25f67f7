"""The member's sealed state, and what could not be taken."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    state = op.create_table(
        "node_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_node_state_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_state")),
        sqlite_strict=True,
    )
    op.bulk_insert(state, [{"id": 1, "version": 0}])
    op.create_table(
        "node_values",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_node_values")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("log_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("account", sa.LargeBinary()),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("set_aside_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("operation", "channel", "generation", "sequence", name=op.f("uq_quarantine_operation")),
        sqlite_strict=True,
    )
    op.create_index("ix_quarantine_reason", "quarantine", ["reason"])
