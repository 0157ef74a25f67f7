"""Bearer tokens of 32 bytes in base64url (RFC 6750 section 2.1)."""

import base64
import binascii
import re

TOKEN_BYTES = 32
_TOKEN = re.compile(r"Bearer ([A-Za-z0-9_-]{43})")


def read_bearer(header: str | None) -> bytes | None:
    """The token of an Authorization header; None when there is none of exactly our form."""
    found = _TOKEN.fullmatch(header or "")
    if found is None:
        return None
    try:
        return base64.urlsafe_b64decode(found.group(1) + "=")
    except binascii.Error:
        return None


def write_token(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode("ascii")
