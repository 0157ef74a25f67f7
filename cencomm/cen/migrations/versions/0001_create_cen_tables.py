"""Cases and their releases, what they count for, and what was taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("country", "organisation", "register", "reference", name=op.f("uq_cases_country")),
        sqlite_strict=True,
    )
    op.create_index("ix_cases_reference", "cases", ["reference"])
    op.create_table(
        "releases",
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_releases")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_releases_message")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_releases_case")),
        sqlite_strict=True,
    )
    op.create_index("ix_releases_case", "releases", ["case", "said_at", "message"])
    op.create_index("uq_releases_newest", "releases", ["case"], unique=True, sqlite_where=sa.text("newest = 1"))
    op.create_table(
        "shares",
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message", "kind", "first", "second", name=op.f("pk_shares")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_shares_message")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_shares_kind", "shares", ["kind", "first", "second", "month"])
    op.create_table(
        "tallies",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "month", "first", "second", name=op.f("pk_tallies")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tombstones",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("identity_key", sa.LargeBinary(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("withdrawn_at", sa.Integer(), nullable=False),
        sa.Column("honoured", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("operation", "identity_key", "message", "account", name=op.f("pk_tombstones")),
        sqlite_strict=True,
    )
