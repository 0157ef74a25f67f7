"""Files that came with messages: what the envelope says of each, whether it is here, and its content in pieces."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_attachments_message")),
        sa.UniqueConstraint("message", "number", name=op.f("uq_attachments_message")),
        sqlite_strict=True,
    )
    op.create_index("ix_attachments_state", "attachments", ["state"], sqlite_where=sa.text("state != 'kept'"))
    op.create_table(
        "attachment_pieces",
        sa.Column("attachment", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("attachment", "number", name=op.f("pk_attachment_pieces")),
        sa.ForeignKeyConstraint(["attachment"], ["attachments.id"], name=op.f("fk_attachment_pieces_attachment")),
        sqlite_strict=True,
    )
