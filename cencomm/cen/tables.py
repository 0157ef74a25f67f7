"""CEN's own tables (docs/adr/0019-one-seizure-one-report.md), over the records of `cencomm.node`.

cases ──< releases ──1 messages     one seizure, one report: every release of it, of which the newest is the case
shares >── messages                 what a release counts for: commodity, country, route, each once, with its month
tallies                             the sums of the shares of all newest releases: statistics without a walk
tombstones                          what was taken back: which release, when, by whom; nothing of what it said
"""

from enum import IntEnum, StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from cencomm.node.records.tables import MESSAGES
from cencomm.site.naming import new_metadata

METADATA = new_metadata()


class Gone(IntEnum):
    """How far what a tombstone stands for is gone. The numbers are stored."""

    NOT = 0  # it is not here yet, or was not theirs to take back
    FROM_TABLES = 1
    BEING_OVERWRITTEN = 2  # in the full-text index and the log
    FROM_DISK = 3


class ShareKind(StrEnum):
    """The words are stored: add, never rename."""

    COMMODITY = "commodity"  # first: the category
    COUNTRY = "country"  # first: who reports
    ROUTE = "route"  # first: from; second: to


CASES = Table(
    "cases",
    METADATA,
    Column("id", Integer, primary_key=True),
    # whose number it is, and which: all folded, so that they compare
    Column("country", Text, nullable=False),  # the owner's, as the ledgers name it; empty: none
    Column("organisation", Text, nullable=False),
    Column("register", Text, nullable=False),  # empty: the only one
    Column("reference", Text, nullable=False),
    UniqueConstraint("country", "organisation", "register", "reference"),
    Index("ix_cases_reference", "reference"),
    sqlite_strict=True,
)

RELEASES = Table(
    "releases",
    METADATA,
    Column("message", ForeignKey(MESSAGES.c.id), primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False),
    Column("said_at", Integer, nullable=False),  # seconds: written_at, or when it came if that was earlier
    Column("newest", Integer, nullable=False),  # 1 or 0
    Index("ix_releases_case", "case", "said_at", "message"),
    Index("uq_releases_newest", "case", unique=True, sqlite_where=text("newest = 1")),  # a case is shown once
    sqlite_strict=True,
)

SHARES = Table(
    "shares",
    METADATA,
    Column("message", ForeignKey(MESSAGES.c.id), primary_key=True),
    Column("kind", Text, primary_key=True),  # a ShareKind
    Column("first", Text, primary_key=True),
    Column("second", Text, primary_key=True),  # empty where a kind has one part
    Column("month", Text, nullable=False),  # ISO; of a date that is known by its year alone, the year
    Index("ix_shares_kind", "kind", "first", "second", "month"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

TALLIES = Table(
    "tallies",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("first", Text, primary_key=True),
    Column("second", Text, primary_key=True),
    Column("cases", Integer, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

TOMBSTONES = Table(
    "tombstones",
    METADATA,
    Column("operation", LargeBinary, primary_key=True),
    Column("identity_key", LargeBinary, primary_key=True),  # of the release's author: the message id alone is anybody's
    Column("message", LargeBinary, primary_key=True),
    Column("account", LargeBinary, primary_key=True),  # who took it back
    Column("organisation", Text),
    Column("country", Text),
    Column("withdrawn_at", Integer, nullable=False),  # seconds, by their clock
    Column("honoured", Integer, nullable=False),  # a Gone
    sqlite_strict=True,
)
