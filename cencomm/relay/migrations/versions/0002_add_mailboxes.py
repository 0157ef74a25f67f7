"""Mailboxes that roam: sealed rows with one holder (D4)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "mailboxes",
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("held in (0, 1)", name=op.f("ck_mailboxes_flags")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_mailboxes_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_mailboxes")),
        sqlite_strict=True,
    )
    op.create_table(
        "mailbox_rows",
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("cold", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("cold in (0, 1)", name=op.f("ck_mailbox_rows_flags")),
        sa.ForeignKeyConstraint(["account"], ["mailboxes.account"], name=op.f("fk_mailbox_rows_account")),
        sa.PrimaryKeyConstraint("account", "name", name=op.f("pk_mailbox_rows")),
        sqlite_strict=True,
    )
