"""Who may use a server, and what as."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from cencomm.errors import UsageError

MAX_NAME_LETTERS = 64
DAY_SECONDS = 24 * 3600
REMINDER_DAYS = 10  # before an account becomes inactive (domain.md E15)

_NAME = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{MAX_NAME_LETTERS - 1}}}")


class Role(StrEnum):
    """The words are stored: add, never rename."""

    ANALYST = "analyst"
    EXPORTER = "exporter"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a route asks for."""

    READ = "read"  # search, open records, statistics
    EXPORT = "export"
    AUDIT = "audit"  # the log of consultations, and nothing that it is about
    ADMINISTER = "administer"  # see who there is; accounts are made at the server's own console


GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ANALYST: frozenset({Permission.READ}),
        Role.EXPORTER: frozenset({Permission.READ, Permission.EXPORT}),
        Role.AUDITOR: frozenset({Permission.AUDIT}),
        Role.ADMINISTRATOR: frozenset({Permission.ADMINISTER}),
    }
)


class SessionKind(StrEnum):
    """Whose token it is. The words are stored."""

    BROWSER = "browser"
    PROGRAM = "program"
    SETUP = "setup"  # the password was right, and an authenticator has to be set up before anything else


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`totp` is the sealed secret of the authenticator; times in seconds."""

    id: int
    name: str
    role: Role
    verifier: str = field(repr=False)
    totp: bytes | None = field(repr=False)
    totp_step: int
    made_at: int
    active_at: int
    ended_at: int | None

    def inactive_at(self, inactive_days: int) -> int:
        """From when on this person is not let in any more without a reset (domain.md E15)."""
        return self.active_at + inactive_days * DAY_SECONDS


def read_name(text: str) -> str:
    """A name as it is stored; capitals are forgiven.

    Raises:
        UsageError: it cannot be one.
    """
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"a name has 1 to {MAX_NAME_LETTERS} letters from a to z, digits, dots, hyphens: it is typed at sign-in"
        )
    return name
