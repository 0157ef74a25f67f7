"""Answers to founding letters, until they are fetched and forgotten (L5)."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "founding_answers",
        sa.Column("slot", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_founding_answers_account")),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_founding_answers")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_founding_answers_account"), "founding_answers", ["account"])
