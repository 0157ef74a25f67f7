"""The three databases of a nation's own store (docs/adr/0022-ncen-schema.md), over the records of `cencomm.node`.

cases ──< case_versions ──1 messages      a seizure as it was reported, and every later report of the same case
suspects ──< suspect_roles >── messages   a person, and the role played in each report; what was said in it, in cells
companies ──< company_roles >── messages  a company, the same way
suspect_words, company_words              names in parts, by which variants are found
numbers                                   plates, documents and the like, as they compare
passed_by                                 how many messages were none of this nation's: nothing of them but that
"""

from dataclasses import dataclass

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from cencomm.node.records.tables import MESSAGES
from cencomm.site.naming import new_metadata

METADATA = new_metadata()

CASES = Table(
    "cases",
    METADATA,
    Column("id", Integer, primary_key=True),
    # whose number it is, and which: all three folded, so that they compare
    Column("organisation", Text, nullable=False),  # the author's service, as the ledger names it
    Column("register", Text, nullable=False),  # empty: the only one
    Column("reference", Text, nullable=False),
    UniqueConstraint("organisation", "register", "reference"),
    Index("ix_cases_reference", "reference"),
    sqlite_strict=True,
)

CASE_VERSIONS = Table(  # the newest is the case: the highest written_at, and of several the one that came last
    "case_versions",
    METADATA,
    Column("message", ForeignKey(MESSAGES.c.id), primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False),
    Column("written_at", Integer, nullable=False),
    Index("ix_case_versions_case", "case", "written_at", "message"),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class Register:
    """The database of one kind of subject: who they are, what they did in which report, and how they are called."""

    subjects: Table
    roles: Table
    words: Table


def _register(many: str, one: str) -> Register:
    subjects = Table(
        many,
        METADATA,
        Column("id", Integer, primary_key=True),
        Column("identity", Text, nullable=False, unique=True),  # what makes two mentions one: a number, name and birth
        sqlite_strict=True,
    )
    roles = Table(
        f"{one}_roles",
        METADATA,
        Column("message", ForeignKey(MESSAGES.c.id), primary_key=True),
        Column("row", Integer, primary_key=True),  # of the block in that report, as in its cells
        Column("subject", ForeignKey(f"{many}.id"), nullable=False),
        Column("role", Text, nullable=False),
        Column("status", Text),  # suspect, convicted …
        Column("name", Text, nullable=False),  # as it was written
        Column("country", Text),
        Column("born", Text),  # ISO date as far as it is known
        Column("number", Text),  # of a document or registration, as it was written
        Index(f"ix_{one}_roles_subject", "subject"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    words = Table(
        f"{one}_words",
        METADATA,
        Column("word", Text, primary_key=True),  # part of a name, or all of it in one (cencomm.ncen.names)
        Column("message", Integer, primary_key=True),
        Column("row", Integer, primary_key=True),
        Column("sound", Text, nullable=False),  # its skeleton
        ForeignKeyConstraint(["message", "row"], [roles.c.message, roles.c.row]),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    return Register(subjects, roles, words)


SUSPECTS = _register("suspects", "suspect")
COMPANIES = _register("companies", "company")

NUMBERS = Table(
    "numbers",
    METADATA,
    Column("kind", Text, primary_key=True),  # a word of cencomm.ncen.numbers.NumberKind
    Column("number", Text, primary_key=True),  # as it compares
    Column("message", ForeignKey(MESSAGES.c.id), primary_key=True),
    Column("block", Text, primary_key=True),
    Column("row", Integer, primary_key=True),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

PASSED_BY = Table(
    "passed_by",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("reason", Text, primary_key=True),  # a word of cencomm.ncen.originator.PassedBy
    Column("messages", Integer, nullable=False),
    sqlite_strict=True,
)
