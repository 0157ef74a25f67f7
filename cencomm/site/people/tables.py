"""The tables of a server's people, in that server's own database.

people ──< recovery_codes
   ├────< sessions           browsers and programs; of each token only its hash
   └────< sources            computers that completed a sign-in (D6)
tries                        wrong ones of late, also at names that nobody has
consultations                who asked what, when and what for: appended, never changed (domain.md E8)
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from cencomm.site.naming import new_metadata

METADATA = new_metadata()

PEOPLE = Table(
    "people",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # as it is typed at sign-in; stays when the person has ended
    Column("role", Text, nullable=False),  # a word of cencomm.site.people.person.Role
    Column("verifier", Text, nullable=False),
    Column("totp", LargeBinary),  # the authenticator's secret, sealed under the server's key
    Column("totp_step", Integer, nullable=False),  # the last time step whose code was used
    Column("made_at", Integer, nullable=False),  # seconds
    Column("active_at", Integer, nullable=False),  # made, reset or signed in: what inactivity counts from
    Column("ended_at", Integer),
    sqlite_strict=True,
)

RECOVERY_CODES = Table(
    "people_recovery_codes",
    METADATA,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("verifier", LargeBinary, primary_key=True),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

SESSIONS = Table(
    "people_sessions",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),  # a word of cencomm.site.people.person.SessionKind
    Column("label", Text, nullable=False),  # of a program: what its owner calls it
    Column("began", Integer, nullable=False),
    Column("used", Integer, nullable=False),  # to the minute
    Column("expires", Integer, nullable=False),
    Index("ix_people_sessions_person", "person"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

SOURCES = Table(
    "people_sources",
    METADATA,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("used", Integer, nullable=False),
    Index("ix_people_sources_person", "person"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

TRIES = Table(
    "people_tries",
    METADATA,
    Column("key", LargeBinary, primary_key=True),  # hash of a name, or of a known source's key
    Column("person", ForeignKey("people.id")),  # none: nobody has this name
    Column("wrong", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("until", Integer, nullable=False),
    Index("ix_people_tries_last", "last"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

CONSULTATIONS = Table(
    "consultations",
    METADATA,
    Column("number", Integer, primary_key=True),  # 1, 2, 3 … without a gap
    Column("at", Integer, nullable=False),  # seconds, by the server's clock
    Column("person", Text, nullable=False),  # the name: people end, the log stays
    Column("via", Text, nullable=False),  # a word of cencomm.site.people.consultation.Via
    Column("deed", Text, nullable=False),  # a word of cencomm.site.people.consultation.Deed
    Column("purpose", Text),  # a word of cencomm.site.people.consultation.Purpose
    Column("asked", Text, nullable=False),  # JSON
    Column("found", Integer, nullable=False),
    Column("recipient", Text),
    Column("chain", LargeBinary, nullable=False),  # over all of this and the chain before it
    sqlite_strict=True,
)
