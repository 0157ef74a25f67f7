"""Create the tables of people and of consultations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("verifier", sa.Text, nullable=False),
        sa.Column("totp", sa.LargeBinary),
        sa.Column("totp_step", sa.Integer, nullable=False),
        sa.Column("made_at", sa.Integer, nullable=False),
        sa.Column("active_at", sa.Integer, nullable=False),
        sa.Column("ended_at", sa.Integer),
        sqlite_strict=True,
    )
    op.create_table(
        "people_recovery_codes",
        sa.Column("person", sa.Integer, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("verifier", sa.LargeBinary, primary_key=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "people_sessions",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("began", sa.Integer, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("expires", sa.Integer, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_people_sessions_person", "people_sessions", ["person"])
    op.create_table(
        "people_sources",
        sa.Column("key_hash", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_people_sources_person", "people_sources", ["person"])
    op.create_table(
        "people_tries",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("people.id")),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("until", sa.Integer, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_people_tries_last", "people_tries", ["last"])
    op.create_table(
        "consultations",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("found", sa.Integer, nullable=False),
        sa.Column("recipient", sa.Text),
        sa.Column("chain", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    # A defect of ours must not rewrite the log; whoever owns the file and tries is caught by `chain`.
    for deed in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER consultations_no_{deed.lower()} BEFORE {deed} ON consultations "
            "BEGIN SELECT RAISE(ABORT, 'the log of consultations is only appended to'); END"
        )
