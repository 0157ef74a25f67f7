"""Each server of history has an answer of its own, and who asked says what they took (H2, ADR 0018).

Answers that wait are let go: their rows do not say whose they are. Who waits asks again by itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_history_chunks_expires"), table_name="history_chunks")
    op.drop_table("history_chunks")
    op.create_table(
        "history_requests",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended in (0, 1)", name=op.f("ck_history_requests_flags")),
        sa.PrimaryKeyConstraint("operation", "request", "account", name=op.f("pk_history_requests")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_history_requests_expires"), "history_requests", ["expires"], unique=False)
    op.create_table(
        "history_answers",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("server", sa.LargeBinary(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.CheckConstraint("refused in (0, 1)", name=op.f("ck_history_answers_flags")),
        sa.ForeignKeyConstraint(
            ["operation", "request", "account"],
            ["history_requests.operation", "history_requests.request", "history_requests.account"],
            name=op.f("fk_history_answers_operation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("operation", "request", "account", "server", name=op.f("pk_history_answers")),
        sqlite_strict=True,
    )
    op.create_index("ix_history_answers_server", "history_answers", ["operation", "server"], unique=False)
    op.create_table(
        "history_chunks",
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("server", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.LargeBinary(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("chunk", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation", "request", "account", "server"],
            [
                "history_answers.operation",
                "history_answers.request",
                "history_answers.account",
                "history_answers.server",
            ],
            name=op.f("fk_history_chunks_operation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("operation", "request", "account", "server", "number", name=op.f("pk_history_chunks")),
        sqlite_strict=True,
    )
