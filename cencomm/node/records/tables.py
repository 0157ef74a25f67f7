"""The tables of records (docs/adr/0005-archive-schema.md): each message once, each answer in it as a typed cell.

messages ──< cells >── fields      one row for each column that a form ever had, by name and type
    └──> forms                     the exact definitions, by which cells are labelled and sheets are made
    └──< attachments ──< attachment_pieces      files that came with them, in clear
message_words                      full text over what people wrote, in parts of words of any script
"""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    column,
    table,
    text,
)

from cencomm.site.naming import new_metadata

METADATA = new_metadata()

FORMS = Table(
    "forms",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("operation", LargeBinary, nullable=False),
    Column("blob", LargeBinary, nullable=False),  # of this version in the operation's ledger
    Column("hash", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("definition", LargeBinary, nullable=False),  # canonical JSON
    UniqueConstraint("operation", "blob"),
    Index("ix_forms_name", "name"),
    sqlite_strict=True,
)

FIELDS = Table(
    "fields",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("form_name", Text, nullable=False),
    Column("block", Text, nullable=False),  # empty: the header
    Column("name", Text, nullable=False),  # as cencomm.forms.columns says: quantity_unit
    Column("type", Text, nullable=False),  # a word of cencomm.forms.kinds.kind.ColumnType
    Column("list", Text, nullable=False),  # the code list; empty: none
    Column("nominal", Text, nullable=False),  # 0, 1 or X: personal data can be found, and deleted
    UniqueConstraint("form_name", "block", "name", "type", "list", "nominal"),
    Index("ix_fields_list", "list"),
    sqlite_strict=True,
)

MESSAGES = Table(
    "messages",
    METADATA,
    Column("id", Integer, primary_key=True),
    # where it stands
    Column("operation", LargeBinary, nullable=False),
    Column("channel", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("log_hash", LargeBinary, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("message", LargeBinary, nullable=False),
    # who wrote it, named as the ledger named them then
    Column("account", LargeBinary, nullable=False),
    Column("identity_key", LargeBinary, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("author_name", Text),
    Column("author_organisation", Text),
    Column("author_country", Text),
    Column("author_revoked", Integer, nullable=False),  # entitled in its epoch, known to be revoked when it came (C12)
    # what it is
    Column("form", ForeignKey("forms.id"), nullable=False),
    Column("variant", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("heading", Text, nullable=False),  # its first words, for lists
    Column("happened_on", Text, nullable=False),  # ISO date, of 4, 7 or 10 characters as far as it is known
    Column("written_at", Integer, nullable=False),  # seconds, by the author's clock
    Column("received_at", Integer, nullable=False),  # seconds, by ours
    # how it is to be handled
    Column("priority", Text, nullable=False),
    Column("tlp", Text, nullable=False),
    Column("handling", Text, nullable=False),
    Column("handling_text", Text),
    Column("source", Text),
    Column("information", Text),
    Column("addressees", Text, nullable=False),  # JSON, as in the envelope
    Column("expected_action", Text),
    Column("answer_by", Integer),
    Column("reply_to", LargeBinary),
    # evidence
    Column("salt", LargeBinary, nullable=False),
    Column("signed", LargeBinary, nullable=False),  # the exact envelope and its signature
    UniqueConstraint("operation", "channel", "generation", "sequence"),
    UniqueConstraint("operation", "identity_key", "message"),  # S4: an author's message is there once
    Index("ix_messages_written_at", "written_at"),
    Index("ix_messages_happened_on", "happened_on"),
    Index("ix_messages_author_country", "author_country", "written_at"),
    Index("ix_messages_form", "form", "written_at"),
    Index("ix_messages_reply_to", "reply_to", sqlite_where=text("reply_to IS NOT NULL")),
    CheckConstraint("length(salt) = 32", name="salt_length"),
    sqlite_strict=True,
)

CELLS = Table(
    "cells",
    METADATA,
    Column("message", ForeignKey("messages.id"), primary_key=True),
    Column("field", ForeignKey("fields.id"), primary_key=True),
    Column("row", Integer, primary_key=True),  # of its block, from 0; 0 in the header
    Column("ordinal", Integer, primary_key=True),  # of a field with several codes, from 0
    Column("code", Text),
    Column("text", Text),  # words, identifiers; of a decimal number every digit as it was given
    Column("moment", Text),  # ISO date, time or instant
    Column("number", REAL),  # integer, decimal, 0 and 1
    Index("ix_cells_code", "field", "code", sqlite_where=text("code IS NOT NULL")),
    Index("ix_cells_moment", "field", "moment", sqlite_where=text("moment IS NOT NULL")),
    Index("ix_cells_number", "field", "number", sqlite_where=text("number IS NOT NULL")),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

ATTACHMENTS = Table(
    "attachments",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("message", ForeignKey("messages.id"), nullable=False),
    Column("number", Integer, nullable=False),  # in the message, from 1
    Column("name", Text, nullable=False),  # what the author called it: any letters
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("hash", LargeBinary, nullable=False),  # salted, as signed in the envelope
    Column("state", Text, nullable=False),  # a word of cencomm.node.files.attachments.FileState
    Column("detail", Text),  # why its content is not here
    UniqueConstraint("message", "number"),
    Index("ix_attachments_state", "state", sqlite_where=text("state != 'kept'")),
    sqlite_strict=True,
)

ATTACHMENT_PIECES = Table(
    "attachment_pieces",
    METADATA,
    Column("attachment", ForeignKey("attachments.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # from 0
    Column("content", LargeBinary, nullable=False),  # in clear; believed when the state is `kept`
    sqlite_strict=True,
)

DELETIONS = Table(  # what retention took out of each log
    "deletions",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("channel", LargeBinary, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("records", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    Column("reached", Integer, nullable=False),  # the last log entry among them
    Column("deleted_at", Integer, nullable=False),  # seconds; the newest of them
    sqlite_strict=True,
)

WORDS = table("message_words", column("rowid", Integer), column("text", Text))  # FTS5, made by the migration
