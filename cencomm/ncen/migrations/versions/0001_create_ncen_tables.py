"""Cases and their versions, suspects and companies with the roles they played, numbers, and what was passed by."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_cases()
    _create_subjects("suspects", "suspect")
    _create_subjects("companies", "company")
    op.create_table(
        "numbers",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", "message", "block", "row", name=op.f("pk_numbers")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_numbers_message")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "passed_by",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("operation", "reason", name=op.f("pk_passed_by")),
        sqlite_strict=True,
    )


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("organisation", "register", "reference", name=op.f("uq_cases_organisation")),
        sqlite_strict=True,
    )
    op.create_index("ix_cases_reference", "cases", ["reference"])
    op.create_table(
        "case_versions",
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_case_versions")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_case_versions_message")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_versions_case")),
        sqlite_strict=True,
    )
    op.create_index("ix_case_versions_case", "case_versions", ["case", "written_at", "message"])


def _create_subjects(many: str, one: str) -> None:
    op.create_table(
        many,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{many}")),
        sa.UniqueConstraint("identity", name=op.f(f"uq_{many}_identity")),
        sqlite_strict=True,
    )
    op.create_table(
        f"{one}_roles",
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("born", sa.Text()),
        sa.Column("number", sa.Text()),
        sa.PrimaryKeyConstraint("message", "row", name=op.f(f"pk_{one}_roles")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f(f"fk_{one}_roles_message")),
        sa.ForeignKeyConstraint(["subject"], [f"{many}.id"], name=op.f(f"fk_{one}_roles_subject")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{one}_roles_subject", f"{one}_roles", ["subject"])
    op.create_table(
        f"{one}_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("sound", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", "message", "row", name=op.f(f"pk_{one}_words")),
        sa.ForeignKeyConstraint(["message", "row"], [f"{one}_roles.message", f"{one}_roles.row"]),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
