"""New credentials that wait for the unit's `replace`, and for which identity an account was reset (D7)."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("reset_identity", sa.LargeBinary(), nullable=True))
    op.create_table(
        "resets",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("ticket_hash", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("identity_key", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("profile", sa.Integer(), nullable=True),
        sa.Column("verifier", sa.Text(), nullable=True),
        sa.Column("vault", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_resets_account")),
        sa.PrimaryKeyConstraint("operation", "account", name=op.f("pk_resets")),
        sa.UniqueConstraint("ticket_hash", name=op.f("uq_resets_ticket_hash")),
        sqlite_strict=True,
    )
