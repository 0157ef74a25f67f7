"""What somebody looked at, when and what for: one entry of the log that domain.md E8 asks for (LED article 25).

The entries are a chain: each carries an HMAC over itself and over the chain before it, under a key that lies outside
the database. Whoever changes, exchanges, inserts or removes one without the key breaks it from there on. The key does
not help against its owner, and nothing in the database shows that entries are missing from its end: for both, note
now and then what the head is, somewhere else (`Head`, docs/api.md).
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum

from cencomm import codec
from cencomm.errors import ProtocolError
from cencomm.secret import Secret

LABEL_CONSULTATION = b"cencomm consultation"
CHAIN_BYTES = 32  # SHA-256
START = bytes(CHAIN_BYTES)  # the chain before the first entry
MAX_ASKED_CHARACTERS = 8192
MAX_RECIPIENT_CHARACTERS = 200
_NUMBER_BYTES = 8


class LogKey(Secret):
    """What the chain hangs on."""

    __slots__ = ()


class LogBroken(ProtocolError):  # noqa: N818 (names what was found)
    """An entry is not the one that was written, or entries are missing."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"the log of consultations is broken at number {number}: {reason}")
        self.number = number


class Purpose(StrEnum):
    """What personal data may be looked at for (domain.md E5: INTERPOL's Rules on the Processing of Data, article 10).

    The words are stored: add, never rename.
    """

    LOCATE = "locate"
    IDENTIFY = "identify"
    SUPPORT_INVESTIGATION = "support_investigation"
    ALERT = "alert"
    IDENTIFY_REMAINS = "identify_remains"
    FORENSICS = "forensics"
    SECURITY_CHECK = "security_check"
    THREAT_ANALYSIS = "threat_analysis"
    BORDER_MANAGEMENT = "border_management"


class Deed(StrEnum):
    """What was done. The words are stored."""

    SEARCH = "search"
    OPEN = "open"
    FILE = "file"
    EXPORT = "export"
    STATISTICS = "statistics"
    LOG = "log"
    PEOPLE = "people"  # accounts and tokens made, reset, ended


class Via(StrEnum):
    """How they came. The words are stored."""

    BROWSER = "browser"
    PROGRAM = "program"
    CONSOLE = "console"  # commands on the server itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """`asked` is JSON; `at` in seconds; `recipient`, of an export, who is to get it."""

    at: int
    person: str
    via: Via
    deed: Deed
    purpose: Purpose | None
    asked: str
    found: int
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A consultation in its place: 1, 2, 3 …"""

    number: int
    consultation: Consultation
    chain: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log ends: enough to notice later that it was cut or written anew."""

    number: int
    chain: bytes


NOWHERE = Head(0, START)


def link(key: LogKey, head: Head, consultation: Consultation) -> Entry:
    """The next entry of the log that ends at `head`."""
    number = head.number + 1
    covered = codec.concat(
        (
            codec.opaque(LABEL_CONSULTATION),
            codec.opaque(head.chain),
            codec.uint(number, _NUMBER_BYTES),
            codec.uint(consultation.at, _NUMBER_BYTES),
            codec.opaque(consultation.person.encode()),
            codec.opaque(consultation.via.encode()),
            codec.opaque(consultation.deed.encode()),
            codec.optional(None if consultation.purpose is None else codec.opaque(consultation.purpose.encode())),
            codec.opaque(consultation.asked.encode()),
            codec.uint(consultation.found, _NUMBER_BYTES),
            codec.optional(None if consultation.recipient is None else codec.opaque(consultation.recipient.encode())),
        )
    )
    return Entry(number, consultation, hmac.digest(key.expose(), covered, "sha256"))


def follow(key: LogKey, head: Head, entry: Entry) -> Head:
    """The head after `entry`, which is the one that was written there.

    Raises:
        LogBroken: it is not.
    """
    if entry.number != head.number + 1:
        raise LogBroken(head.number + 1, "it is missing")
    if not hmac.compare_digest(link(key, head, entry.consultation).chain, entry.chain):
        raise LogBroken(entry.number, "it is not what was written, or something before it was removed")
    return Head(entry.number, entry.chain)
