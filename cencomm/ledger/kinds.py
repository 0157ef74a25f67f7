"""The numbers that entries and statements are made of (docs/protocol.md section 3). None changes its meaning."""

from enum import IntEnum
from typing import TypeVar

from cencomm.codec import Reader
from cencomm.errors import MalformedError

Kind = TypeVar("Kind", bound=IntEnum)


class EntryType(IntEnum):
    CHARTER = 1
    CHANNEL = 2
    ADMIT = 3
    REVOKE = 4
    REPLACE = 5
    END_DEVICE = 6
    FORM = 7
    PHASE = 8
    RESTART = 9


class Role(IntEnum):
    COORDINATOR = 1
    OFFICER = 2
    ANALYST = 3
    ARCHIVE = 4
    NCEN = 5
    CEN = 6


class ChannelKind(IntEnum):
    MAIN = 1
    UNIT = 2
    BILATERAL = 3
    REGIONAL = 4
    RELEASE = 5


class Phase(IntEnum):
    PLANNING = 1
    TEST = 2
    PREPARATION = 3
    OPERATIONAL = 4
    FOLLOW_UP = 5
    CLOSED = 6


class RevokeReason(IntEnum):
    NOT_SAID = 0
    LEFT_THE_POST = 1
    LOST_KEYS = 2
    MISUSE = 3
    END_OF_OPERATION = 4


class RestartReason(IntEnum):
    """On what a coordinator's client offers to restart a channel (C11), and on nothing else."""

    DOES_NOT_PROCESS = 1  # its own client does not follow a Commit
    REJECTED = 2  # two entitled identities reject a Commit
    NO_LIVE_LEAF = 3  # nobody entitled could commit
    LOG_LOST = 4  # the log is shorter than a signed receipt


class History(IntEnum):
    """What those who come later may read of what was said before (H1)."""

    NONE = 0
    SINCE_ADMISSION = 1
    ALL = 2


def read_kind(reader: Reader, kind: type[Kind]) -> Kind:
    """A one-byte member of `kind`.

    Raises:
        MalformedError: a number that version 1 does not know.
    """
    number = reader.uint(1)
    try:
        return kind(number)
    except ValueError:
        raise MalformedError(f"{number} is no {kind.__name__} of version 1") from None
