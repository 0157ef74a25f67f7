"""Messages, their answers as typed cells, and the words in them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_forms()
    _create_messages()
    op.create_table(
        "cells",
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("field", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("moment", sa.Text()),
        sa.Column("number", sa.REAL()),
        sa.PrimaryKeyConstraint("message", "field", "row", "ordinal", name=op.f("pk_cells")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_cells_message")),
        sa.ForeignKeyConstraint(["field"], ["fields.id"], name=op.f("fk_cells_field")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for kind in ("code", "moment", "number"):
        op.create_index(f"ix_cells_{kind}", "cells", ["field", kind], sqlite_where=sa.text(f"{kind} IS NOT NULL"))
    # Case and accents are folded before they come here, in one way for all scripts; trigrams find parts of words.
    op.execute("CREATE VIRTUAL TABLE message_words USING fts5(text, tokenize = 'trigram case_sensitive 1')")


def _create_forms() -> None:
    op.create_table(
        "forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forms")),
        sa.UniqueConstraint("operation", "blob", name=op.f("uq_forms_operation")),
        sqlite_strict=True,
    )
    op.create_index("ix_forms_name", "forms", ["name"])
    op.create_table(
        "fields",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_name", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("nominal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fields")),
        sa.UniqueConstraint("form_name", "block", "name", "type", "list", "nominal", name=op.f("uq_fields_form_name")),
        sqlite_strict=True,
    )
    op.create_index("ix_fields_list", "fields", ["list"])


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("log_hash", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("identity_key", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("author_name", sa.Text()),
        sa.Column("author_organisation", sa.Text()),
        sa.Column("author_country", sa.Text()),
        sa.Column("author_revoked", sa.Integer(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Text(), nullable=False),
        sa.Column("written_at", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("tlp", sa.Text(), nullable=False),
        sa.Column("handling", sa.Text(), nullable=False),
        sa.Column("handling_text", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("information", sa.Text()),
        sa.Column("addressees", sa.Text(), nullable=False),
        sa.Column("expected_action", sa.Text()),
        sa.Column("answer_by", sa.Integer()),
        sa.Column("reply_to", sa.LargeBinary()),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(salt) = 32", name=op.f("ck_messages_salt_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.ForeignKeyConstraint(["form"], ["forms.id"], name=op.f("fk_messages_form")),
        sa.UniqueConstraint("operation", "channel", "generation", "sequence", name=op.f("uq_messages_operation")),
        sa.UniqueConstraint("operation", "identity_key", "message", name=op.f("uq_messages_author")),
        sqlite_strict=True,
    )
    op.create_index("ix_messages_written_at", "messages", ["written_at"])
    op.create_index("ix_messages_happened_on", "messages", ["happened_on"])
    op.create_index("ix_messages_author_country", "messages", ["author_country", "written_at"])
    op.create_index("ix_messages_form", "messages", ["form", "written_at"])
    op.create_index("ix_messages_reply_to", "messages", ["reply_to"], sqlite_where=sa.text("reply_to IS NOT NULL"))
