"""Whose fault it is: the four branches that every error of ours belongs to.

Each package adds its own errors beneath these; the HTTP status is chosen in one table in the web edge, by type.
"""


class CencommError(Exception):
    """Everything we raise on purpose. Its text can be shown to a user."""


class UsageError(CencommError):
    """Our own caller broke the contract of a function; nothing was changed."""


class ProtocolError(CencommError):
    """The peer sent something that the standard or our protocol rejects; nothing was changed."""


class MalformedError(ProtocolError):
    """Bytes that are not an encoding of anything we know."""


class AccessDenied(CencommError):  # noqa: N818 (reads as the answer that it is)
    """Known, but not entitled to this."""


class Unavailable(CencommError):  # noqa: N818
    """Not accepted for a reason that will pass (disk, database, network): try again later."""
