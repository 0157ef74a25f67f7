"""What retention deleted, as counts: that something was here is known for ever, what it said is not."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deletions",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("operation", "channel", "generation", name=op.f("pk_deletions")),
        sqlite_strict=True,
    )
