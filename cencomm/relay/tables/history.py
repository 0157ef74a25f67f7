"""Answers to requests for history (H2)."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, Table

from cencomm.relay.tables.metadata import METADATA

HISTORY_REQUESTS = Table(
    "history_requests",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("request", LargeBinary, primary_key=True),
    Column("account", LargeBinary, primary_key=True),  # who asked: nobody spoils a request by naming it for another
    Column("taken", Integer, nullable=False),  # the last log entry that they have an answer for
    Column("ended", Integer, nullable=False),  # they want no more
    Column("expires", Integer, nullable=False, index=True),
    CheckConstraint("ended in (0, 1)", name="flags"),
    sqlite_strict=True,
)

HISTORY_ANSWERS = Table(
    "history_answers",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("request", LargeBinary, primary_key=True),
    Column("account", LargeBinary, primary_key=True),
    Column("server", LargeBinary, primary_key=True),  # whose device signs: each server has an answer of its own
    Column("chunks", Integer, nullable=False),
    Column("answered", Integer, nullable=False),  # the last log entry that it answers for
    Column("bytes", Integer, nullable=False),  # of its chunks that wait
    Column("refused", Integer, nullable=False),  # who asked takes nothing (more) of it
    CheckConstraint("refused in (0, 1)", name="flags"),
    ForeignKeyConstraint(
        ["operation", "request", "account"],
        ["history_requests.operation", "history_requests.request", "history_requests.account"],
        ondelete="CASCADE",
    ),
    Index("ix_history_answers_server", "operation", "server"),
    sqlite_strict=True,
)

HISTORY_CHUNKS = Table(
    "history_chunks",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("request", LargeBinary, primary_key=True),
    Column("account", LargeBinary, primary_key=True),
    Column("server", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 0, in its server's answer
    Column("channel", LargeBinary, nullable=False),
    Column("first", Integer, nullable=False),  # the log entries that it answers for
    Column("last", Integer, nullable=False),
    Column("chunk", LargeBinary, nullable=False),  # the exact SignedChunk
    ForeignKeyConstraint(
        ["operation", "request", "account", "server"],
        [
            "history_answers.operation",
            "history_answers.request",
            "history_answers.account",
            "history_answers.server",
        ],
        ondelete="CASCADE",
    ),
    sqlite_strict=True,
)
